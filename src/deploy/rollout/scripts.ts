/**
 * What is done on hosts, as constant texts of a POSIX shell. Names come as $1, $2, ..., never into
 * the text. Each may be done twice.
 */

/**
 * folder of releases, file of settings, then files whose digests are asked: lines "name TAB value".
 */
export const factsScript = `
LC_ALL=C; export LC_ALL
folder=$1; settings=$2; shift 2
tell() { printf '%s\\t%s\\n' "$1" "$2"; }
tell arch "$(uname -m)"
tell glibc "$(getconf GNU_LIBC_VERSION 2>/dev/null || :)"
tell link "$(readlink "$folder/current" 2>/dev/null || :)"
tell current "$(readlink -f "$folder/current" 2>/dev/null || :)"
tell previous "$(readlink -f "$folder/previous" 2>/dev/null || :)"
for each in "$folder"/releases/*/; do if [ -d "$each" ]; then each=\${each%/}; tell there "\${each##*/}"; fi; done
near=$folder; while [ ! -d "$near" ]; do near=\${near%/*}; near=\${near:-/}; done
if [ -r "$folder/current/MANIFEST.sha256" ]; then sum=$(sha256sum "$folder/current/MANIFEST.sha256"); tell manifest "\${sum%% *}"; fi
tell free "$(df -Pk "$near" | awk 'END { print $4 }')"
for each in rsync sha256sum setpriv systemctl timeout; do
  command -v "$each" >/dev/null || [ -x "/usr/sbin/$each" ] || tell lacks "$each"
done
for each in current previous; do
  if [ -r "$folder/$each/RELEASE.json" ]; then tell "release-$each" "$(tr -d '\\n' <"$folder/$each/RELEASE.json")"
  elif [ -r "$folder/$each/package.json" ]; then tell "package-$each" "$(sed -n 's/.*"version": *"\\([^"]*\\)".*/\\1/p' "$folder/$each/package.json" | head -n 1)"; fi
done
if [ -d "$folder/deploy.lock" ]; then tell lock "$(cat "$folder/deploy.lock/holder" 2>/dev/null || :)"; fi
for each in "$folder"/deploy.lock/turn.*; do if [ -L "$each" ]; then tell turn "\${each##*.}"; fi; done
if [ -r "$folder/deploy.lock/state" ]; then
  tell state "$(cat "$folder/deploy.lock/state")"
  tell state-age "$(($(date +%s) - $(stat -c %Y "$folder/deploy.lock/state")))"
fi
for each in reperio-web.service reperio-web.socket reperio-follower.service reperio-tasks.service; do
  tell unit "$each $(systemctl show -p LoadState --value "$each" 2>/dev/null || :)"
done
if [ -e "$settings" ]; then tell settings yes; fi
for each; do
  if [ -r "$each" ]; then sum=$(sha256sum "$each"); tell file "\${sum%% *} $each"; else tell file "- $each"; fi
done`;

/** Of the shell: is the lock of the folder $folder ours, and has nobody else taken it over? */
const isOurs = `
is_ours() {
  grep -qF "\\"id\\":\\"$id\\"" "$folder/deploy.lock/holder" 2>/dev/null || return 1
  for link in "$folder"/deploy.lock/turn.*; do
    if [ -L "$link" ] && [ "\${link##*.}" -gt "$turn" ]; then return 1; fi
  done
}`;

/**
 * folder, id, what the lock says, turn, who: takes the lock unless somebody has it; prints whose it
 * is, and who has this turn of it. The folder comes into being with what is in it. Whoever goes on
 * with a deployment takes the next turn: a link, which one of two can make.
 */
export const lockScript = `
folder=$1; id=$2; holder=$3; turn=$4; who=$5
mkdir -p "$folder/releases"
if [ ! -e "$folder/deploy.lock" ]; then
  new=$folder/.lock.$id
  rm -rf "$new"; mkdir "$new"
  printf '%s\\n' "$holder" >"$new/holder"
  ln -s "$who" "$new/turn.$turn"
  mv -T "$new" "$folder/deploy.lock" 2>/dev/null || rm -rf "$new"
fi
if grep -qF "\\"id\\":\\"$id\\"" "$folder/deploy.lock/holder"; then
  ln -s "$who" "$folder/deploy.lock/turn.$turn" 2>/dev/null || :
fi
cat "$folder/deploy.lock/holder" 2>/dev/null || echo
readlink "$folder/deploy.lock/turn.$turn" || :`;

