# Sourced by bin/reperio and by the scripts of this folder, with $root set to the clone. `prepare` sees to it that the pinned Node, all
# dependencies and the native modules are there, and sets $node. When they are, that costs a few milliseconds.

say() {
  printf '%s\n' "$1" >&2
}

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

# $1: runtime, or all for the development dependencies as well, or release for nothing but what runs.
prepare() {
  case $(uname -sm) in
    'Linux x86_64') arch=x64 ;;
    'Linux aarch64' | 'Linux arm64') arch=arm64 ;;
    *) fail "Reperio runs on Linux on x86-64 and arm64, and this is $(uname -sm)." 'Use such a machine, or a container.' ;;
  esac
  modules=$root/node_modules
  node=$modules/node-linux-$arch/bin/node
  state=$modules/.reperio
  if [ -f "$root/RELEASE.json" ]; then
    check_release
  elif ! is_ready "$1"; then
    # The lock is on the clone's folder itself and ends with this process, so nothing is left behind. Children must not keep it.
    exec 9<"$root"
    if command -v flock >/dev/null && ! flock -n 9; then
      say 'Waiting for another installation to finish ...'
      flock 9
    fi
    is_ready "$1" || make_ready "$1"
    exec 9<&-
  fi
  choose_cache
}

# A release is whole and is never changed: nothing is installed in it, and nothing is written. Its library is elsewhere, so that it outlives the release.
check_release() {
  [ -x "$node" ] ||
    fail "This release has no Node.js for $(uname -m): it was made for another machine, or is damaged." 'Take the release for this machine; `sha256sum --quiet -c MANIFEST.sha256` in its folder names what is damaged.'
  wanted=
  while read -r key value; do
    if [ "$key" = '"glibc":' ]; then wanted=$value && break; fi
  done <"$root/RELEASE.json"
  wanted=${wanted#'"2.'} wanted=${wanted%%[!0-9]*}
  found=$(getconf GNU_LIBC_VERSION 2>/dev/null) || found=
  case $found in
    'glibc 2.'*) found=${found#'glibc 2.'} found=${found%%[!0-9]*} ;;
    *) found=0 ;;
  esac
  [ "$found" -ge "${wanted:-0}" ] ||
    fail "This release needs glibc 2.$wanted or newer, and this machine has $(getconf GNU_LIBC_VERSION 2>/dev/null || echo none)." 'Use a newer system (Debian 12, RHEL 9), or make a release on this one: scripts/release in a clone.'
  if [ -z "${REPERIO_DATA:-}" ]; then
    case $(id -u):${HOME:-} in
      0:* | *:) REPERIO_DATA=/var/lib/reperio ;;
      *) REPERIO_DATA=${XDG_DATA_HOME:-$HOME/.local/share}/reperio ;;
    esac
    export REPERIO_DATA
  fi
}

# What Node compiled is kept for the next start: in the clone, or else with the library.
choose_cache() {
  if [ -n "${NODE_COMPILE_CACHE:-}" ]; then return; fi
  data=${REPERIO_DATA:-$root/.reperio}
  if ! [ -f "$root/RELEASE.json" ] && [ -w "$state" ]; then
    export NODE_COMPILE_CACHE="$state/compile-cache"
  elif [ -O "$data" ]; then
    export NODE_COMPILE_CACHE="$data/compile-cache"
  fi
}

# A stamp is a copy of the package-lock.json that was checked; npm's own list is newer when somebody ran npm since.
is_ready() {
  [ -x "$node" ] && { has_stamp all || has_stamp "$1"; }
}

has_stamp() {
  cmp -s "$root/package-lock.json" "$state/$1-$arch" && ! [ "$modules/.package-lock.json" -nt "$state/$1-$arch" ]
}

make_ready() {
  is_installed "$1" || install_dependencies "$1"
  "$node" --version >/dev/null 2>&1 ||
    fail "The Node.js that comes with Reperio does not run on this machine." 'It needs glibc 2.28 or newer (Debian 10, RHEL 8 or newer).'
  loads_natives || rebuild_natives
  level=$1
  if is_installed all; then level=all; fi
  # A clone that cannot be written is checked again each time.
  if mkdir -p "$state" 2>/dev/null; then cp "$root/package-lock.json" "$state/$level-$arch" 2>/dev/null || :; fi
}

is_installed() {
  [ -x "$node" ] && "$node" "$root/scripts/installed.ts" "$1" 2>/dev/null 9<&-
}

