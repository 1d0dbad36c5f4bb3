import type { LiveState } from './live.ts';
import { etcdMembers, frontAddress, type Host, hostsWith, type Role, type Topology, usesPatroni } from './topology.ts';

/** A box of the picture: a tier of the cluster. */
interface Tier {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
  /** Not on the way of a request. */
  readonly aside?: true;
}

/** The cluster as text, from readers down to the data. `live`: what hosts said of themselves. */
export function drawCluster(topology: Topology, live: LiveState | undefined): string {
  const tiers = tiersOf(topology, live);
  const rows = tiers.flatMap((tier) => tier.rows);
  const widths = Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, at) =>
    Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .flatMap((cell, at) => (widths[at] === 0 ? [] : [cell.padEnd(widths[at] ?? 0)]))
      .join('  ')
      .trimEnd();
  const width = Math.max(...tiers.map(({ title }) => title.length + 1), ...rows.map((row) => lineOf(row).length));
  const front = frontAddress(topology);
  const parts = tiers.map(({ title, aside, ...tier }) => {
    const box = [
      `┌─ ${title} ${'─'.repeat(width - title.length - 1)}┐`,
      ...tier.rows.map((row) => `│ ${lineOf(row).padEnd(width)} │`),
      `└${'─'.repeat(width + 2)}┘`,
    ].join('\n');
    return aside ? `\n${box}` : `\n       │\n       ▼\n${box}`;
  });
  return `readers ─ ${topology.baseUrl}${front === undefined ? '' : ` ─ ${front}`}${parts.join('')}\n`;
}

function tiersOf(topology: Topology, live: LiveState | undefined): readonly Tier[] {
  const { ports } = topology;
  const row = (host: Host, role: string, at: string, state: string | undefined): readonly string[] => [
    live === undefined ? '' : markOf(state),
    host.name,
    host.address,
    at,
    role,
    state ?? '',
  ];
  const of = (role: Role): readonly Host[] => hostsWith(topology, role);
  const tiers: readonly Tier[] = [
    {
      title: topology.floatingAddress === undefined ? 'balancer' : `balancers: one has ${topology.floatingAddress}`,
      rows: of('balancer').map((host) => row(host, 'HAProxy', `:${ports.http}`, live?.balancers[host.name])),
    },
    {
      title: 'in front of web nodes, for files',
      rows: of('files').map((host) => row(host, topology.files.server, `:${ports.files}`, undefined)),
    },
    {
      title: 'web nodes',
      rows: of('web').map((host) => row(host, 'reperio serve', `:${ports.web}`, live?.web[host.name])),
    },
    databaseTier(topology, live, row),
    {
      title: 'beside them',
      aside: true,
      rows: [
        ...of('worker').map((host) => row(host, 'worker', '', undefined)),
        ...of('monitor').map((host) => row(host, 'Prometheus', `:${ports.prometheus}`, undefined)),
      ],
    },
  ];
  return tiers.filter(({ rows }) => rows.length > 0);
}

function databaseTier(
  topology: Topology,
  live: LiveState | undefined,
  row: (host: Host, role: string, at: string, state: string | undefined) => readonly string[],
): Tier {
  const { ports, etcdApi } = topology;
  const databases = hostsWith(topology, 'database').map((host) => {
    const told = live?.databases[host.name];
    const role = told === undefined ? 'PostgreSQL' : (roleNames[told.role] ?? told.role);
    const lag = told?.lag === undefined || told.lag === 0 ? '' : `, ${Math.ceil(told.lag / 1024)} kB behind`;
    const state =
      told === undefined ? (live !== undefined && usesPatroni(topology) ? 'away' : undefined) : `${told.state}${lag}`;
    return row(host, role, `:${ports.postgresql}`, state);
  });
  const members = etcdMembers(topology).map((host) =>
    row(host, `etcd (${etcdApi === 'etcd' ? 'v2' : 'v3'})`, `:${ports.etcd}`, live?.etcd[host.name]),
  );
  const title = usesPatroni(topology)
    ? `databases: the primary at :${ports.primary}, replicas at :${ports.replicas} of the balancers`
    : 'database';
  return { title, rows: [...databases, ...members] };
}

const roleNames: Readonly<Record<string, string>> = {
  leader: 'primary',
  sync_standby: 'replica (in step)',
  replica: 'replica',
};

const well = /^(?:ready|up|running|streaming)/;

/** Nothing is known of some programs. */
function markOf(state: string | undefined): string {
  if (state === undefined) return ' ';
  return well.test(state) ? '●' : state === 'going' ? '◐' : '○';
}
