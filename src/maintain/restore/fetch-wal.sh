#!/bin/sh
# fetch-wal.sh NAME PATH FOLDER: the restore_command of a server that recovers. Status 1: the archive does not have the file.
set -eu
[ -e "$3/$1.gz" ] || exit 1
gunzip -c "$3/$1.gz" > "$2.part"
mv "$2.part" "$2"
