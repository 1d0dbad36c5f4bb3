import type { Database } from '../../store/database.ts';

/** What the web application needs so that people and programs can change records. */
export interface WebUploads {
  readonly database: Database;
  /** Bytes of the largest upload. */
  readonly limit: number;
  /** Bytes of the largest record. */
  readonly recordLimit?: number | undefined;
  /** The setting of this name: what callbacks may go to. */
  readonly callbackUrls?: string | undefined;
  /** A change of more records has to be confirmed a second time. */
  readonly many?: number;
}
