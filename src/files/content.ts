import type { Readable } from 'node:stream';

/**
 * The bytes of files under their SHA-256. What is there never changes, so that two who write the
 * same write the same.
 */
export interface ContentStore {
  /** Takes a file of this machine whose digest is known; it may be moved away. */
  take(path: string, content: Content): Promise<void>;
  /** Throws `lost` when it is not there, `away` when nobody can say. `end` is included. */
  read(digest: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** Bytes that are there; undefined: it is not. */
  size(digest: string): Promise<number | undefined>;
  /** Where a server in front of us finds it; undefined: it is in no folder. */
  path(digest: string): string | undefined;
  /** An address that is good for some minutes without asking us; undefined: there is none. */
  address(digest: string, answer: { readonly type: string; readonly disposition: string }): Promise<string | undefined>;
  /** A folder for files that come in; it is there. */
  incoming(): Promise<string>;
  /**
   * All that is kept; of what comes or goes meanwhile nothing is said. Throws `away` when nobody
   * can say.
   */
  list(): AsyncIterable<KeptContent>;
  /**
   * Nothing happens when it is not there. Whoever removes holds the lock of the digest
   * (`content-lock.ts`), and has looked whether a file names it.
   */
  remove(digest: string): Promise<void>;
}

export interface Content {
  /** Hex SHA-256. */
  readonly digest: string;
  readonly bytes: number;
}

export interface KeptContent extends Content {
  /** When it came, by the clock of the store. */
  readonly modified: Date;
}

/** The digest that a name is, when the name is where `contentPath` puts it. */
export function digestAt(path: string): string | undefined {
  const digest = path.slice(path.lastIndexOf('/') + 1);
  return /^[0-9a-f]{64}$/.test(digest) && contentPath(digest) === path ? digest : undefined;
}

/** 256 × 256 folders: of ten million files each has 150. */
export function contentPath(digest: string): string {
  return `${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`;
}
