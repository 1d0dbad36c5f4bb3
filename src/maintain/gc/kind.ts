import type { Settings } from '../../config/settings.ts';
import type { ContentStore } from '../../files/content.ts';
import type { Database } from '../../store/database.ts';

/** What a kind looks for and removes with. */
export interface GcContext {
  readonly database: Database;
  readonly store: ContentStore;
  readonly settings: Pick<Settings, 'dataFolder' | 'databaseUrl'>;
  /** The folder of this release. */
  readonly release: string;
  readonly signal: AbortSignal;
  /** The clock of this host, in ms. */
  readonly now: () => number;
  /** So many more were looked at or removed. */
  readonly advance: (count: number) => void;
}

/** What there is to remove, or what was removed. */
export interface Found {
  readonly count: number;
  readonly bytes: number;
  readonly oldest: Date | undefined;
  /** Sentences beside the numbers. */
  readonly note?: string;
  /** Sentences: what could not be removed, and what to do. */
  readonly problem?: string;
}

export const nothing: Found = { count: 0, bytes: 0, oldest: undefined };

/** Of things with a size and a time. */
export function foundIn(things: readonly { readonly bytes: number; readonly at: Date }[]): Found {
  let [bytes, oldest] = [0, Number.POSITIVE_INFINITY];
  for (const thing of things) {
    bytes += thing.bytes;
    oldest = Math.min(oldest, thing.at.getTime());
  }
  return { count: things.length, bytes, oldest: things.length === 0 ? undefined : new Date(oldest) };
}

/** Something that is left over in a library. One entry of the table in `kinds.ts`. */
export interface GcKind {
  /** What people type. */
  readonly name: string;
  readonly what: string;
  /** When it goes; {age} stands for the age. */
  readonly rule: string;
  /** Why it goes, and why nobody misses it. */
  readonly why: string;
  /**
   * In ms: how old it must be; size: no age decides; asked: only whoever names an age removes it.
   */
  readonly age: number | 'size' | 'asked';
  /** The lowest age that may be asked for, in ms. */
  readonly least: number;
  /** node: each host has its own, in its data folder. */
  readonly of: 'library' | 'node';
  /** Removed every night, by the task `gc`; else by the command alone. */
  readonly daily: boolean;
  /** What is counted: "files". */
  readonly unit: string;
  /** Changes nothing. */
  look(context: GcContext, age: number): Promise<Found>;
  /**
   * Looks and removes. May be killed anywhere and begun again. `anyway`: also when it is
   * suspiciously much.
   */
  remove(context: GcContext, age: number, anyway: boolean): Promise<Found>;
}
