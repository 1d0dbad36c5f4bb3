import type { Secrets } from '../topology/secrets.ts';
import { type Host, type Topology, usesPatroni } from '../topology/topology.ts';
import { accessLines } from './postgresql-access.ts';
import { archiveParameters, postgresParameters } from './postgresql-parameters.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

export const createDatabaseFile = '/etc/reperio/create-database.sh';

/**
 * What makes the library's role and database; and for a single server its configuration, as files
 * for Debian's cluster folder. With several servers Patroni writes that.
 */
export function renderPostgresql(topology: Topology, host: Host, _secrets: Secrets): readonly RenderedFile[] {
  const script = { path: createDatabaseFile, text: createDatabase(topology, host), mode: 0o755 };
  if (usesPatroni(topology)) return [script];
  const major = topology.versions.postgresql.split('.')[0];
  const folder = `/etc/postgresql/${major}/${topology.name}`;
  const settings = lines(
    madeFor(topology, host),
    '# The address of this host, since the library connects from other hosts.',
    `listen_addresses = '${host.address}'`,
    `port = ${topology.ports.postgresql}`,
    [...postgresParameters(topology), ...archiveParameters(topology)].map(
      ({ name, value, why }) => `# ${why}\n${name} = '${value}'`,
    ),
  );
  const access = lines(madeFor(topology, host), accessLines(topology));
  return [
    script,
    { path: `${folder}/conf.d/reperio.conf`, text: settings, mode: 0o644 },
    { path: `${folder}/pg_hba.conf`, text: access, mode: 0o640 },
  ];
}

function createDatabase(topology: Topology, host: Host): string {
  const { database } = topology;
  return lines(
    '#!/bin/sh',
    madeFor(topology, host),
    `# Creates the role ${database.user} and its database ${database.name}, once. Patroni runs this script with the address of the new primary. To run it by hand:
#   LIBRARY_PASSWORD=... sh ${createDatabaseFile} 'dbname=postgres'
set -eu
: "\${LIBRARY_PASSWORD:?is not set}"
# The password is passed in the environment: everybody on the machine can see arguments.
psql -X -q -v ON_ERROR_STOP=1 -d "\${1:-dbname=postgres}" <<'SQL'
\\getenv password LIBRARY_PASSWORD
CREATE ROLE ${database.user} LOGIN PASSWORD :'password';
CREATE DATABASE ${database.name} OWNER ${database.user} TEMPLATE template0 ENCODING 'UTF8';
SQL`,
  );
}
