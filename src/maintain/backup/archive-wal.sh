#!/bin/sh
# archive-wal.sh PATH NAME FOLDER: the archive_command of the embedded server. One file of its log is compressed into the folder, whole or not at all.
# The same file again is well; another one of the same name is refused.
set -eu
to=$3/$2.gz
part=$3/.$2.$$
if [ -e "$to" ]; then
  if gunzip -c "$to" | cmp -s - "$1"; then exit 0; fi
  echo "$to is there and has other bytes" >&2
  exit 1
fi
trap 'rm -f "$part"' EXIT
umask 077
gzip -6 < "$1" > "$part"
# The time of its last change: what was committed later is in another file, however late this one is archived.
touch -r "$1" "$part"
sync "$part"
mv "$part" "$to"
sync "$3"
