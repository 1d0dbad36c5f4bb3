/**
 * What cataloguer: asks: the records that have a version by this person, made in this time (seconds
 * since 1970, `below` not included).
 */
export interface CataloguerQuestion {
  readonly name: string;
  readonly from: number;
  readonly below: number;
}

/**
 * Answers by the question as `cataloguerKey` writes it: record numbers, ascending. Who wrote a
 * version stands in the database, so they are read before the search.
 */
export type ChangedBy = ReadonlyMap<string, Uint32Array>;

export function cataloguerKey({ name, from, below }: CataloguerQuestion): string {
  return `${from} ${below} ${name}`;
}

/**
 * Answers to finding: by the name of a rule, "*" for all: numbers of records of which that rule
 * says something that nobody has decided yet, ascending. It stands in the database, so they are
 * read before the search.
 */
export type FoundBy = ReadonlyMap<string, Uint32Array>;
