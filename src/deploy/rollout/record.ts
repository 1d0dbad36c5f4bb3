import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../store/database.ts';
import { openStore, type Store } from '../../store/open.ts';
import type { Deployment } from './deployment.ts';
import { recordDeployment, releaseLibraryLock, takeLibraryLock } from './library.ts';
import type { DeployLock } from './lock.ts';

/** A line that the machine of a deployment sends to a host, for the library. */
export type RecordLine =
  | { readonly lock: DeployLock }
  | { readonly deployment: Deployment }
  | { readonly unlock: string };

/** The answer to each line. */
export interface RecordAnswer {
  /** Who has the lock, when it was asked for; the library may not know locks yet. */
  readonly lock?: DeployLock;
  /** Why it was not done. */
  readonly problem?: string;
}

/** Milliseconds that a database which is away is waited for. */
const pause = 500;

/**
 * Does what comes line by line, until the input ends. The schema may be that of any release: what
 * it does not know yet is told again later. A database that is away is told in the answer.
 */
export async function serveRecords(
  settings: Settings,
  input: Readable,
  answer: (answer: RecordAnswer) => void,
): Promise<void> {
  let store: Store | undefined;
  try {
    for await (const line of createInterface({ input })) {
      try {
        store ??= await openStore(settings, { schema: 'any' });
        answer(await obey(store.database, JSON.parse(line) as RecordLine));
      } catch (error) {
        answer({ problem: error instanceof Error ? error.message : String(error) });
        await sleep(pause);
      }
    }
  } finally {
    await store?.release();
  }
}

async function obey(database: Database, line: RecordLine): Promise<RecordAnswer> {
  if ('lock' in line) {
    const lock = await takeLibraryLock(database, line.lock);
    return lock === undefined ? {} : { lock };
  }
  if ('unlock' in line) await releaseLibraryLock(database, line.unlock);
  else await recordDeployment(database, line.deployment);
  return {};
}
