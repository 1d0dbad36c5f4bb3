/**
 * What is done on hosts, as constant texts of a POSIX shell; names come as $1, $2, ... Each may be
 * done twice.
 */

/**
 * There while files of this host were written and who reads them was not told yet, so that the next
 * attempt tells them. After a boot everybody has read everything, and nothing is in /run.
 */
export const ownMark = '/run/reperio-unread';

/** Files: each is made. */
export const markScript = `for each; do : >"$each"; done`;

/** A file: "yes" when it is there. */
export const isMarkedScript = `if [ -e "$1" ]; then echo yes; fi`;

/** Files: each is deleted. */
export const unmarkScript = `rm -f -- "$@"`;

/** user, data folder, ports: lines "name TAB value". */
export const doctorScript = `
LC_ALL=C; export LC_ALL
user=$1; data=$2; shift 2
tell() { printf '%s\\t%s\\n' "$1" "$2"; }
tell system "$(sed -n 's/^PRETTY_NAME="\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$/\\1/p' /etc/os-release 2>/dev/null || :)"
if systemctl show -p LoadState --value reperio-web.service >/dev/null 2>&1; then tell systemd yes; fi
tell memory "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)"
tell clock "$(date +%s)"
tell user "$(id -u -- "$user" 2>/dev/null || :)"
tell owner "$(stat -c %U -- "$data" 2>/dev/null || :)"
near=$data; while [ ! -d "$near" ]; do near=\${near%/*}; near=\${near:-/}; done
tell data-free "$(df -Pk "$near" | awk 'END { print $4 }')"
for each; do
  hex=$(printf ':%04X' "$each")
  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v end="$hex" '$4 == "0A" && substr($2, length($2) - 4) == end { found = 1 } END { exit !found }'; then tell taken "$each"; fi
done
for each in reperio-web.socket reperio-web.service reperio-follower.service reperio-tasks.service; do
  if systemctl is-active --quiet "$each" 2>/dev/null; then tell active "$each"; fi
done
if [ -r "$data/index" ]; then
  find "$data/index" -maxdepth 1 -name '*.segment' -printf 'segment\\t%f %s\\n'
fi`;

/** user, data folder: a system user, and a folder that is only its own. */
export const userScript = `
user=$1; data=$2
if ! id -u -- "$user" >/dev/null 2>&1; then
  PATH=$PATH:/usr/sbin:/sbin
  useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin -- "$user"
fi
mkdir -p -- "$data/index"
chmod 700 -- "$data" "$data/index"
chown -- "$user:$user" "$data" "$data/index"`;

/** path, mode; the text comes as input: the file is whole or as before, and whose it was. */
export const writeScript = `
path=$1; mode=$2
umask 022
mkdir -p -- "$(dirname -- "$path")"
umask 077
cat >"$path.new"
chmod -- "$mode" "$path.new"
if [ -e "$path" ]; then chown --reference="$path" -- "$path.new"; fi
mv -T -- "$path.new" "$path"`;

/** user, data folder: prints segments whose bytes are not those of their name, and deletes them. */
export const segmentsScript = `
user=$1; cd -- "$2/index"
for each in *.segment; do
  [ -e "$each" ] || continue
  sum=$(sha256sum -- "$each")
  if [ "\${sum%% *}" = "\${each%.segment}" ]; then chown -- "$user:$user" "$each"; chmod 600 -- "$each"
  else rm -f -- "$each"; printf '%s\\n' "$each"; fi
done`;

/**
 * "restart" or "start", units: they run now and after each boot. When one does not, what it said
 * last.
 */
export const startScript = `
verb=$1; shift
systemctl daemon-reload
systemctl enable --quiet "$@" 2>/dev/null || systemctl enable "$@" >/dev/null
if ! systemctl "$verb" "$@"; then
  for each; do
    if ! systemctl is-active --quiet "$each"; then
      journalctl -q -n 20 -o cat --no-pager -u "$each" 2>/dev/null | grep -v '^ *at ' | tail -n 6 >&2
    fi
  done
  exit 1
fi`;

/** Units that are there: they are stopped, and stay so. */
export const stopScript = `
for each; do
  if [ "$(systemctl show -p LoadState --value "$each" 2>/dev/null)" = loaded ]; then
    systemctl disable --quiet "$each" 2>/dev/null || systemctl disable "$each" >/dev/null
    set -- "$@" "$each"
  fi
  shift
done
if [ "$#" -gt 0 ]; then systemctl stop "$@"; fi`;
