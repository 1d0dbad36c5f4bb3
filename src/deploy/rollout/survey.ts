import { type Host, hostsWith, type Topology } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { knownServer, serversOn } from './balancers.ts';
import { type DeployHost, unitsOf } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import { askFacts, type HostFacts } from './facts.ts';
import type { Fleet } from './fleet.ts';
import type { LibraryLook } from './look.ts';
import { lookOn } from './program.ts';

/** All hosts as they are now. */
export interface Survey {
  /** Hosts that run the program, in the order in which they get a release. */
  readonly hosts: readonly DeployHost[];
  readonly balancers: readonly string[];
  /** Of hosts and balancers that answered. */
  readonly facts: readonly HostFacts[];
  /** Why others did not, and balancers that do not know a host. */
  readonly problems: readonly string[];
  /** Web nodes to which each balancer sends requests now. */
  readonly up: ReadonlyMap<string, readonly string[]>;
  /** Undefined: the release in force cannot say, or its host does not answer. */
  readonly library: LibraryLook | undefined;
  /** Why it cannot. */
  readonly libraryProblem: string | undefined;
}

/** Worker hosts first: what they make, older web nodes can read. Throws `noHosts`. */
export function hostsInOrder(topology: Topology): readonly Host[] {
  const workers = hostsWith(topology, 'worker');
  const hosts = [...workers, ...hostsWith(topology, 'web').filter((host) => !workers.includes(host))];
  if (hosts.length === 0) throw new UserError(rolloutErrors.noHosts);
  return hosts;
}

export interface SurveyOptions {
  /** Of each host, whose digests are asked. */
  readonly files?: ReadonlyMap<string, readonly string[]>;
  /** How many deployments of the past. */
  readonly log?: number;
}

/** All at once: it takes as long as the slowest of them. */
export async function survey(fleet: Fleet, { files, log = 1 }: SurveyOptions = {}): Promise<Survey> {
  const { topology } = fleet;
  const ordered = hostsInOrder(topology);
  const balancers = hostsWith(topology, 'balancer').map(({ name }) => name);
  /** By host: hosts answer in any order, and what is said of them has one. */
  const problems = new Map<string, string[]>();
  const web = hostsWith(topology, 'web').map(({ name }) => name);
  const noteOf =
    (name: string) =>
    (error: unknown): undefined => {
      if (!(error instanceof UserError)) throw error;
      problems.set(name, [...(problems.get(name) ?? []), `${error.message} ${error.hint}`]);
    };
  let library: LibraryLook | undefined;
  let libraryProblem: string | undefined;
  const lookFrom = async (facts: HostFacts): Promise<void> => {
    try {
      library = (await lookOn(fleet, facts.name, facts.current, { library: true, log })).library;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      libraryProblem = error.message;
    }
  };
  const asked = new Map<string, readonly string[]>();
  const askBalancer = async (name: string): Promise<void> => {
    const servers = await serversOn(fleet, name);
    asked.set(
      name,
      web.filter((server) => servers.get(server)?.isUp === true),
    );
    // The first one that it does not know is enough to say so.
    for (const server of web) knownServer(servers, name, server);
  };
  const ask = async (name: string): Promise<HostFacts | undefined> => {
    const facts = await askFacts(fleet, name, files?.get(name)).catch(noteOf(name));
    if (facts === undefined || facts.root === undefined) return facts;
    if (name === ordered[0]!.name && facts.current !== '') await lookFrom(facts);
    if (balancers.includes(name)) await askBalancer(name).catch(noteOf(name));
    return facts;
  };
  const names = [...new Set([...ordered.map(({ name }) => name), ...balancers])];
  const facts = (await Promise.all(names.map(ask))).filter((each) => each !== undefined);
  const hosts = ordered.map((host) => deployHost(host, facts));
  return {
    ...{ hosts, balancers, facts, library, libraryProblem },
    problems: names.flatMap((name) => problems.get(name) ?? []),
    up: new Map(balancers.flatMap((name) => (asked.has(name) ? [[name, asked.get(name)!] as const] : []))),
  };
}

/** Hosts that run the program and did not answer. */
export function silentHosts({ hosts, facts }: Pick<Survey, 'hosts' | 'facts'>): readonly string[] {
  return hosts.map(({ name }) => name).filter((name) => !facts.some((each) => each.name === name));
}

/** That there is none may be said only of hosts that answer. Undefined: all do. */
export function unasked(
  found: Pick<Survey, 'hosts' | 'facts' | 'problems'>,
  what: 'a lock' | 'an unfinished deployment',
): UserError | undefined {
  const silent = silentHosts(found);
  if (silent.length === 0) return undefined;
  const problem = found.problems[0] ?? '';
  return new UserError(rolloutErrors.unasked, { hosts: silent.join(', '), what, problem });
}

function deployHost({ name, roles }: Host, facts: readonly HostFacts[]): DeployHost {
  const isWeb = roles.includes('web');
  const before = facts.find((each) => each.name === name)?.current ?? '';
  return { name, isWeb, units: unitsOf({ isWeb, isWorker: roles.includes('worker') }), before };
}

/** Versions in force, of all hosts that have one. */
export function versionsInForce({ hosts, facts }: Survey): readonly string[] {
  const found = hosts.flatMap(({ name }) => facts.find((each) => each.name === name)?.version ?? []);
  return [...new Set(found)];
}
