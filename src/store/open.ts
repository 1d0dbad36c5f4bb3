import type { Settings } from '../config/settings.ts';
import type { Database } from './database.ts';

/** The database of a library, opened: of the embedded server, started or joined, or of the server that DATABASE_URL names. */
export interface Store {
  readonly database: Database;
  /** For worker threads and other processes that connect on their own. */
  readonly url: string;
  /** Closes the pool; the last user of an embedded server stops it. */
  release(): Promise<void>;
}

export interface OpenOptions {
  /** False leaves the schema as it is. Default true: brought to this version. */
  readonly migrate?: boolean;
}

export declare function openStore(settings: Settings, options?: OpenOptions): Promise<Store>;
