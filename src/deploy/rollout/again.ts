import { UserError } from '../../errors/errors.ts';
import { deploy, releaseOnHosts, sourceOf, unrecorded, type Watching } from './begin.ts';
import { carryOut } from './carry-out.ts';
import { type Deployment, stepName } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { holderHere, newTurn, takeOver } from './lock.ts';
import { Recorder } from './recorder.ts';
import { type Survey, survey, unasked } from './survey.ts';

export interface AgainOptions {
  /** Folder or file of the release; undefined: where it was. */
  readonly named: string | undefined;
  /** Also when whoever began it seems to be at work still. */
  readonly force: boolean;
}

/** Seconds after which a deployment whose state nobody touches was left. */
const leftAfter = 60;

/** Goes on with what was left where it stopped: forward, or on the way back if it was there. */
export async function resume(fleet: Fleet, options: AgainOptions, watching: Watching): Promise<void> {
  const found = await survey(fleet, { log: 10 });
  const deployment = unfinished(found);
  if (deployment === undefined)
    throw (
      onlyLocked(found) ?? unasked(found, 'an unfinished deployment') ?? new UserError(rolloutErrors.nothingToResume)
    );
  await goOn(fleet, deployment, found, { ...options, back: false }, watching);
}

/** Takes back an unfinished deployment; else goes back to the release before. */
export async function rollback(fleet: Fleet, options: Omit<AgainOptions, 'named'>, watching: Watching): Promise<void> {
  const found = await survey(fleet, { log: 10 });
  const deployment = unfinished(found);
  if (deployment !== undefined) {
    const back = goOn(fleet, deployment, found, { ...options, named: undefined, back: true }, watching);
    // Taken back is what was asked for.
    await back.catch((error: unknown) => {
      if (!(error instanceof UserError) || error.code !== rolloutErrors.takenBack.code) throw error;
    });
    return;
  }
  const locked = onlyLocked(found);
  if (locked !== undefined) throw locked;
  const version = previousOf(found);
  const release = await releaseOnHosts(fleet, version);
  await deploy(fleet, { release, source: undefined, isRollback: true }, watching);
}

/** Whoever deployed was killed before anything was noted, or somebody locked it by hand. */
function onlyLocked({ facts, library }: Pick<Survey, 'facts' | 'library'>): UserError | undefined {
  const lock = facts.find((each) => each.lock !== undefined)?.lock ?? library?.lock;
  if (lock === undefined) return undefined;
  const { holder, reason, since } = lock;
  return new UserError(rolloutErrors.onlyLocked, { holder, reason, since });
}

/** Of all copies of its state, the newest. */
export function unfinished({ facts }: Pick<Survey, 'facts'>): Deployment | undefined {
  const states = facts.flatMap(({ state }) => (state === undefined ? [] : [state]));
  return states.sort((a, b) => b.sequence - a.sequence)[0];
}

async function goOn(
  fleet: Fleet,
  deployment: Deployment,
  { facts, library }: Survey,
  { named, force, back }: AgainOptions & { readonly back: boolean },
  watching: Watching,
): Promise<void> {
  const age = Math.min(...facts.filter(({ state }) => state?.id === deployment.id).map(({ stateAge }) => stateAge));
  if (!force && isAtWork(deployment, age)) {
    const { to } = deployment;
    const holder = deployment.by ?? deployment.holder;
    const step = deployment.steps.find(({ state }) => state === 'running');
    const host = step === undefined ? 'a host' : stepName(step);
    throw new UserError(rolloutErrors.stillRuns, { holder, to, host, when: `${age} s ago` });
  }
  const source = back ? undefined : await sourceOf(deployment, named);
  const [first] = deployment.hosts;
  const names = deployment.hosts.map(({ name }) => name);
  const since = new Date(deployment.began).toISOString();
  const lock = { id: deployment.id, holder: deployment.holder, reason: `deploying ${deployment.to}`, since };
  // Some may have given it back already.
  const turn = newTurn(Math.max(deployment.turn ?? 0, ...facts.map((each) => each.turn)) + 1);
  await takeOver(fleet, names, lock, turn);
  const isThere = deployment.steps.some(
    ({ kind, host, state }) => kind === 'verify' && host === first!.name && state === 'done',
  );
  const asking = isThere && !deployment.isRollback ? `${fleet.folder}/releases/${deployment.to}` : first!.before;
  const recorder = new Recorder(fleet, first!.name, asking);
  Object.assign(deployment, { pid: process.pid, by: holderHere(), turn: turn.number });
  const { from, to, steps } = deployment;
  const last = library?.log.find(({ outcome }) => outcome === 'done');
  watching.onPlan({ steps: steps.filter((step) => !step.back), hosts: names, from, to, last });
  try {
    await recorder.lock(lock);
    await carryOut({ fleet, deployment, source, recorder, back, ...watching });
  } finally {
    source?.close();
    if (recorder.problem !== undefined) watching.onNote(unrecorded(recorder.problem));
    await recorder.close();
  }
}

/** On this machine its process is looked for; on another one, how old its last word is. */
function isAtWork({ holder, by = holder, pid }: Deployment, age: number): boolean {
  if (by !== holderHere()) return age < leftAfter;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return age < leftAfter;
  } catch {
    return false;
  }
}

/** Throws `noPrevious` unless all hosts have the same one. */
function previousOf({ hosts, facts }: Survey): string {
  const found = hosts.map(({ name }) => {
    const host = facts.find((each) => each.name === name);
    if (host === undefined) throw new UserError(rolloutErrors.noPrevious, { problem: `${name} does not answer` });
    const version = host.previousVersion;
    if (version === undefined || host.previous === host.current)
      throw new UserError(rolloutErrors.noPrevious, { problem: `${name} has none` });
    return version;
  });
  const versions = [...new Set(found)];
  if (versions.length === 1) return versions[0]!;
  throw new UserError(rolloutErrors.noPrevious, { problem: `hosts have different ones: ${versions.join(', ')}` });
}
