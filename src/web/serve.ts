import type { DestinationStream } from 'pino';
import { supervise, WorkerFailed } from '../cluster/supervisor.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { runIndexer } from '../index/indexer.ts';
import { indexFolderOf } from '../library/open.ts';
import { openStore } from '../store/open.ts';
import { lockServe } from '../store/serve-lock.ts';
import { webErrors } from './errors.ts';
import { createLogger } from './log.ts';
import type { WorkerStart } from './worker.ts';

export interface ServeOptions {
  readonly settings: Settings;
  /** Ends the server: requests that have come are still answered. */
  readonly signal: AbortSignal;
  /** Gets the log, one JSON object a line. */
  readonly log: DestinationStream;
  /** Called once, when requests are answered. */
  readonly onListening: (address: string) => void;
}

const worker = new URL('./worker.ts', import.meta.url);

/**
 * Serves the library of the settings until the signal: worker processes that answer requests, and here what a node does once: the index is looked after.
 * Throws UserError when it cannot listen or another one serves this folder.
 */
export async function serve({ settings, signal, log, onListening }: ServeOptions): Promise<void> {
  const lock = await lockServe(settings.dataFolder, settings.port);
  try {
    const store = await openStore(settings, { signal });
    const closing = new AbortController();
    const logger = createLogger(settings, log);
    const say = (sentence: string) => logger.info(sentence);
    const { database, url } = store;
    const folder = indexFolderOf(settings);
    const indexer = runIndexer({ database, url, folder, signal: closing.signal }, { onWork: say });
    try {
      await supervise({
        entry: worker,
        workers: settings.webWorkers,
        start: (address): WorkerStart => ({ settings, address }),
        host: settings.host,
        port: settings.port,
        signal,
        log,
        say: (sentence) => logger.warn(sentence),
        onListening: (address) => {
          lock.announce(Number(new URL(address).port));
          onListening(address);
        },
      });
    } catch (error) {
      throw explained(error, settings);
    } finally {
      closing.abort();
      await indexer;
      await store.release();
    }
  } finally {
    lock.release();
  }
}

/** What the operator can mend, as a sentence and a hint. */
function explained(error: unknown, { host, port }: Settings): unknown {
  if (error instanceof WorkerFailed) {
    const { code, status, message, hint } = error.failure;
    return code === '' ? error : new UserError({ code, status, message, hint }, {}, error);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const kinds = {
    EADDRINUSE: webErrors.portTaken,
    EACCES: webErrors.portForbidden,
    EADDRNOTAVAIL: webErrors.hostUnknown,
    ENOTFOUND: webErrors.hostUnknown,
  } as const;
  return typeof code === 'string' && code in kinds
    ? new UserError(kinds[code as keyof typeof kinds], { host, port }, error)
    : error;
}
