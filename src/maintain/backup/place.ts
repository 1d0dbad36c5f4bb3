import type { Readable } from 'node:stream';

/**
 * Where backups are: a folder, or an S3-compatible store. Paths have slashes and begin with none.
 *
 *   sets/NAME/manifest.json, sets/NAME/tables/record.copy.zst, ...
 *   content/ab/cd/DIGEST      documents of all sets, once
 *   wal/                      what the embedded server archives
 */
export interface Place {
  /** As an operator knows it. */
  readonly name: string;
  /** Undefined: it is in no folder of this machine. */
  readonly folder: string | undefined;
  /** Which library's this place is; undefined: nobody's yet. Throws `placeAway`. */
  owner(): Promise<string | undefined>;
  /** Makes it this library's. */
  claim(library: string): Promise<void>;
  /** Begins a set; its files are written below the path that is returned. */
  begin(set: string): Promise<string>;
  /** The set is whole: from now on it is listed. */
  finish(set: string): Promise<void>;
  /** Removes what processes that were killed left. Only for who holds the lease. */
  sweep(): Promise<void>;
  /** Removes a set: from the first moment on it is not listed, also when this is killed. */
  discard(set: string): Promise<void>;
  /** Names of whole sets, in order. */
  sets(): Promise<readonly string[]>;
  /** Whole and safe when it resolves, or not there. */
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes; rejects with `ENOENT` as code where there are none. */
  read(path: string): Promise<Readable>;
  /** Undefined: it is not there. */
  size(path: string): Promise<number | undefined>;
  /** All files below a folder. */
  walk(folder: string): AsyncIterable<PlacedFile>;
  /** A file, or a folder with all in it. */
  remove(path: string): Promise<void>;
  /** Bytes that it can still take; undefined: nobody knows. */
  free(): Promise<number | undefined>;
}

export interface PlacedFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written. */
  readonly written: Date;
}

export const ownerFile = 'reperio-backups.json';

export function ownerText(library: string): string {
  return `${JSON.stringify({ library })}\n`;
}

export function ownerOf(text: string): string | undefined {
  try {
    const { library } = JSON.parse(text) as { library?: unknown };
    return typeof library === 'string' ? library : undefined;
  } catch {
    return undefined;
  }
}
