import type { Secrets } from '../../cluster/topology/secrets.ts';
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
import { startScript, userScript } from './scripts.ts';

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
  const prepared = await step('examined', () => prepare(fleet, wishes), examinedText);
  const { host, obstacles, source, release } = prepared;
  const { name } = host;
  const after = fleet.topology;
  const neighbours = (): Promise<readonly NeighbourFile[]> =>
    neighbourFiles(fleet, { before: without(after, name), after, secrets, node: name });
  try {
    if (obstacles.length > 0)
      throw new UserError(replicateErrors.unfit, {
        host: name,
        obstacles: obstacles.map((each) => `  ${each}`).join('\n'),
      });
    if (dryRun) return await neighbours();
    await step(
      'release',
      () => bringRelease(fleet, prepared, signal),
      (said) => said,
    );
    const { user, data } = after;
    await step(
      'user',
      () => fleet.script(name, userScript, [user, data]),
      () => `${user}, with ${data}`,
    );
    const changed = await step('configuration', () => writeConfiguration(fleet, prepared, secrets), filesText);
    await step(
      'index',
      () => bringIndex(fleet, prepared, signal),
      (said) => said,
    );
    await step(
      'start',
      () => start(fleet, prepared, changed),
      (units) => units.join(', '),
    );
    await step(
      'ready',
      () => ready(fleet, prepared),
      (said) => said ?? 'it answers',
    );
  } finally {
    source?.close();
  }
  const files = await neighbours();
  if (!apply) return files;
  await step(
    'others',
    () => applyNeighbours(fleet, files),
    (done) => (done.length === 0 ? 'nothing to do' : done.join('. ')),
  );
  const balancers = files.filter(
    ({ file, state }) => state !== 'edited' && state !== 'silent' && file.path.endsWith('/haproxy.cfg'),
  );
  if (host.roles.includes('web') && balancers.length > 0)
    await step(
      'balancers',
      () => Promise.all(balancers.map((each) => awaitUp(fleet, each.host, name))),
      () => `${balancers.map((each) => each.host).join(', ')} send requests to ${name}`,
    );
  onStep('added', `release ${release.version}`, 0);
  return neighbours();
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

async function start(fleet: Fleet, prepared: Prepared, changed: readonly string[]): Promise<readonly string[]> {
  const { host, found, release } = prepared;
  const units = unitsFor(prepared);
  const isOther = found.facts.version !== undefined && found.facts.version !== release.version;
  const isStale = isOther || changed.some((path) => /^\/etc\/(?:reperio|systemd)\//.test(path));
  // A socket stays while its service is restarted.
  const again = isStale ? units.filter((unit) => !unit.endsWith('.socket') && found.active.includes(unit)) : [];
  try {
    await fleet.script(host.name, startScript, ['start', ...units], startLimit, 'starting the service');
    if (again.length > 0)
      await fleet.script(host.name, startScript, ['restart', ...again], startLimit, 'restarting the service');
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== sshErrors.failed.code) throw error;
    const said = error.message.replace(/^.*? failed with status \d+: /s, '');
    throw new UserError(replicateErrors.startFailed, { host: host.name, said, unit: units.at(-1)! }, error);
  }
  return units;
}

/** Until it answers, and as its peer does. */
async function ready(fleet: Fleet, { host, peer, release }: Prepared): Promise<string | undefined> {
  const folder = `${fleet.folder}/releases/${release.version}`;
  if (!host.roles.includes('web')) {
    const units = unitsOf({ isWeb: false, isWorker: true });
    const wrong = (await fleet.script(host.name, runsScript, [folder, ...units])).trim();
    if (wrong === '') return 'its services run';
    throw new UserError(rolloutErrors.notReady, { host: host.name, seconds: 0, said: wrong, unit: units[0]! });
  }
  // A peer that is a worker host, or is away, answers nothing.
  const answers = peer === undefined ? [] : await answersOf(fleet, peer.host.name, peer.found.facts.current);
  return awaitReady(fleet, host.name, { asking: folder, version: release.version, before: answers });
}

async function answersOf(fleet: Fleet, name: string, folder: string) {
  try {
    return (await lookOn(fleet, name, folder, { node: true })).answers ?? [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
