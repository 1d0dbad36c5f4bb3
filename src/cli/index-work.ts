import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import type { IndexContext } from '../index/context.ts';
import { indexFolderOf } from '../library/index-folder.ts';
import { takeLease, whileHeld } from '../store/lease.ts';
import { openStore } from '../store/open.ts';
import { cliErrors } from './errors.ts';
import { requireLibrary } from './require-library.ts';

/** Opens the database of the settings for work on its index. */
export async function withIndex<T>(
  settings: Settings,
  signal: AbortSignal,
  work: (context: IndexContext) => Promise<T>,
): Promise<T> {
  const store = await openStore(requireLibrary(settings), { signal });
  try {
    return await work({
      database: store.database,
      url: store.url,
      folder: indexFolderOf(settings),
      signal,
    });
  } finally {
    await store.release();
  }
}

/**
 * What is done in turn is given up when the turn is lost, with the database's connection: somebody
 * else may have it then.
 */
export async function inTurn<T>(
  context: IndexContext,
  label: string,
  stderr: NodeJS.WritableStream,
  work: (context: IndexContext) => Promise<T>,
): Promise<T> {
  const { url, signal } = context;
  const onWait = (holder: string): boolean => stderr.write(`Waiting for ${holder}, which is writing the index.\n`);
  const lease = await takeLease(url, 'indexer', { label, wait: true, onWait, signal });
  try {
    return await work({ ...context, signal: lease === undefined ? signal : whileHeld(lease, signal) });
  } catch (error) {
    if (lease?.lost.aborted === true && signal?.aborted !== true) throw new UserError(cliErrors.turnLost, {}, error);
    throw error;
  } finally {
    await lease?.release();
  }
}