install_dependencies() {
  command -v npm >/dev/null ||
    fail 'The dependencies are not installed, and npm is missing.' 'Install Node.js with npm 10 or newer (Debian: apt-get install npm).'
  [ -w "$root" ] ||
    fail "The dependencies are missing or outdated, and $root cannot be written." "Run $root/bin/reperio once as the user who owns it."
  say 'Installing dependencies (a minute or two, the first time only) ...'
  log=$root/.npm-install.log
  dev=
  case $1 in
    all) dev=--include=dev ;;
    release) dev=--omit=dev ;;
  esac
  # What install scripts would do is done where it is needed: natives below, links of libraries in src/store/embedded/binaries.ts.
  if ! (cd "$root" && run_npm ci --ignore-scripts $dev) >"$log" 2>&1; then explain_npm 'The dependencies could not be installed'; fi
  rm -f "$log"
  if is_installed "$1"; then return; fi
  # npm passes over optional packages for which there is no room.
  if has_little_room; then fail_full; fi
  fail 'npm left the dependencies incomplete.' 'Delete node_modules and try again. Check that optional dependencies are not switched off (npm config get omit).'
}

run_npm() {
  npm_config_fetch_retry_mintimeout=1000 npm_config_fetch_retry_maxtimeout=10000 \
    npm "$@" --no-audit --no-fund --no-progress --loglevel=error 9<&-
}

has_little_room() {
  room=$(df -Pk "$root" 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ "${room:-1000000}" -lt 100000 ]
}

fail_full() {
  fail 'The disk is full, so the dependencies cannot be installed.' "Free 1 GB on the disk that holds $root (npm's cache may be on another: npm config get cache)."
}

explain_npm() {
  if grep -Eq 'ENOSPC|[Nn]o space left' "$log"; then
    fail_full
  elif grep -Eq 'ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|CERT|network' "$log"; then
    fail "npm cannot reach its registry, $(cd "$root" && npm config get registry 2>/dev/null)." "Check the network and npm's proxy settings, then run this again; the output of npm is in $log."
  elif grep -Eq 'EACCES|EPERM|EROFS' "$log"; then
    fail "$1, because npm may not write: $(grep -Em1 'EACCES|EPERM|EROFS' "$log")." "Run this as the user who owns $root; the output of npm is in $log."
  fi
  fail "$1: $(grep -Em1 'npm (error|ERR!)' "$log" || tail -n 1 "$log")." "The output of npm is in $log."
}

loads_natives() {
  (cd "$root" && "$node" -e 'new (require("roaring").RoaringBitmap32)([1])') >/dev/null 2>&1 9<&-
}

# A built one is fetched where that is possible; else it is compiled.
rebuild_natives() {
  [ -w "$modules/roaring" ] ||
    fail 'The native module roaring cannot be loaded, and its folder cannot be written to build it again.' "Run $root/bin/reperio once as the user who owns $root."
  log=$root/.npm-install.log
  rm -rf "$modules/roaring/native" "$modules/roaring/build"
  if (cd "$modules/roaring" && "$node" node-pre-gyp.js install) >"$log" 2>&1 9<&- && loads_natives; then
    rm -f "$log"
    return
  fi
  missing=
  for tool in g++ make python3; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then
    fail "The native module roaring has to be compiled here, and these are missing:$missing." 'Install them (Debian: apt-get install g++ make python3) and run this again.'
  fi
  say 'Compiling a native module (half a minute, the first time only) ...'
  if compile_roaring >>"$log" 2>&1 9<&- && loads_natives; then
    rm -f "$log"
    return
  fi
  grep -q 'No space left' "$log" && explain_npm 'roaring could not be compiled'
  fail 'The native module roaring could not be compiled.' "The output of the compiler is in $log."
}

# For the pinned Node's headers, whatever npm's nodedir says; in a folder without spaces in its path, which make and node-gyp need.
compile_roaring() (
  case ${TMPDIR:-/tmp} in
    *[[:space:]]*) build=$(mktemp -d /tmp/reperio-build.XXXXXX) ;;
    *) build=$(mktemp -d "${TMPDIR:-/tmp}/reperio-build.XXXXXX") ;;
  esac
  trap 'rm -rf "$build"' EXIT
  trap 'exit 130' INT TERM
  cp -R "$modules/roaring" "$build/roaring"
  ln -s "$modules/node-linux-$arch" "$build/node"
  cd "$build/roaring"
  # By the environment, which for node-gyp goes before its arguments, and in which npm leaves its own nodedir.
  PATH="$build/node/bin:$PATH" npm_config_nodedir="$build/node" node "$modules/node-gyp/bin/node-gyp.js" rebuild \
    --module_name=roaring --module_path="$build/roaring/built" || exit 1
  mkdir -p "$modules/roaring/build/Release"
  cp built/roaring.node "$modules/roaring/build/Release/roaring.node"
)
