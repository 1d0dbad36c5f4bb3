import type { Secrets } from '../topology/secrets.ts';
import { etcdMembers, type Host, type Topology } from '../topology/topology.ts';
import { createDatabaseFile } from './postgresql.ts';
import { accessLines } from './postgresql-access.ts';
import { postgresParameters, replicationParameters } from './postgresql-parameters.ts';
import { environmentLine, lines, madeFor, type RenderedFile } from './rendered-file.ts';

/** As Debian's patroni.service reads them. */
const patroniFile = '/etc/patroni/config.yml';
const patroniSecrets = '/etc/patroni_env.conf';

/** Patroni 3 or newer: makes the PostgreSQL of each database host primary or replica. */
export function renderPatroni(topology: Topology, host: Host, secrets: Secrets): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    `# Passwords are in ${patroniSecrets}. What is under bootstrap counts when the cluster is made, and never again: later \`patronictl edit-config\` changes it.`,
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
      ? `# The v2 API, on purpose: with etcd3 this Patroni (${topology.versions.patroni}) overwrites the lock of the new primary when the old one comes back, and what was
# acknowledged meanwhile is lost (see docs/cluster.md). etcd needs --enable-v2.`
      : `# Safe since Patroni 3.1; before, it had to be the v2 API.`;
  return `
scope: ${name}
name: ${host.name}

restapi:
  # Balancers and other members ask here who is the primary.
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
    # Seconds. A primary that is lost is replaced after ttl: 22 s without writes (measured); 20 is the least that Patroni 4 takes. Switching over takes 2 s.
    # loop_wait + 2 * retry_timeout must not exceed ttl, or a slow etcd costs the primary its office.
    ttl: 20
    loop_wait: 2
    retry_timeout: 3
    # A replica that is further behind (bytes) does not become the primary.
    maximum_lag_on_failover: 1048576
    # A primary that crashed is not given time to come up again: a replica takes over at once (3 s instead of minutes).
    primary_start_timeout: 0
    # A commit is acknowledged when a replica has it too, and only that replica may take over: no acknowledged write is lost with one host.
    synchronous_mode: true
    # While no replica is there, commits are acknowledged by the primary alone. true would refuse writes instead.
    synchronous_mode_strict: false
    postgresql:
      # The old primary is rewound to where the new one began, instead of being copied anew.
      use_pg_rewind: true
      use_slots: true
      parameters:`,
    parameters,
    `
  initdb:
    - encoding: UTF8
    # The order of text is ours, not the system's, whose changes would break indexes of a replica on another release.
    - locale: C.UTF-8
    # A damaged page is found when it is read; pg_rewind needs it as well.
    - data-checksums
    - auth-host: scram-sha-256
    - auth-local: peer
  # Who may connect stands under postgresql.pg_hba; Patroni 3.0's --validate-config asks for a line here too.
  pg_hba:
    - local all postgres peer
  # Makes the library's role and database once.
  post_bootstrap: ${createDatabaseFile}`,
  ).trimEnd();
}

function postgres(topology: Topology, host: Host): string {
  const { ports, database } = topology;
  return lines(
    `
postgresql:
  # Not the loopback address: Patroni itself comes by this one too.
  listen: "${host.address}:${ports.postgresql}"
  connect_address: "${host.address}:${ports.postgresql}"
  data_dir: ${database.data}
  bin_dir: ${database.programs}
  pgpass: /var/lib/postgresql/.pgpass-patroni
  parameters:
    unix_socket_directories: /var/run/postgresql
  basebackup:
    # A new replica does not wait for the next checkpoint, which may take minutes.
    - checkpoint: fast
  # Here and not under bootstrap, so that a host that is added is let in by rendering again and \`patronictl reload\`.
  pg_hba:`,
    accessLines(topology).map((line) => `    - ${line}`),
  ).trimEnd();
}
