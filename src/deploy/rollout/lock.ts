import { hostname, userInfo } from 'node:os';
import { UserError } from '../../errors/errors.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { lockScript, unlockScript } from './scripts.ts';

/** Who holds deploying, and why; on each host and in the library. */
export interface DeployLock {
  readonly id: string;
  /** person@machine */
  readonly holder: string;
  readonly reason: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
}

export function holderHere(): string {
  return `${userInfo().username}@${hostname()}`;
}

/** A new lock's, and a deployment's: sorts by time. */
export function newId(now = new Date()): string {
  const random = Math.trunc(Math.random() * 0x1_00_00_00)
    .toString(16)
    .padStart(6, '0');
  return `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${random}`;
}

export function parseLock(text: string | undefined): DeployLock | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as DeployLock;
  } catch {
    return { id: '', holder: 'somebody', reason: 'the lock cannot be read', since: 'an unknown time' };
  }
}

export function lockedBy({ holder, reason, since }: DeployLock, where: string): UserError {
  return new UserError(rolloutErrors.locked, { holder, reason, since, where });
}

/**
 * The lock of all hosts, one after the other in the same order for everybody, so that one of two
 * gets all of them. Throws `locked`; then those that were taken are given back.
 */
export async function lockHosts(fleet: Fleet, names: readonly string[], lock: DeployLock): Promise<void> {
  const taken: string[] = [];
  try {
    for (const name of names.toSorted()) {
      const words = [fleet.folder, lock.id, JSON.stringify(lock)];
      const found = parseLock(await fleet.insist(() => fleet.script(name, lockScript, words, 30, 'taking the lock')));
      if (found === undefined || found.id !== lock.id) throw lockedBy(found ?? unknown, `on ${name}`);
      taken.push(name);
    }
  } catch (error) {
    await unlockHosts(fleet, taken, lock.id);
    throw error;
  }
}

const unknown: DeployLock = { id: '', holder: 'somebody', reason: 'being locked', since: 'just now' };

/** Hosts that do not answer keep it; they are named. */
export async function unlockHosts(fleet: Fleet, names: readonly string[], id: string): Promise<readonly string[]> {
  const left = await Promise.all(
    names.map(async (name) => {
      const gone = await fleet.script(name, unlockScript, [fleet.folder, id]).then(
        () => true,
        () => false,
      );
      return gone ? [] : [name];
    }),
  );
  return left.flat();
}
