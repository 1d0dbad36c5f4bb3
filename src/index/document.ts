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
}

/** What the index knows of one version of one record besides its terms. */
export interface IndexedRecord {
  readonly id: number;
  readonly revision: number;
  /** True for a deletion marker: it hides older versions and has no terms, columns or brief. */
  readonly deleted: boolean;
  readonly columns: RecordColumns;
  readonly brief: Brief;
}
