import type { Settings } from '../config/settings.ts';
import { runIndexer } from '../index/indexer.ts';
import { openLibrary } from '../library/open.ts';
import { tellSystemd } from './systemd.ts';

export interface FollowOptions {
  readonly settings: Settings;
  /** Ends it; what is begun is given up, and nothing of it shows. */
  readonly signal: AbortSignal;
  readonly onWork: (sentence: string) => void;
  /** Called once, when this host has the index. */
  readonly onReady: () => void;
}

/**
 * Looks after the index of a library and keeps this host's copy of it fresh, until the signal.
 * Throws UserError when the database cannot be asked at the beginning.
 */
export async function followIndex({ settings, signal, onWork, onReady }: FollowOptions): Promise<void> {
  const library = await openLibrary(settings, signal);
  const systemd = tellSystemd(() => true);
  try {
    onReady();
    const { database, url, indexFolder: folder } = library;
    await runIndexer({ database, url, folder, signal }, { onWork });
  } finally {
    systemd.stop();
    await library.close();
  }
}
