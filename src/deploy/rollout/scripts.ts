/**
 * What is done on hosts, as constant texts of a POSIX shell. Names come as $1, $2, ..., never into
 * the text. Each may be done twice.
 */

/** folder of releases' folder, then files whose digests are asked: lines "name TAB value". */
export const factsScript = `
LC_ALL=C; export LC_ALL
folder=$1; settings=$2; shift 2
tell() { printf '%s\\t%s\\n' "$1" "$2"; }
if [ "$(id -u)" = 0 ]; then tell root direct; elif sudo -n true 2>/dev/null; then tell root sudo; fi
tell arch "$(uname -m)"
tell glibc "$(getconf GNU_LIBC_VERSION 2>/dev/null || :)"
tell link "$(readlink "$folder/current" 2>/dev/null || :)"
tell current "$(readlink -f "$folder/current" 2>/dev/null || :)"
tell previous "$(readlink -f "$folder/previous" 2>/dev/null || :)"
for each in "$folder"/releases/*/; do if [ -d "$each" ]; then each=\${each%/}; tell there "\${each##*/}"; fi; done
near=$folder; while [ ! -d "$near" ]; do near=\${near%/*}; near=\${near:-/}; done
tell free "$(df -Pk "$near" | awk 'END { print $4 }')"
for each in rsync sha256sum setpriv systemctl timeout; do
  command -v "$each" >/dev/null || [ -x "/usr/sbin/$each" ] || tell lacks "$each"
done
for each in current previous; do
  if [ -r "$folder/$each/RELEASE.json" ]; then tell "release-$each" "$(tr -d '\\n' <"$folder/$each/RELEASE.json")"
  elif [ -r "$folder/$each/package.json" ]; then tell "package-$each" "$(sed -n 's/.*"version": *"\\([^"]*\\)".*/\\1/p' "$folder/$each/package.json" | head -n 1)"; fi
done
if [ -r "$folder/deploy.lock/holder" ]; then tell lock "$(cat "$folder/deploy.lock/holder")"; fi
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

/**
 * folder, id, what the lock says: takes the lock unless somebody has it; prints whose it is. The
 * folder comes into being with what is in it.
 */
export const lockScript = `
folder=$1; id=$2; holder=$3
mkdir -p "$folder/releases" /var/log/reperio
if [ ! -e "$folder/deploy.lock" ]; then
  new=$folder/.lock.$id
  rm -rf "$new"; mkdir "$new"
  printf '%s\\n' "$holder" >"$new/holder"
  mv -T "$new" "$folder/deploy.lock" 2>/dev/null || rm -rf "$new"
fi
cat "$folder/deploy.lock/holder"`;

/** folder, id: gives it back, if it is ours. */
export const unlockScript = `
folder=$1; id=$2
if grep -qF "\\"id\\":\\"$id\\"" "$folder/deploy.lock/holder" 2>/dev/null; then
  mv -T "$folder/deploy.lock" "$folder/.lock.$id"
  rm -rf "$folder/.lock.$id"
fi`;

/**
 * folder, id, a line for the log or nothing; the state comes as input. Another's lock is left
 * alone.
 */
export const noteScript = `
folder=$1; id=$2; line=$3
if [ -n "$line" ]; then printf '%s\\n' "$line" >>/var/log/reperio/deploy.log; fi
grep -qF "\\"id\\":\\"$id\\"" "$folder/deploy.lock/holder" 2>/dev/null || exit 0
cat >"$folder/deploy.lock/state.$$"
mv -T "$folder/deploy.lock/state.$$" "$folder/deploy.lock/state"`;

/**
 * folder, version, digest of the manifest, kilobytes: "there" when it need not be copied; makes
 * room known.
 */
export const beforeCopyScript = `
folder=$1; version=$2; manifest=$3; needed=$4
release=$folder/releases/$version; part=$folder/releases/.$version.part
if [ -e "$release/MANIFEST.sha256" ]; then
  sum=$(sha256sum "$release/MANIFEST.sha256")
  if [ "\${sum%% *}" = "$manifest" ]; then echo there; exit 0; fi
  rm -rf "$part"; mv -T "$release" "$part"
fi
mkdir -p "$part"
had=$(du -sk "$part"); had=\${had%%[!0-9]*}
free=$(df -Pk "$part" | awk 'END { print $4 }')
if [ $((free + had)) -lt "$needed" ]; then echo "free $((free + had))"; fi`;

/** folder, version: nothing is left of a copy that has no room. */
export const dropCopyScript = `rm -rf "$1/releases/.$2.part"`;

/**
 * folder, version, digest of the manifest: prints the files that differ; the release has its name
 * when none does.
 */
export const verifyScript = `
LC_ALL=C; export LC_ALL
folder=$1; version=$2; manifest=$3
release=$folder/releases/$version; part=$folder/releases/.$version.part
if [ -d "$part" ] && [ ! -d "$release" ]; then at=$part; else at=$release; fi
cd "$at"
sum=$(sha256sum MANIFEST.sha256 2>/dev/null) || sum=
bad=
if [ "\${sum%% *}" != "$manifest" ]; then
  echo 'MANIFEST.sha256: FAILED'
  bad=yes
elif ! sha256sum --quiet -c MANIFEST.sha256 2>/dev/null; then
  bad=yes
fi
if [ -n "$bad" ]; then
  # So that the next copy mends it, unless it runs.
  if [ "$at" = "$release" ] && [ "$(readlink -f "$folder/current")" != "$release" ]; then rm -rf "$part"; mv -T "$release" "$part"; fi
  exit 0
fi
if [ "$at" = "$part" ]; then mv -T "$part" "$release"; fi`;

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
release=$1; shift
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
if [ "$(readlink -f "$folder/current")" != "$before" ]; then
  ln -sfn "$before" "$folder/.previous.new"
  mv -T "$folder/.previous.new" "$folder/previous"
fi
current=$(readlink -f "$folder/current"); previous=$(readlink -f "$folder/previous" || :)
rm -rf "$folder"/releases/.*.part
count=0
ls -1td "$folder"/releases/*/ | while read -r each; do
  each=\${each%/}
  count=$((count + 1))
  if [ "$count" -gt "$keep" ] && [ "$each" != "$current" ] && [ "$each" != "$previous" ]; then
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
set -a
if [ -r "$secrets" ]; then . "$secrets"; fi
set +a
if [ -e "$settings" ]; then REPERIO_CONFIG=$settings; export REPERIO_CONFIG; fi
REPERIO_DATA=$data; export REPERIO_DATA
cd /
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
exec setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"`;

/** socket, command: what HAProxy answers. */
export const haproxyScript = `printf '%s\\n' "$2" | socat -t 5 - "$1"`;

/** How many lines: the last of this host's log. */
export const logScript = `tail -n "$1" /var/log/reperio/deploy.log 2>/dev/null || :`;
