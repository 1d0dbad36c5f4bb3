#!/bin/sh
# fetch-wal.sh NAME PATH FOLDER: the restore_command of a server that recovers. Status 1: the archive does not have the file.
# Where its name has a time, it was sent later (at) or received before it was full (until); the last one has most.
set -eu
found=
for from in "$3/$1".until-*.gz "$3/$1".at-*.gz "$3/$1.gz"; do
  if [ -e "$from" ]; then found=$from; fi
done
[ -n "$found" ] || exit 1
gunzip -c "$found" > "$2.part"
mv "$2.part" "$2"
