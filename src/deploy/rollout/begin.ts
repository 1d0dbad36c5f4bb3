import { UserError } from '../../errors/errors.ts';
import { parseRelease } from '../release/read.ts';
import type { Release } from '../release/release.ts';
import { type CarryOptions, carryOut } from './carry-out.ts';
import type { Deployment } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { type DeployLock, holderHere, lockedBy, lockHosts, newId, unlockHosts } from './lock.ts';
import { drawPlan, type Planned, stepsFor, type Target } from './plan.ts';
import { Recorder } from './recorder.ts';
import { openSource, type Source } from './source.ts';
import { hostsInOrder, type Survey } from './survey.ts';

export interface Watching extends Pick<CarryOptions, 'signal' | 'onStep' | 'onBack' | 'onNote'> {
  /** Told once everything is known, before anything is done. */
  readonly onPlan: (planned: Pick<Planned, 'steps' | 'hosts' | 'from' | 'to' | 'last'>) => void;
}

/**
 * The release of this name: on this machine, else on all hosts. Throws a UserError when it is
 * nowhere. `use` has it for as long as it takes.
 */
export async function withTarget<T>(
  fleet: Fleet,
  named: string | undefined,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const source = await openSource(named);
  if (source !== undefined) {
    try {
      return await use({ release: source.release, source, isRollback: false });
    } finally {
      source.close();
    }
  }
  const release = await releaseOnHosts(fleet, named!);
  return use({ release, source: undefined, isRollback: false });
}

/** Throws `noPrevious` where a host has none of this version. */
export async function releaseOnHosts(fleet: Fleet, version: string): Promise<Release> {
  const [first] = hostsInOrder(fleet.topology);
  const path = `${fleet.folder}/releases/${version}/RELEASE.json`;
  const host = await fleet.host(first!.name);
  const { status, stdout } = await host.run(['cat', path], { what: 'reading RELEASE.json' });
  if (status === 0) return parseRelease(stdout, `${first!.name}:${path}`);
  const problem = `release ${version} is neither here nor on ${first!.name}`;
  throw new UserError(rolloutErrors.noPrevious, { problem });
}

/** Plans, locks, and does it. Throws a UserError unless the release is in force everywhere. */
export async function deploy(fleet: Fleet, target: Target, watching: Watching): Promise<void> {
  const { planned, found } = await drawPlan(fleet, target);
  const to = target.release.version;
  refuse(to, planned.obstacles);
  watching.onPlan(planned);
  const id = newId();
  const reason = `deploying ${to}`;
  const lock: DeployLock = { id, holder: holderHere(), reason, since: new Date().toISOString() };
  const names = planned.hosts;
  await lockHosts(fleet, names, lock);
  const deployment = await newDeployment(fleet, target, found, lock).catch(async (error: unknown) => {
    await unlockHosts(fleet, names, id, 0);
    throw error;
  });
  const [first] = deployment.hosts;
  const recorder = new Recorder(fleet, first!.name, first!.before);
  try {
    const held = found.library === undefined ? undefined : await recorder.lock(lock);
    if (held !== undefined && held.id !== id) {
      await unlockHosts(fleet, names, id, 0);
      throw lockedBy(held, 'in the library');
    }
    await carryOut({ fleet, deployment, source: target.source, recorder, back: false, ...watching });
  } finally {
    if (recorder.problem !== undefined) watching.onNote(unrecorded(recorder.problem));
    await recorder.close();
  }
}

export function unrecorded(problem: string): string {
  return `The library could not be told everything (${problem}); the hosts have it in /var/log/reperio/deploy.log.`;
}

function refuse(to: string, obstacles: readonly string[]): void {
  if (obstacles.length === 0) return;
  const text = obstacles.map((each) => `  ${each}`).join('\n');
  throw new UserError(rolloutErrors.obstacles, { to, obstacles: text });
}

async function newDeployment(fleet: Fleet, target: Target, found: Survey, lock: DeployLock): Promise<Deployment> {
  const { release, source, isRollback } = target;
  const { verify, keep } = fleet.topology.deploy;
  const first = found.facts.find(({ name }) => name === found.hosts[0]!.name)!;
  return {
    id: lock.id,
    holder: lock.holder,
    from: first.version ?? first.current,
    to: release.version,
    isRollback,
    indexBefore: first.release?.index ?? [],
    source: source?.path,
    manifest: source?.manifest ?? (await manifestOnHost(fleet, first.name, release.version)),
    began: Date.now(),
    hosts: found.hosts,
    balancers: found.balancers,
    verify,
    keep,
    pid: process.pid,
    sequence: 0,
    steps: stepsFor(found.hosts, target, found).map((step) => ({ ...step, state: 'planned' })),
    states: {},
    answers: {},
  };
}

async function manifestOnHost(fleet: Fleet, name: string, version: string): Promise<string> {
  const path = `${fleet.folder}/releases/${version}/MANIFEST.sha256`;
  const text = await (await fleet.host(name)).must(['sha256sum', path], { what: 'reading the manifest' });
  return text.split(' ')[0]!;
}

/** The release of an unfinished deployment, where hosts still need it. Throws a UserError. */
export async function sourceOf(deployment: Deployment, named: string | undefined): Promise<Source | undefined> {
  const copies = deployment.steps.some(({ kind, state, back }) => kind === 'copy' && state !== 'done' && !back);
  if (!copies) return undefined;
  const source = await openSource(named ?? deployment.source);
  const { to } = deployment;
  if (source === undefined)
    throw new UserError(rolloutErrors.sourceMissing, { to, source: named ?? deployment.source ?? '' });
  if (source.manifest === deployment.manifest) return source;
  source.close();
  throw new UserError(rolloutErrors.otherSource, { source: source.path });
}
