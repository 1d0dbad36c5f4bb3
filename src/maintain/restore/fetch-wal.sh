#!/bin/sh
# fetch-wal.sh NAME PATH FOLDER: the restore_command of a server that recovers. Status 1: the archive does not have the file.
# A file that was received before it was full has the time in its name; the last one has most.
set -eu
from=$3/$1.gz
if ! [ -e "$from" ]; then
  for from in "$3/$1".until-*.gz; do :; done
  [ -e "$from" ] || exit 1
fi
gunzip -c "$from" > "$2.part"
mv "$2.part" "$2"
