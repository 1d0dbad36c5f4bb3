import type { Segment } from '../../index/segment.ts';
import type { IndexSnapshot, LiveSegment } from '../../index/snapshot.ts';

/** A word of the question in the word space of its field. */
export interface RankedWord {
  readonly space: string;
  readonly term: string;
  /** How much it counts; 1 unless it is said. */
  readonly weight?: number;
}

const k1 = 1.2;
const b = 0.75;
/** Longer records count as this long; their norm hardly differs. */
const longestLength = 4095;

/**
 * BM25 (Robertson and Zaragoza 2009, as Lucene computes it) of every record of every segment, as one array of scores per segment. Document
 * frequencies and lengths are those of the live records of the whole library, so a score does not depend on how records are spread over segments.
 * The arrays are used again by the next call: read them before it.
 */
export function bm25(snapshot: IndexSnapshot, words: readonly RankedWord[]): readonly Float32Array[] {
  const scores = snapshot.segments.map(({ segment }) => emptyScores(segment));
  const averages = new Map<string, number>();
  for (const { space, term, weight = 1 } of distinct(words)) {
    const average = averages.get(space) ?? averageLength(snapshot, space);
    averages.set(space, average);
    const documents = documentFrequency(snapshot, space, term);
    if (documents === 0) continue;
    const idf = Math.log(1 + (snapshot.records - documents + 0.5) / (documents + 0.5));
    const norms = normTable(average);
    for (const [index, { segment }] of snapshot.segments.entries()) {
      addScores(segment, space, term, idf * weight, norms, scores[index] as Float32Array);
    }
  }
  return scores;
}

const scoresOf = new WeakMap<Segment, Float32Array>();

/** Making and dropping megabytes for every question costs more than ranking does. */
function emptyScores(segment: Segment): Float32Array {
  const known = scoresOf.get(segment);
  if (known !== undefined) return known.fill(0);
  const made = new Float32Array(segment.count);
  scoresOf.set(segment, made);
  return made;
}

function addScores(
  segment: Segment,
  space: string,
  term: string,
  idf: number,
  norms: Float64Array,
  scores: Float32Array,
): void {
  const entry = segment.term(space, term);
  if (entry === undefined) return;
  const { ordinals, frequencies } = segment.postings(entry);
  const lengths = segment.columns.lengths(space);
  const weight = idf * (k1 + 1);
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    const frequency = frequencies[i] as number;
    const length = lengths === undefined ? 0 : Math.min(lengths[ordinal] as number, longestLength);
    scores[ordinal] = (scores[ordinal] as number) + (weight * frequency) / (frequency + (norms[length] as number));
  }
}

function normTable(average: number): Float64Array {
  const norms = new Float64Array(longestLength + 1);
  for (let length = 0; length < norms.length; length++) norms[length] = k1 * (1 - b + (b * length) / average);
  return norms;
}

function documentFrequency(snapshot: IndexSnapshot, space: string, term: string): number {
  let documents = 0;
  for (const { segment, live } of snapshot.segments) {
    const entry = segment.term(space, term);
    if (entry === undefined) continue;
    documents += live.size === segment.count ? entry.records : live.andCardinality(segment.ordinals(entry));
  }
  return documents;
}

function averageLength(snapshot: IndexSnapshot, space: string): number {
  let total = 0;
  for (const live of snapshot.segments) total += liveLength(live, space);
  return snapshot.records === 0 || total === 0 ? 1 : total / snapshot.records;
}

const liveLengths = new WeakMap<LiveSegment, Map<string, number>>();

/** Words of the live records of a segment; summed once when some of its records are not live. */
function liveLength(live: LiveSegment, space: string): number {
  const { segment } = live;
  if (live.live.size === segment.count) return segment.columns.totalLength(space);
  const known = liveLengths.get(live) ?? new Map<string, number>();
  liveLengths.set(live, known);
  const before = known.get(space);
  if (before !== undefined) return before;
  const lengths = segment.columns.lengths(space);
  let total = 0;
  if (lengths !== undefined) for (const ordinal of live.live) total += lengths[ordinal] as number;
  known.set(space, total);
  return total;
}

/** A word that is asked for twice counts once, as where it counts most. */
function distinct(words: readonly RankedWord[]): readonly RankedWord[] {
  const known = new Map<string, RankedWord>();
  for (const word of words) {
    const key = `${word.space} ${word.term}`;
    if ((known.get(key)?.weight ?? (known.has(key) ? 1 : 0)) < (word.weight ?? 1)) known.set(key, word);
  }
  return [...known.values()];
}
