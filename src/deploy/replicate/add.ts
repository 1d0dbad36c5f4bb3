import type { Secrets } from '../../cluster/topology/secrets.ts';
import type { Topology } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { awaitUp } from '../rollout/balancers.ts';
import { unitsOf } from '../rollout/deployment.ts';
import { rolloutErrors } from '../rollout/errors.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { lookOn } from '../rollout/program.ts';
import { awaitReady } from '../rollout/ready.ts';
import { runsScript } from '../rollout/scripts.ts';
import { sshErrors } from '../ssh/errors.ts';
import { writeConfiguration } from './configuration-step.ts';
import { megabytes } from './doctor.ts';
import { replicateErrors } from './errors.ts';
import { bringIndex } from './index-step.ts';
import { applyNeighbours, type NeighbourFile, neighbourFiles, without } from './neighbours.ts';
import { type NodeWishes, type Prepared, prepare } from './prepare.ts';
import { bringRelease } from './release-step.ts';
import { isMarkedScript, ownMark, startScript, unmarkScript, userScript } from './scripts.ts';

export interface Working {
  readonly signal: AbortSignal;
  /** Something was done, in so many seconds. */
  readonly onStep: (step: string, said: string, seconds: number) => void;
}

export interface AddWishes extends NodeWishes {
  /** Other hosts are told too. */
  readonly apply: boolean;
  /** Nothing is changed anywhere. */
  readonly dryRun: boolean;
  /** Real ones, unless nothing is changed. */
  readonly secrets: Secrets;
}

/** Seconds: a service on an empty disk fetches the whole index before it is ready. */
const startLimit = 930;

/**
 * Makes a host a node: looks at it, brings release, configuration and index, starts it, and tells
 * the others. Each step may be done twice, so an attempt that broke off is simply made again. What
 * is left to do on other hosts. Throws UserError.
 */
export async function addNode(
  fleet: Fleet,
  { apply, dryRun, secrets, ...wishes }: AddWishes,
  { signal, onStep }: Working,
): Promise<readonly NeighbourFile[]> {
  const step = async <T>(name: string, work: () => Promise<T>, tell: (done: T) => string): Promise<T> => {
    signal.throwIfAborted();
    const began = performance.now();
    const done = await work();
    onStep(name, tell(done), (performance.now() - began) / 1000);
    return done;
  };
  const asIs = (said: string): string => said;
  const prepared = await step('examined', () => prepare(fleet, wishes), examinedText);
  const { host, obstacles, source } = prepared;
  const { name } = host;
  const after = fleet.topology;
  const { user, data } = after;
  const neighbours = (): Promise<readonly NeighbourFile[]> =>
    neighbourFiles(fleet, { before: without(after, name), after, secrets, node: name });
  try {
    if (obstacles.length > 0) {
      const lines = obstacles.map((each) => `  ${each}`).join('\n');
      throw new UserError(replicateErrors.unfit, { host: name, obstacles: lines });
    }
    if (dryRun) return await neighbours();
    await step('release', () => bringRelease(fleet, prepared, signal), asIs);
    const ownFolder = async (): Promise<string> => {
      await fleet.script(name, userScript, [user, data]);
      return `${user}, with ${data}`;
    };
    await step('user', ownFolder, asIs);
    await step('configuration', () => writeConfiguration(fleet, prepared, secrets), filesText);
    await step('index', () => bringIndex(fleet, prepared, signal), asIs);
    const databases = (await neighbours()).filter(isOfDatabase(after));
    if (apply && databases.some(({ state }) => state === 'open'))
      await step('databases', () => applyNeighbours(fleet, databases), doneText);
    await step('start', () => start(fleet, prepared), asIs);
    await step('ready', () => ready(fleet, prepared), asIs);
  } finally {
    source?.close();
  }
  const files = await neighbours();
  if (!apply) return files;
  await step('others', () => applyNeighbours(fleet, files), doneText);
  const balancers = files.filter(isSet).map((file) => file.host);
  const up = async (): Promise<string> => {
    await Promise.all(balancers.map((balancer) => awaitUp(fleet, balancer, name)));
    return `${balancers.join(', ')} send requests to ${name}`;
  };
  if (host.roles.includes('web') && balancers.length > 0) await step('balancers', up, asIs);
  return neighbours();
}

