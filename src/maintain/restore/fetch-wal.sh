#!/bin/sh
# fetch-wal.sh NAME PATH FOLDER [DAMAGED]: the restore_command of a server that recovers. Status 1: the archive does not have the file, so the log ends there.
# Where its name has a time, it was sent later (at) or received before it was full (until); the last one has most.
# Status 200: the archive has it and it cannot be read. The server gives up then, while it would take a low status for the end of the log, which DAMAGED is.
set -eu
[ "$1" != "${4-}" ] || exit 1
found=
for from in "$3/$1".until-*.gz "$3/$1".at-*.gz "$3/$1.gz"; do
  if [ -e "$from" ]; then found=$from; fi
done
[ -n "$found" ] || exit 1
gunzip -c "$found" > "$2.part" || exit 200
mv "$2.part" "$2" || exit 200
