import { probes } from '../../addresses/addresses.ts';
import { etcdMembers, type Host, hostsWith, type Topology, usesPatroni } from './topology.ts';

/** What hosts said of themselves just now. */
export interface LiveState {
  /** By host. */
  readonly web: Readonly<Record<string, WebState>>;
  readonly balancers: Readonly<Record<string, 'up' | 'away'>>;
  readonly etcd: Readonly<Record<string, 'up' | 'away' | 'no majority'>>;
  readonly databases: Readonly<Record<string, DatabaseState>>;
}

/**
 * going: about to stop, so that balancers look away; away: does not answer; else what it says
 * instead, as "answers 503".
 */
export type WebState = 'ready' | 'going' | 'away' | `answers ${number}`;

export interface DatabaseState {
  /** As Patroni has it: leader, sync_standby, replica. */
  readonly role: string;
  /** running, streaming, stopped, ... */
  readonly state: string;
  /** Bytes behind the primary. */
  readonly lag: number | undefined;
}

/** Answers status and text of a GET, or undefined when nobody answers in time. */
export type Ask = (url: string) => Promise<{ readonly status: number; readonly text: string } | undefined>;

/** Milliseconds: for a person who waits, and longer than anything that is well takes. */
const within = 1_500;

export const askOverHttp: Ask = async (url) => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(within), redirect: 'manual' });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
};

/** Asks all at once, each at its own address. */
export async function askCluster(topology: Topology, ask: Ask = askOverHttp): Promise<LiveState> {
  const { ports } = topology;
  const [web, balancers, etcd, databases] = await Promise.all([
    each(hostsWith(topology, 'web'), async ({ address }) =>
      webState(await ask(`http://${address}:${ports.web}${probes.ready}`)),
    ),
    each(hostsWith(topology, 'balancer'), async ({ address }) => {
      const answer = await ask(`http://${address}:${ports.haproxy}/haproxy-up`);
      return answer?.status === 200 ? 'up' : 'away';
    }),
    each(etcdMembers(topology), async ({ address }) => {
      const answer = await ask(`http://${address}:${ports.etcd}/health`);
      if (answer?.status === 200) return 'up';
      return answer?.status === 503 ? 'no majority' : 'away';
    }),
    usesPatroni(topology) ? databaseStates(topology, ask) : {},
  ]);
  return { web, balancers, etcd, databases };
}

async function each<T>(
  hosts: readonly Host[],
  state: (host: Host) => Promise<T>,
): Promise<Readonly<Record<string, T>>> {
  return Object.fromEntries(await Promise.all(hosts.map(async (host) => [host.name, await state(host)] as const)));
}

function webState(answer: Awaited<ReturnType<Ask>>): WebState {
  if (answer === undefined) return 'away';
  if (answer.status === 200) return 'ready';
  return answer.status === 404 && answer.text.startsWith('going away') ? 'going' : `answers ${answer.status}`;
}

/** Every Patroni knows of all; who knows of a leader is believed first, then whoever answers. */
async function databaseStates(topology: Topology, ask: Ask): Promise<Readonly<Record<string, DatabaseState>>> {
  const answers = await Promise.all(
    hostsWith(topology, 'database').map(({ address }) => ask(`http://${address}:${topology.ports.patroni}/cluster`)),
  );
  const told = answers.map((answer) => membersOf(answer?.text)).filter((members) => members !== undefined);
  return told.find((members) => Object.values(members).some(({ role }) => role === 'leader')) ?? told[0] ?? {};
}

function membersOf(text: string | undefined): Readonly<Record<string, DatabaseState>> | undefined {
  try {
    const { members }: { members: readonly { name: string; role: string; state: string; lag?: unknown }[] } =
      JSON.parse(text ?? '');
    return Object.fromEntries(
      members.map(({ name, role, state, lag }) => [
        name,
        { role, state, lag: typeof lag === 'number' ? lag : undefined },
      ]),
    );
  } catch {
    return undefined;
  }
}
