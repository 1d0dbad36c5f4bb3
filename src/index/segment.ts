import type { RoaringBitmap32 } from 'roaring';
import type { Brief } from './brief.ts';
import type { KeyColumnName } from './document.ts';
import type { RecordUnion } from './segment/record-union.ts';
import type { Work } from './work.ts';

/**
 * A segment: immutable posting lists, columns and brief data of some record versions. Inside a
 * segment a record has an *ordinal* (0..count-1, in ascending record id); bitmaps, postings and
 * columns speak of ordinals. Both the file on disk and the small one in memory (records newer than
 * the last segment) answer this interface.
 */
export interface Segment {
  /**
   * Hex SHA-256 of its content; an in-memory segment has an id of its own that never comes again.
   */
  readonly id: string;
  readonly count: number;
  /**
   * Where it is on this node, for what is made of it and kept beside it; undefined when it is in
   * memory.
   */
  readonly file?: string | undefined;
  /** Ordinal -> record id, ascending. */
  readonly ids: Uint32Array;
  /** Ordinal -> revision of the record that this is. */
  readonly revisions: Uint32Array;
  /** Ordinals that are deletion markers. */
  readonly deleted: RoaringBitmap32;
  readonly columns: SegmentColumns;
  /** Names of its term spaces, sorted. */
  readonly spaces: readonly string[];
  /** Exact lookup of a term. Undefined: no record has it. */
  term(space: string, term: string): TermEntry | undefined;
  /** Entries with `from <= term` and (when given) `term < below`, in code point order. */
  terms(space: string, from: string, below?: string): Iterable<TermEntry>;
  /** The same, many at once and past the caches: for walks over whole dictionaries. */
  pages(space: string, from: string, below?: string): Iterable<TermPage>;
  /** Entries with `term < below`, backwards: the nearest first. */
  termsBefore(space: string, below: string): Iterable<TermEntry>;
  /** Records of a term. Shared and cached: treat it as read-only, clone before changing it. */
  ordinals(entry: TermEntry): RoaringBitmap32;
  /**
   * The same as a list, ascending, past the caches: for walks over whole dictionaries. A set of
   * each of a million terms would keep the garbage collector busy for half a second at a time.
   */
  list(entry: TermEntry): Uint32Array;
  /**
   * Records of any of these terms, for wildcards and spans that stand for many. The caller owns it.
   */
  union(entries: readonly TermEntry[]): RoaringBitmap32;
  /**
   * Records, frequencies and positions of a word term. For a value term frequencies are 1 and there
   * are no positions.
   */
  postings(entry: TermEntry): Postings;
  brief(ordinal: number): Brief;
  /** Ordinal of a record id, or -1. */
  ordinalOf(id: number): number;
  close(): void;
}

/**
 * A dictionary entry. `term` is the whole term, or for a long value its prefix with a hash (see
 * term-key.ts).
 */
export interface TermEntry {
  readonly space: string;
  readonly term: string;
  /** How many records have it: document frequency, before tombstones. */
  readonly records: number;
  /** Where the posting list is; the segment's own business. */
  readonly place: number;
}

/**
 * Some neighbouring terms of a dictionary, read at once: for walks that look at all terms and take
 * few. Valid until the next one is asked for.
 */
export interface TermPage {
  /** All its terms, one behind the other. */
  readonly text: string;
  /** Term i is text.slice(starts[i], starts[i + 1]). */
  readonly starts: Uint32Array;
  /** Those that were asked for are from `first` to `end - 1`. */
  readonly first: number;
  readonly end: number;
  entry(index: number): TermEntry;
  /** Adds the records of some terms, given by ascending index. */
  addRecords(indexes: readonly number[], to: RecordUnion): Work<void>;
}

export type Frequencies = Uint8Array | Uint32Array;

export interface Postings {
  /** Ascending. */
  readonly ordinals: Uint32Array;
  /** Parallel to `ordinals`. Bytes where all are below 256, as in nearly every list. */
  readonly frequencies: Frequencies;
  /**
   * Positions of the i-th ordinal, ascending: positions[starts[i] .. starts[i+1]-1]. Empty for
   * values.
   */
  readonly positions: Uint32Array;
  readonly starts: Uint32Array;
}

export interface SegmentColumns {
  readonly created: Uint32Array;
  readonly modified: Uint32Array;
  readonly year: Uint16Array;
  /**
   * Words of each record in a word space ("w:title"), for BM25's length norm; undefined when the
   * space is not in this segment.
   */
  lengths(space: string): Uint32Array | undefined;
  /** Sum of `lengths` over live and dead records. */
  totalLength(space: string): number;
  sort(code: string): SortColumn | undefined;
  facet(code: string): FacetColumn | undefined;
  /** All keys of a kind; undefined when no record has any. Read anew each time: 8 bytes a key. */
  keys(name: KeyColumnName): KeyColumn | undefined;
  /** The keys of one record, read for itself: high, low, high, low ... */
  keysOf(name: KeyColumnName, ordinal: number): readonly number[];
}

/** Keys starts[o] .. starts[o+1]-1 are those of ordinal o: see `RecordKeys`. */
export interface KeyColumn {
  readonly starts: Uint32Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/**
 * Ranks compare within a segment; keys compare across segments (with `compareSortKeys`). Equal keys
 * have equal ranks. 0 = no value, last.
 */
export interface SortColumn {
  readonly ranks: Uint32Array;
  key(rank: number): string;
}

/**
 * values[starts[o] .. starts[o+1]-1] are the value numbers of ordinal o; `text(v)` is what people
 * read. Numbers follow code point order.
 */
export interface FacetColumn {
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
  readonly distinct: number;
  text(value: number): string;
  /**
   * Made anew each time. Value -> 52 bits of a hash of its text, never 0: equal texts of two
   * segments are met by it. Of a million values two are taken for one once in 9,000 libraries.
   */
  fingerprints(): Iterable<number>;
}
