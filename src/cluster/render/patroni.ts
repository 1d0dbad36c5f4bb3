import type { Secrets } from '../topology/secrets.ts';
import { etcdMembers, type Host, type Topology } from '../topology/topology.ts';
import { createDatabaseFile } from './postgresql.ts';
import { accessLines } from './postgresql-access.ts';
import { archiveParameters, postgresParameters, replicationParameters } from './postgresql-parameters.ts';
import { environmentLine, lines, madeFor, type RenderedFile } from './rendered-file.ts';

/** As Debian's patroni.service reads them. */
const patroniFile = '/etc/patroni/config.yml';
const patroniSecrets = '/etc/patroni_env.conf';

/** Patroni 3 or newer: makes the PostgreSQL of each database host primary or replica. */
export function renderPatroni(topology: Topology, host: Host, secrets: Secrets): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    `# Passwords are in ${patroniSecrets}. The section bootstrap is read only once, when the cluster is created: afterwards use \`patronictl edit-config\`.`,
    head(topology, host),
    bootstrap(topology),
    postgres(topology, host),
    `
tags:
  nofailover: false
  noloadbalance: false
  clonefrom: false
  nosync: false`,
  );
  return [
    { path: patroniFile, text, mode: 0o644 },
    {
      path: patroniSecrets,
      mode: 0o600,
      text: lines(
        madeFor(topology, host),
        environmentLine('PATRONI_SUPERUSER_USERNAME', 'postgres'),
        environmentLine('PATRONI_SUPERUSER_PASSWORD', secrets.superuser),
        environmentLine('PATRONI_REPLICATION_USERNAME', 'replicator'),
        environmentLine('PATRONI_REPLICATION_PASSWORD', secrets.replication),
        environmentLine('PATRONI_REWIND_USERNAME', 'rewinder'),
        environmentLine('PATRONI_REWIND_PASSWORD', secrets.rewind),
        `# For ${createDatabaseFile}.`,
        environmentLine('LIBRARY_PASSWORD', secrets.library),
      ),
    },
  ];
}

function head(topology: Topology, host: Host): string {
  const { name, ports, etcdApi } = topology;
  const hosts = etcdMembers(topology)
    .map(({ address }) => `${address}:${ports.etcd}`)
    .join(',');
  const why =
    etcdApi === 'etcd'
      ? `# The v2 API, on purpose: with etcd3 this Patroni (${topology.versions.patroni}) overwrites the leader key of the new primary when the old primary comes back, and writes
# acknowledged in between are lost (see docs/cluster.md). etcd needs --enable-v2.`
      : `# The v3 API is safe since Patroni 3.1; older versions need the v2 API.`;
  return `
scope: ${name}
name: ${host.name}

restapi:
  # Balancers and other Patroni members ask here which server is the primary.
  listen: "${host.address}:${ports.patroni}"
  connect_address: "${host.address}:${ports.patroni}"

${why}
${etcdApi}:
  hosts: "${hosts}"`;
}

function bootstrap(topology: Topology): string {
  const parameters = [...replicationParameters, ...postgresParameters(topology)].map(
    ({ name, value, why }) => `        # ${why}\n        ${name}: "${value}"`,
  );
  return lines(
    `
bootstrap:
  dcs:
    # Seconds. A lost primary is replaced after ttl: 22 s without writes (measured). 20 is the smallest value that Patroni 4 accepts. A switchover takes 2 s.
    # loop_wait + 2 * retry_timeout must not exceed ttl; otherwise a slow etcd demotes the primary.
    ttl: 20
    loop_wait: 2
    retry_timeout: 3
    # Bytes. A replica that is further behind does not become the primary.
    maximum_lag_on_failover: 1048576
    # A crashed primary is not given time to restart: a replica takes over at once (3 s instead of minutes).
    primary_start_timeout: 0
    # A commit is acknowledged when a replica has it too, and only that replica may take over: the loss of one host loses no acknowledged write.
    synchronous_mode: true
    # Without a replica, the primary acknowledges commits alone. With true it would refuse writes instead.
    synchronous_mode_strict: false
    postgresql:
      # The old primary is rewound to the point where the new one began, instead of being copied again.
      use_pg_rewind: true
      use_slots: true
      parameters:`,
    parameters,
    `
  initdb:
    - encoding: UTF8
    # Text is sorted by a fixed order, not by the system's locale: a replica with another release of the system would sort differently, which breaks indexes.
    - locale: C.UTF-8
    # A damaged page is found when it is read. pg_rewind needs checksums as well (or wal_log_hints).
    - data-checksums
    - auth-host: scram-sha-256
    - auth-local: peer
  # Access rules are under postgresql.pg_hba; Patroni 3.0's --validate-config requires a line here too.
  pg_hba:
    - local all postgres peer
  # Creates the role and the database of the library, once.
  post_bootstrap: ${createDatabaseFile}`,
  ).trimEnd();
}

function postgres(topology: Topology, host: Host): string {
  const { ports, database } = topology;
  return lines(
    `
postgresql:
  # Not the loopback address: Patroni itself connects to this address too.
  listen: "${host.address}:${ports.postgresql}"
  connect_address: "${host.address}:${ports.postgresql}"
  data_dir: ${database.data}
  bin_dir: ${database.programs}
  pgpass: /var/lib/postgresql/.pgpass-patroni
  parameters:
    unix_socket_directories: /var/run/postgresql`,
    archiveParameters(topology).map(({ name, value, why }) => `    # ${why}\n    ${name}: "${value}"`),
    `  basebackup:
    # A new replica starts with an immediate checkpoint; waiting for the next one may take minutes.
    - checkpoint: fast
  # Here and not under bootstrap, so that rendering again and \`patronictl reload\` give access to a host that was added.
  pg_hba:`,
    accessLines(topology).map((line) => `    - ${line}`),
  ).trimEnd();
}
