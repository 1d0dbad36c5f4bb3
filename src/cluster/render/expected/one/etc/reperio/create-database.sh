#!/bin/sh
# Host one of the cluster main, made by `reperio cluster render`. Do not edit: change cluster.yaml and render again.
# Creates the role reperio and its database reperio, once. Patroni runs this script with the address of the new primary. To run it by hand:
#   LIBRARY_PASSWORD=... sh /etc/reperio/create-database.sh 'dbname=postgres'
set -eu
: "${LIBRARY_PASSWORD:?is not set}"
# The password is passed in the environment: everybody on the machine can see arguments.
psql -X -q -v ON_ERROR_STOP=1 -d "${1:-dbname=postgres}" <<'SQL'
\getenv password LIBRARY_PASSWORD
CREATE ROLE reperio LOGIN PASSWORD :'password';
CREATE DATABASE reperio OWNER reperio TEMPLATE template0 ENCODING 'UTF8';
SQL
