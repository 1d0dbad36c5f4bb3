import type { Database } from '../../store/database.ts';
import type { Networks } from '../limits/networks.ts';

/** What the web application needs so that people and programs can change records. */
export interface WebUploads {
  readonly database: Database;
  /** Bytes of the largest upload. */
  readonly limit: number;
  /** Bytes of the largest record. */
  readonly recordLimit?: number | undefined;
  /** The setting of this name: what callbacks may go to. */
  readonly callbackUrls?: string | undefined;
  readonly robots?: readonly Robot[];
  /** A change of more records has to be confirmed a second time. */
  readonly many?: number;
}

/** A program that uploads without a token, by where it comes from and what it calls itself. */
export interface Robot {
  /** As whom. */
  readonly person: string;
  readonly networks: Networks;
  /** How its user agent begins. */
  readonly agent: string;
}
