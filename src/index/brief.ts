/**
 * What a segment keeps of each record to draw a hit without asking the database. Stored as JSON;
 * short names since there are a million.
 */
export interface Brief {
  /** Title with remainder, as text. */
  readonly t: string;
  /** First authors, at most three. */
  readonly a: readonly string[];
  /** How many authors in all. */
  readonly n: number;
  /** Year, or 0. */
  readonly y: number;
  /** Journal or publisher line: "Phys. Rev. D 54 (1996) 4234". */
  readonly j: string;
  /** Report numbers, DOI, ISBN: at most four, as [kind, value]. */
  readonly i: readonly (readonly [kind: string, value: string])[];
  /** Values of 980 (kinds of document). */
  readonly k: readonly string[];
  /** First 300 characters of the abstract. */
  readonly s: string;
  /** Number of files and links in 856. */
  readonly f: number;
  /** Where a copy is: library and collection, and its shelf mark; each may be "". */
  readonly h?: readonly [place: string, mark: string];
}