/**
 * folder, id, turn or nothing: gives it back, if it is ours and nobody has taken it over. Without
 * an id it goes whatever it says.
 */
export const unlockScript = `
folder=$1; id=$2; turn=$3
${isOurs}
turn=\${turn:-999999}
if { [ -z "$id" ] && [ -d "$folder/deploy.lock" ]; } || is_ours; then
  rm -rf "$folder/.lock.old"
  mv -T "$folder/deploy.lock" "$folder/.lock.old"
  rm -rf "$folder/.lock.old"
fi`;

/**
 * folder, id, turn, a line for the log or nothing; the state comes as input. Prints "lost" where
 * the lock is another's by now, which is left alone. A log that cannot be written keeps nobody.
 */
export const noteScript = `
folder=$1; id=$2; turn=$3; line=$4
${isOurs}
if [ -n "$line" ]; then
  { mkdir -p /var/log/reperio && printf '%s\\n' "$line" >>/var/log/reperio/deploy.log; } 2>/dev/null || :
fi
if ! is_ours; then echo lost; exit 0; fi
cat >"$folder/deploy.lock/state.$$"
mv -T "$folder/deploy.lock/state.$$" "$folder/deploy.lock/state"`;

/**
 * folder, version, digest of the manifest, kilobytes: "there" when it need not be copied, "in
 * force" when another build of this version runs; makes room known.
 */
export const beforeCopyScript = `
folder=$1; version=$2; manifest=$3; needed=$4
release=$folder/releases/$version; part=$folder/releases/.$version.part
if [ -e "$release/MANIFEST.sha256" ]; then
  sum=$(sha256sum "$release/MANIFEST.sha256")
  if [ "\${sum%% *}" = "$manifest" ]; then echo there; exit 0; fi
fi
if [ -e "$release" ]; then
  if [ "$(readlink -f "$folder/current")" = "$(readlink -f "$release")" ]; then echo 'in force'; exit 0; fi
  rm -rf "$part"; mv -T "$release" "$part"
fi
mkdir -p "$part"
had=$(du -sk "$part"); had=\${had%%[!0-9]*}
free=$(df -Pk "$part" | awk 'END { print $4 }')
if [ $((free + had)) -lt "$needed" ]; then echo "free $((free + had))"; fi`;

/** folder, version: nothing is left of a copy that has no room. */
export const dropCopyScript = `rm -rf "$1/releases/.$2.part"`;

/** Of the shell: there and of the manifest's digest. */
const isManifest = `
is_manifest() { sum=$(sha256sum MANIFEST.sha256 2>/dev/null) || sum=; [ "\${sum%% *}" = "$manifest" ]; }`;

/**
 * folder, version, digest of the manifest: prints the files that differ, or that it does not name;
 * the release has its name when there is none. What was found is as old as the mark in the lock.
 */
export const verifyScript = `
LC_ALL=C; export LC_ALL
folder=$1; version=$2; manifest=$3
${isManifest}
release=$folder/releases/$version; part=$folder/releases/.$version.part
if [ -d "$part" ] && [ ! -d "$release" ]; then at=$part; else at=$release; fi
if [ ! -d "$at" ]; then echo 'MANIFEST.sha256: FAILED'; exit 0; fi
mark=$folder/deploy.lock/verified
rm -f "$mark"
if [ -d "$folder/deploy.lock" ]; then : >"$mark.new"; fi
cd "$at"
bad=
if ! is_manifest; then
  echo 'MANIFEST.sha256: FAILED'
  bad=yes
elif ! sha256sum --quiet -c MANIFEST.sha256 2>/dev/null; then
  bad=yes
else
  more=$({ cut -c67- MANIFEST.sha256; echo MANIFEST.sha256; echo //; find . -type f | sed 's,^\\./,,'; } |
    awk '$0 == "//" { there = 1; next } !there { known[$0]; next } !($0 in known) { print $0 ": FAILED" }')
  if [ -n "$more" ]; then printf '%s\\n' "$more"; bad=yes; fi
fi
if [ -n "$bad" ]; then
  # So that the next copy mends it, unless it runs.
  if [ "$at" = "$release" ] && [ "$(readlink -f "$folder/current")" != "$(readlink -f "$release")" ]; then
    rm -rf "$part"
    mv -T "$release" "$part"
  fi
  exit 0
fi
if [ "$at" = "$part" ]; then mv -T "$part" "$release"; fi
if [ -e "$mark.new" ]; then mv -T "$mark.new" "$mark"; fi`;

