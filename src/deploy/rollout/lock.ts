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
  return `${personHere()}@${hostname()}`;
}

/** A container may run us as somebody whom its /etc/passwd does not know. */
function personHere(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim();
  }
}

/** Who works on a deployment now: whoever goes on with one has the next turn of its lock. */
interface Turn {
  /** From 0. */
  readonly number: number;
  /** One process: person@machine and something that no other has. */
  readonly who: string;
}

export function newTurn(number: number): Turn {
  return { number, who: `${holderHere()} ${newId()}` };
}

/** A new lock's, and a deployment's: sorts by time. */
export function newId(now = new Date()): string {
  const random = Math.trunc(Math.random() * 0x1_00_00_00)
    .toString(16)
    .padStart(6, '0');
  return `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${random}`;
}

export function parseLock(text: string | undefined): DeployLock | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DeployLock;
  } catch {
    return unreadable;
  }
}

/** As a host without power may leave it. */
const unreadable: DeployLock = {
  ...{ id: '', holder: 'somebody', reason: 'the lock cannot be read', since: 'an unknown time' },
};

export function lockedBy({ holder, reason, since }: DeployLock, where: string): UserError {
  return new UserError(rolloutErrors.locked, { holder, reason, since, where });
}

/**
 * The lock of all hosts, one after the other in the same order for everybody, so that one of two
 * gets all of them. Throws `locked`; then those that were taken are given back.
 */
export async function lockHosts(fleet: Fleet, names: readonly string[], lock: DeployLock): Promise<void> {
  const turn = newTurn(0);
  const taken: string[] = [];
  try {
    for (const name of names.toSorted()) {
      await lockHost(fleet, name, lock, turn);
      taken.push(name);
    }
  } catch (error) {
    await unlockHosts(fleet, taken, lock.id, turn.number);
    throw error;
  }
}

/**
 * The same of a deployment that goes on: whoever worked on it before stops at its next word. What
 * hosts have of it stays, also where this throws because one of them does not answer. Throws
 * `stillRuns` when somebody else has just done the same.
 */
export async function takeOver(fleet: Fleet, names: readonly string[], lock: DeployLock, turn: Turn): Promise<void> {
  for (const name of names.toSorted()) await lockHost(fleet, name, lock, turn);
}

async function lockHost(fleet: Fleet, name: string, lock: DeployLock, turn: Turn): Promise<void> {
  const words = [fleet.folder, lock.id, JSON.stringify(lock), String(turn.number), turn.who];
  const text = await fleet.insist(() => fleet.script(name, lockScript, words, 30, 'taking the lock'));
  const [said = '', who = ''] = text.split('\n');
  const found = parseLock(said);
  if (found === undefined || found.id !== lock.id) throw lockedBy(found ?? unreadable, `on ${name}`);
  if (who !== turn.who) {
    const to = lock.reason.replace(/^deploying /, '');
    throw new UserError(rolloutErrors.stillRuns, { holder: who.split(' ')[0]!, to, host: 'a host', when: 'just now' });
  }
}

/** Hosts that do not answer keep it; they are named. Without a turn, whoever has it loses it. */
export async function unlockHosts(
  fleet: Fleet,
  names: readonly string[],
  id: string,
  turn?: number,
): Promise<readonly string[]> {
  const left = await Promise.all(
    names.map(async (name) => {
      const gone = await fleet.script(name, unlockScript, [fleet.folder, id, String(turn ?? '')]).then(
        () => true,
        () => false,
      );
      return gone ? [] : [name];
    }),
  );
  return left.flat();
}
