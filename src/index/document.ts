import type { Brief } from './brief.ts';

/**
 * The columns of one record: what sorting, facets and limits need beside its terms.
 * `sorts` and `facets` have one entry for each of the site's sort methods and facets that read the record.
 */
export interface RecordColumns {
  /** Seconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** 0: none. */
  readonly year: number;
  /** Sort method code -> text to be collated ("" when the record has none). */
  readonly sorts: Readonly<Record<string, string>>;
  /** Facet code -> distinct values, as shown to people. */
  readonly facets: Readonly<Record<string, readonly string[]>>;
  readonly keys: RecordKeys;
}

export const keyColumns = ['own', 'references', 'authors'] as const;
export type KeyColumnName = (typeof keyColumns)[number];

/**
 * Keys of a record, each as two numbers of 32 bits (high, low, high, low ...) in the order of the
 * record: `own` by which it may be cited, `references` of what it cites, `authors` of who wrote it.
 * 0 and a number is the key of the record of that number.
 */
export type RecordKeys = Readonly<Record<KeyColumnName, readonly number[]>>;

export const noKeys: RecordKeys = Object.freeze({ own: [], references: [], authors: [] });

/** What the index knows of one version of one record besides its terms. */
export interface IndexedRecord {
  readonly id: number;
  readonly revision: number;
  /** True for a deletion marker: it hides older versions and has no terms, columns or brief. */
  readonly deleted: boolean;
  readonly columns: RecordColumns;
  readonly brief: Brief;
}
