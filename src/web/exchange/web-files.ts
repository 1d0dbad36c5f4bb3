import type { ContentStore } from '../../files/content.ts';
import type { Database } from '../../store/database.ts';

export type Delivery = 'stream' | 'x-sendfile' | 'x-accel' | 'redirect';

/** What the web application has of files. */
export interface WebFiles {
  readonly database: Database;
  readonly store: ContentStore;
  readonly delivery: Delivery;
  /** The internal location of nginx, with a slash at its end. */
  readonly accelPrefix: string;
  /** Bytes of the largest file that is taken. */
  readonly limit: number;
}
