import { UserError } from '../../errors/errors.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { type DeployLock, holderHere, lockedBy, lockHosts, newId, unlockHosts } from './lock.ts';
import { Recorder } from './recorder.ts';
import { type Survey, silentHosts, survey, unasked } from './survey.ts';

/** Keeps everybody from deploying, with a reason. Throws `locked`. */
export async function lockByHand(fleet: Fleet, reason: string): Promise<DeployLock> {
  const found = await survey(fleet);
  const lock = { id: newId(), holder: holderHere(), reason, since: new Date().toISOString() };
  const names = found.hosts.map(({ name }) => name);
  await lockHosts(fleet, names, lock);
  const held = await inLibrary(fleet, found, (recorder) => recorder.lock(lock));
  if (held === undefined || held.id === lock.id) return lock;
  await unlockHosts(fleet, names, lock.id);
  throw lockedBy(held, 'in the library');
}

interface Unlocked {
  readonly lock: DeployLock;
  /** Hosts that do not answer, and may have it still. */
  readonly left: readonly string[];
}

/** Throws `notLocked`, and `lockOfOthers` unless it is forced. */
export async function unlockByHand(fleet: Fleet, force: boolean): Promise<Unlocked> {
  const found = await survey(fleet);
  const locks = [...found.facts.map(({ lock }) => lock), found.library?.lock].filter((each) => each !== undefined);
  const [lock] = locks;
  if (lock === undefined) throw unasked(found, 'a lock') ?? new UserError(rolloutErrors.notLocked);
  const isDeployment = found.facts.some(({ state }) => state !== undefined);
  if (!force && (lock.holder !== holderHere() || isDeployment))
    throw new UserError(rolloutErrors.lockOfOthers, { ...lock });
  const names = found.hosts.map(({ name }) => name);
  const silent = silentHosts(found);
  const left = new Set(silent);
  for (const id of new Set(locks.map((each) => each.id))) {
    const there = names.filter((name) => !silent.includes(name));
    for (const name of await unlockHosts(fleet, there, id)) left.add(name);
    await inLibrary(fleet, found, (recorder) => recorder.unlock(id));
  }
  return { lock, left: [...left] };
}

async function inLibrary<T>(
  fleet: Fleet,
  { hosts, library }: Survey,
  work: (recorder: Recorder) => Promise<T>,
): Promise<T | undefined> {
  if (library === undefined) return undefined;
  const recorder = new Recorder(fleet, hosts[0]!.name, hosts[0]!.before);
  try {
    return await work(recorder);
  } finally {
    await recorder.close();
  }
}