/**
 * folder, version, digest of the manifest: "same" when nothing of the release was touched since it
 * was verified, which costs no reading.
 */
export const untouchedScript = `
folder=$1; release=$1/releases/$2; manifest=$3
${isManifest}
mark=$folder/deploy.lock/verified
cd "$release"
if [ -e "$mark" ] && is_manifest && [ -z "$(find . \\( -type d -newer "$mark" -o ! -type d -cnewer "$mark" \\) -print -quit)" ]; then
  echo same
fi`;

/** folder, what the link says from now on: it is replaced in one step. */
export const switchScript = `
folder=$1; to=$2
[ -x "$folder/$to/bin/reperio" ] || [ -x "$to/bin/reperio" ]
ln -sfn "$to" "$folder/.current.new"
mv -T "$folder/.current.new" "$folder/current"`;

/** Units: all are restarted; when one is not well, what it wrote last. */
export const restartScript = `
if ! systemctl restart "$@"; then
  for each; do
    if ! systemctl is-active --quiet "$each"; then
      journalctl -q -n 40 -o cat --no-pager -u "$each" 2>/dev/null |
        grep -E 'rror|annot|failed' | sed 's/^ *//' | awk '!seen[$0]++' | tail -n 3 | cut -c 1-200 |
        awk '{ printf "%s%s", (NR > 1 ? "; " : ""), $0 } END { if (NR) print "" }' >&2
    fi
  done
  exit 1
fi`;

/** Folder of a release, units: each is active and runs it; else which is not. */
export const runsScript = `
release=$(readlink -f "$1"); shift
for each; do
  if ! systemctl is-active --quiet "$each"; then echo "$each is not active"; exit 0; fi
  pid=$(systemctl show -p MainPID --value "$each")
  if ! tr '\\0' '\\n' <"/proc/$pid/cmdline" | grep -qF "$release/"; then echo "$each runs another release"; exit 0; fi
done`;

/**
 * folder, how many stay, folder that was in force before: that is where a rollback leads from now
 * on; releases that are neither go, the oldest first.
 */
export const pruneScript = `
folder=$1; keep=$2; before=$3
if [ "$(readlink -f "$folder/current")" != "$(readlink -f "$before")" ]; then
  ln -sfn "$before" "$folder/.previous.new"
  mv -T "$folder/.previous.new" "$folder/previous"
fi
current=$(readlink -f "$folder/current"); previous=$(readlink -f "$folder/previous" || :)
rm -rf "$folder"/releases/.*.part
count=0
ls -1td "$folder"/releases/*/ | while read -r each; do
  each=\${each%/}
  count=$((count + 1))
  real=$(readlink -f "$each")
  if [ "$count" -gt "$keep" ] && [ "$real" != "$current" ] && [ "$real" != "$previous" ]; then
    rm -rf "$each"
    printf '%s\\n' "\${each##*/}"
  fi
done`;

/**
 * user, data folder, settings, file of secrets, program, words: as the services of this host run
 * it.
 */
export const programScript = `
user=$1; data=$2; settings=$3; secrets=$4; shift 4
if [ -r "$secrets" ]; then
  # What a shell says of a wrong line may be a part of a password.
  if ! sh -ec '. "$1"' sh "$secrets" >/dev/null 2>&1; then echo "$secrets has a line that a shell cannot read: quote what has blanks" >&2; exit 1; fi
  set -a
  . "$secrets"
  set +a
fi
if [ -e "$settings" ]; then REPERIO_CONFIG=$settings; export REPERIO_CONFIG; fi
REPERIO_DATA=$data; export REPERIO_DATA
cd /
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
exec setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"`;

/** socket, command: what HAProxy answers. */
export const haproxyScript = `printf '%s\\n' "$2" | socat -t 5 - "$1"`;

/** How many lines: the last of this host's log. */
export const logScript = `tail -n "$1" /var/log/reperio/deploy.log 2>/dev/null || :`;