/** A balancer that knows the node by now. */
function isSet({ file, state }: NeighbourFile): boolean {
  return state !== 'edited' && state !== 'silent' && file.path.endsWith('/haproxy.cfg');
}

function doneText(done: readonly string[]): string {
  return done.length === 0 ? 'nothing to do' : done.join('. ');
}

/** Their access rules name the node: before them it cannot start. */
function isOfDatabase({ hosts }: Topology): (file: NeighbourFile) => boolean {
  const databases = new Set(hosts.filter(({ roles }) => roles.includes('database')).map(({ name }) => name));
  return ({ host }) => databases.has(host);
}

function examinedText({ found, peer, release, source, releaseBytes }: Prepared): string {
  const { system, memory, facts, dataFree } = found;
  const from = source !== undefined ? 'here' : peer!.host.name;
  const index = peer === undefined ? 'the database' : peer.host.name;
  return `${system || 'Linux'}, ${facts.arch}, glibc ${facts.glibc ?? 'unknown'}, ${megabytes(memory)} of memory, ${megabytes(dataFree)} free; release ${release.version} (${megabytes(releaseBytes)}) from ${from}, index from ${index}`;
}

function filesText(paths: readonly string[]): string {
  return paths.length === 0 ? 'as it should be' : `wrote ${paths.join(', ')}`;
}

function unitsFor({ host }: Prepared): readonly string[] {
  const isWeb = host.roles.includes('web');
  const units = unitsOf({ isWeb, isWorker: host.roles.includes('worker') });
  return [...(isWeb ? ['reperio-web.socket'] : []), ...units];
}

async function start(fleet: Fleet, prepared: Prepared): Promise<string> {
  const { host, found } = prepared;
  const units = unitsFor(prepared);
  // Of now, or of an attempt that broke off.
  const isUnread = (await fleet.script(host.name, isMarkedScript, [ownMark])).trim() === 'yes';
  // A socket stays while its service is restarted.
  const again = isUnread ? units.filter((unit) => !unit.endsWith('.socket') && found.active.includes(unit)) : [];
  try {
    await fleet.script(host.name, startScript, ['start', ...units], startLimit, 'starting the service');
    if (again.length > 0)
      await fleet.script(host.name, startScript, ['restart', ...again], startLimit, 'restarting the service');
    await fleet.script(host.name, unmarkScript, [ownMark]);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== sshErrors.failed.code) throw error;
    const said = error.message.replace(/^.*? failed with status \d+: /s, '');
    throw new UserError(replicateErrors.startFailed, { host: host.name, said, unit: units.at(-1)! }, error);
  }
  return units.join(', ');
}

/** Until it answers, and as its peer does. */
async function ready(fleet: Fleet, { host, peer, release }: Prepared): Promise<string> {
  const folder = `${fleet.folder}/releases/${release.version}`;
  if (!host.roles.includes('web')) {
    const units = unitsOf({ isWeb: false, isWorker: true });
    const wrong = (await fleet.script(host.name, runsScript, [folder, ...units])).trim();
    if (wrong === '') return 'its services run';
    throw new UserError(rolloutErrors.notReady, { host: host.name, seconds: 0, said: wrong, unit: units[0]! });
  }
  // A peer that is a worker host, or is away, answers nothing.
  const answers = peer === undefined ? [] : await answersOf(fleet, peer.host.name, peer.found.facts.current);
  const said = await awaitReady(fleet, host.name, { asking: folder, version: release.version, before: answers });
  return said ?? 'it answers';
}

async function answersOf(fleet: Fleet, name: string, folder: string) {
  try {
    return (await lookOn(fleet, name, folder, { node: true })).answers ?? [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
