#!/bin/sh
# one of the cluster main, made by `reperio cluster render`: change cluster.yaml and render again.
# Makes the role reperio and its database reperio, once. Patroni calls it with the address of the new primary; by hand it needs none:
#   LIBRARY_PASSWORD=... sh /etc/reperio/create-database.sh 'dbname=postgres'
set -eu
: "${LIBRARY_PASSWORD:?is not set}"
# The password comes by the environment: arguments can be seen by everybody on the machine.
psql -X -q -v ON_ERROR_STOP=1 -d "${1:-dbname=postgres}" <<'SQL'
\getenv password LIBRARY_PASSWORD
CREATE ROLE reperio LOGIN PASSWORD :'password';
CREATE DATABASE reperio OWNER reperio TEMPLATE template0 ENCODING 'UTF8';
SQL
