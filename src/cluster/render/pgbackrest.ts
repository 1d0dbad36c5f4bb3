import { retentionOf } from '../../config/texts.ts';
import { s3KeyFile } from '../topology/check-backup.ts';
import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const configuration = '/etc/pgbackrest/pgbackrest.conf';
const units = '/etc/systemd/system';
const socketFolder = '/var/run/postgresql';

/** Database hosts, and the host of the repository. */
export function usesPgbackrest({ backup: { repository } }: Topology, host: Host): boolean {
  return repository !== undefined && (host.roles.includes('database') || host.name === repository.host);
}

/**
 * pgBackRest copies the database server and archives its log. A host of its own for the repository
 * makes the backups, since pgBackRest demands it; otherwise the primary does.
 */
export function renderPgbackrest(topology: Topology, host: Host): readonly RenderedFile[] {
  const { repository } = topology.backup;
  if (repository === undefined) return [];
  const makes = repository.host === undefined || host.name === repository.host;
  return [
    { path: configuration, text: configurationText(topology, host), mode: 0o644 },
    ...(makes ? timedUnits(topology, host) : []),
  ];
}

function configurationText(topology: Topology, host: Host): string {
  const { name, backup } = topology;
  const repository = backup.repository!;
  const isOwn = repository.host === undefined || repository.host === host.name;
  const other = topology.hosts.find((each) => each.name === repository.host);
  const { daily, weekly } = retentionOf(backup.keep);
  return lines(
    madeFor(topology, host),
    '# Further repositories, as one in S3, go to files in /etc/pgbackrest/conf.d: repo2-type, repo2-path, ...',
    '[global]',
    isOwn
      ? [
          `repo1-path=${repository.folder}`,
          ...bucketLines(topology),
          '# Full backups are made each week, and so many are kept with the log since the oldest; in between, one a day that has what changed.',
          `repo1-retention-full=${Math.max(1, weekly)}`,
          `repo1-retention-diff=${Math.max(1, daily)}`,
          '# Small files are kept together: a library has thousands of them.',
          'repo1-bundle=y',
        ]
      : [
          '# By ssh, as postgres at both ends.',
          `repo1-host=${other?.address}`,
          'repo1-host-user=postgres',
          `repo1-path=${repository.folder}`,
        ],
    '# Faster than gzip, and smaller.',
    'compress-type=zst',
    'compress-level=3',
    '# A backup begins with an immediate checkpoint, not with the next one, which may take minutes.',
    'start-fast=y',
    'log-level-console=warn',
    'log-level-file=info',
    '',
    `[${name}]`,
    serversText(topology, host),
  );
}

/**
 * Each database host speaks to S3 itself. Buckets are in the path, as other servers than Amazon's
 * want it.
 */
function bucketLines({ backup: { repository, s3 } }: Topology): readonly string[] {
  if (repository?.bucket === undefined || s3 === undefined) return [];
  return [
    `# repo1-s3-key and repo1-s3-key-secret are in ${s3KeyFile}, which only postgres may read.`,
    'repo1-type=s3',
    `repo1-s3-bucket=${repository.bucket}`,
    `repo1-s3-endpoint=${s3.host}`,
    ...(s3.port === 443 ? [] : [`repo1-storage-port=${s3.port}`]),
    `repo1-s3-region=${s3.region}`,
    'repo1-s3-uri-style=path',
  ];
}

/**
 * A database host knows itself; the host of the repository asks all which of them is the primary.
 */
function serversText(topology: Topology, host: Host): readonly string[] {
  const { ports, database, backup } = topology;
  const own = [`pg1-path=${database.data}`, `pg1-port=${ports.postgresql}`, `pg1-socket-path=${socketFolder}`];
  if (backup.repository?.host !== host.name) return own;
  return hostsWith(topology, 'database').flatMap(({ address }, at) => [
    `pg${at + 1}-host=${address}`,
    `pg${at + 1}-host-user=postgres`,
    ...own.map((line) => line.replace(/^pg1/, `pg${at + 1}`)),
  ]);
}

const kinds = {
  full: { title: 'a whole backup', when: 'Sun *-*-* 01:00' },
  diff: { title: 'what changed since the whole one', when: 'Mon..Sat *-*-* 01:00' },
} as const;

function timedUnits(topology: Topology, host: Host): readonly RenderedFile[] {
  const service = lines(
    madeFor(topology, host),
    `
[Unit]
Description=pgBackRest of the database of Reperio: %i
Documentation=man:pgbackrest(1) file:${topology.release}/docs/backup.md
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=postgres`,
    host.name !== topology.backup.repository?.host && [
      '# Every database host has the timers; only the primary makes a backup.',
      `ExecCondition=/bin/sh -c 'test "$(psql -XAtqc "SELECT pg_is_in_recovery()" -h ${socketFolder} -p ${topology.ports.postgresql} -d postgres)" = f'`,
    ],
    `ExecStart=/usr/bin/pgbackrest --stanza=${topology.name} --type=%i backup
# Readers and the database have priority.
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
NoNewPrivileges=yes
ProtectHome=read-only`,
  );
  const timers = Object.entries(kinds).map(([kind, { title, when }]) => ({
    path: `${units}/reperio-pgbackrest-${kind}.timer`,
    text: lines(
      madeFor(topology, host),
      `
[Unit]
Description=pgBackRest of the database of Reperio: ${title}

[Timer]
Unit=reperio-pgbackrest@${kind}.service
OnCalendar=${when}
# One that was missed is made when the host is up again.
Persistent=yes

[Install]
WantedBy=timers.target`,
    ),
    mode: 0o644,
  }));
  return [{ path: `${units}/reperio-pgbackrest@.service`, text: service, mode: 0o644 }, ...timers];
}
