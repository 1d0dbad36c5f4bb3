import type { Host, Topology } from '../../cluster/topology/topology.ts';
import { platformProblem } from '../release/platform.ts';
import type { Release } from '../release/release.ts';
import { askFacts, type HostFacts } from '../rollout/facts.ts';
import type { Fleet } from '../rollout/fleet.ts';
import type { DeployLock } from '../rollout/lock.ts';
import { doctorScript } from './scripts.ts';

/** How a host is that shall become a node, or is one. */
export interface Examined {
  readonly facts: HostFacts;
  readonly system: string;
  readonly hasSystemd: boolean;
  /** Bytes. */
  readonly memory: number;
  /** Seconds that its clock is before ours. */
  readonly ahead: number;
  readonly hasUser: boolean;
  /** Of the data folder; '' when it is not there. */
  readonly owner: string;
  /** Bytes, where the data folder is or will be. */
  readonly dataFree: number;
  /** Of our ports, those on which somebody listens. */
  readonly taken: readonly number[];
  /** Of our units, those that run. */
  readonly active: readonly string[];
  /** Files of the index, by name, with their bytes. */
  readonly segments: ReadonlyMap<string, number>;
}

/** A file of a segment has the SHA-256 of its bytes as its name. */
const segmentName = /^([0-9a-f]{64}\.segment) (\d+)$/;

export async function examine(fleet: Fleet, host: Host, files: readonly string[] = []): Promise<Examined> {
  const { user, data, ports } = fleet.topology;
  const facts = await askFacts(fleet, host.name, files);
  const words = [user, data, ...(host.roles.includes('web') ? [String(ports.web)] : [])];
  const began = Date.now();
  // What only root may see is left out until somebody lets us be root.
  const there = await fleet.host(host.name);
  const text = await there.must([...there.asRoot, 'sh', '-euc', doctorScript, 'reperio', ...words], {
    what: 'looking at the machine',
  });
  const now = (began + Date.now()) / 2000;
  const lines = text.split('\n').map((line) => line.split('\t') as [string, string?]);
  const all = (key: string): readonly string[] => lines.flatMap(([name, value]) => (name === key ? [value ?? ''] : []));
  const one = (key: string): string => all(key)[0] ?? '';
  return {
    facts,
    system: one('system'),
    hasSystemd: one('systemd') === 'yes',
    memory: Number(one('memory')) * 1024,
    ahead: Math.round(Number(one('clock')) + 0.5 - now),
    hasUser: one('user') !== '',
    owner: one('owner'),
    dataFree: Number(one('data-free')) * 1024,
    taken: all('taken').map(Number),
    active: all('active'),
    segments: new Map(
      all('segment').flatMap((line) => {
        const [, name, bytes] = segmentName.exec(line) ?? [];
        return name === undefined ? [] : [[name, Number(bytes)] as const];
      }),
    ),
  };
}

export interface Needs {
  readonly release: Release;
  readonly releaseBytes: number;
  readonly indexBytes: number;
  /** Of its peer. */
  readonly lock?: DeployLock | undefined;
}

/** Seconds: sessions and leases of a library go by its clocks. */
const mostAhead = 30;
/** Bytes; a web process of a small library, its background process and the system. */
const leastMemory = 900e6;
/** What a library needs beside its index, and its growth until somebody looks. */
const spare = 200e6;

/** Everything that stands in the way, a sentence each, with what to do; none: it can be a node. */
export function nodeObstacles(found: Examined, needs: Needs, { user, data, ports }: Topology): readonly string[] {
  const { facts, hasSystemd, memory, ahead, owner, dataFree, taken, active } = found;
  const { release, releaseBytes, indexBytes } = needs;
  const lock = facts.lock ?? needs.lock;
  const platform = platformProblem(release.platform, facts);
  const isOurs = active.some((unit) => unit.startsWith('reperio-web.'));
  const missing = facts.there.includes(release.version) ? 0 : releaseBytes * 1.1;
  const index = Math.max(0, indexBytes - [...found.segments.values()].reduce((sum, bytes) => sum + bytes, 0));
  return [
    facts.root === undefined &&
      'Whoever logs in there is not root, and sudo asks for a password. Allow it without one, or name root under `deploy: {user}` in cluster.yaml.',
    lock !== undefined &&
      `Deploying is locked by ${lock.holder} since ${lock.since}: ${lock.reason}. The release may be another one afterwards: wait for the end of it; \`reperio deploy status\` shows it.`,
    platform !== undefined && `Release ${release.version} cannot run there: ${platform}.`,
    facts.lacks.length > 0 && `It has no ${facts.lacks.join(', ')}: install what is missing.`,
    !hasSystemd && 'systemd does not run there, so nothing would start the services.',
    facts.free < missing &&
      `Release ${release.version} needs ${megabytes(missing)}, and ${megabytes(facts.free)} are free.`,
    dataFree < index + spare &&
      `The data folder ${data} needs ${megabytes(index + spare)}, and ${megabytes(dataFree)} are free.`,
    memory < leastMemory && `It has ${megabytes(memory)} of memory, and a node needs ${megabytes(leastMemory)}.`,
    Math.abs(ahead) > mostAhead &&
      `Its clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} ours. Let chrony or systemd-timesyncd set both.`,
    owner !== '' &&
      owner !== user &&
      owner !== 'root' &&
      `The data folder ${data} belongs to ${owner}, and not to ${user}.`,
    !isOurs &&
      taken.includes(ports.web) &&
      `Something else listens on port ${ports.web}: stop it, or choose another under \`ports\`.`,
  ].filter((sentence) => sentence !== false);
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
