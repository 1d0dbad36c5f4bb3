/**
 * What decides how a record stands in the index beside the site file: the analysis (what terms,
 * columns and brief it has) and the format of segments and deltas. The manifest names the pair in
 * force, and every node that knows it writes and asks by it, whatever newer one it knows too. So
 * releases can serve one library beside each other: see docs/ARCHITECTURE.md, "Two releases on one
 * index".
 */
export interface IndexVersions {
  readonly analysis: number;
  readonly format: number;
}

/**
 * The pairs that this release can write and read, the oldest first. Raise the analysis when the
 * same record gets other terms, columns or another brief (a golden test holds them), and the format
 * when a segment or a delta has other bytes: add the pair here, and keep the others working from
 * the one that the release before this one writes on (`site.indexed` is what is asked: `analysis >=
 * 4 ? ... : ...`); drop what is older.
 */
export const knownVersions: readonly IndexVersions[] = [
  { analysis: 2, format: 1 },
  { analysis: 3, format: 1 },
  { analysis: 4, format: 1 },
];

/**
 * Is it one of the analyses that stand, as they were, in index/analysis/earlier, with the default
 * site of then?
 */
export function isEarlierAnalysis({ analysis }: IndexVersions): boolean {
  return analysis < 4;
}

/** What a library was made by before the manifest named it. */
export const firstVersions: IndexVersions = { analysis: 2, format: 1 };

/** The pair that this release goes for. */
export const newestVersions: IndexVersions = knownVersions.at(-1)!;

/** The pair that the release before this one knows as well. */
export const earlierVersions: IndexVersions = knownVersions[0]!;

export function sameVersions(a: IndexVersions, b: IndexVersions): boolean {
  return a.analysis === b.analysis && a.format === b.format;
}

/** Our own object for the pair; undefined for one that this release does not know. */
export function knownPair(versions: IndexVersions, known = knownVersions): IndexVersions | undefined {
  return known.find((pair) => sameVersions(pair, versions));
}

export function isKnownFormat(format: number): boolean {
  return knownVersions.some((pair) => pair.format === format);
}

/** As in messages: "analysis 3, format 1". */
export function versionsText({ analysis, format }: IndexVersions): string {
  return `analysis ${analysis}, format ${format}`;
}
