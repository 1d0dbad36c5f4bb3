import type { ContentStore } from '../../files/content.ts';
import type { Database } from '../../store/database.ts';
import type { Thumbnails } from '../../thumbnails/kept.ts';

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
  /** Undefined: documents have none. */
  readonly thumbnails?: Thumbnails | undefined;
  /** How long a request waits for one that is not drawn yet, in ms; 4 s when it says nothing. */
  readonly thumbnailPatience?: number;
  /** How often documents have changed; '0': there are none. Undefined: it is not known. */
  readonly changes?: (() => string) | undefined;
}
