import type { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment } from '../../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import { finish, type Work } from '../../index/work.ts';

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
 * BM25 (Robertson and Zaragoza 2009, as Lucene computes it) of every record of every segment, as
 * one array of scores per segment. Document frequencies and lengths are those of the `counted`
 * records: all that the asker may open, since the order of what one sees would tell how often words
 * stand in what one does not. A score depends neither on the collection asked nor on how records
 * are spread over segments. The arrays are used again by the next call: read them before it, and
 * before others have a turn; unless they are to be `kept`.
 */
export function bm25(
  snapshot: IndexSnapshot,
  words: readonly RankedWord[],
  counted: HitSet,
  kept = false,
): readonly Float32Array[] {
  return finish(ranking(snapshot, words, counted, kept));
}

/**
 * From so many occurrences on others have their turn between two words: a tenth of a second of a
 * core.
 */
const muchWork = 500_000;

/**
 * Where relevance is the order because nobody asked for one, so many occurrences are looked at,
 * those of the rarest words first: 20 ms. Of a million records "the" alone has nearly as many, and
 * it tells nothing beside a rarer word.
 */
export const mostOccurrences = 1_000_000;

/** The same as work that others may interrupt: when it is much. */
export function* ranking(
  snapshot: IndexSnapshot,
  words: readonly RankedWord[],
  counted: HitSet,
  kept = false,
  most = Number.POSITIVE_INFINITY,
): Work<readonly Float32Array[]> {
  const records = counted.reduce((sum, bits) => sum + bits.size, 0);
  const isMuch = workOf(snapshot, words) > muchWork;
  const scores = snapshot.segments.map(({ segment }) =>
    kept || isMuch ? new Float32Array(segment.count) : emptyScores(segment),
  );
  const averages = new Map<string, number>();
  const found = distinct(words).map((word) => ({
    ...word,
    documents: documentFrequency(snapshot, counted, word.space, word.term),
  }));
  const least = leastCommon(found, most);
  for (const { space, term, weight = 1, documents } of found) {
    if (documents === 0 || documents > least) continue;
    const average = averages.get(space) ?? averageLength(snapshot, counted, records, space);
    averages.set(space, average);
    const idf = Math.log(1 + (records - documents + 0.5) / (documents + 0.5));
    const norms = normTable(average);
    for (const [index, { segment }] of snapshot.segments.entries()) {
      addScores(segment, space, term, idf * weight, norms, scores[index] as Float32Array);
      if (isMuch) yield;
    }
  }
  return scores;
}

/** How many records the words may have that are looked at. */
function leastCommon(words: readonly { readonly documents: number }[], most: number): number {
  let sum = 0;
  for (const documents of words.map((word) => word.documents).sort((a, b) => a - b)) {
    sum += documents;
    if (sum > most) return documents - 1;
  }
  return Number.POSITIVE_INFINITY;
}

function workOf(snapshot: IndexSnapshot, words: readonly RankedWord[]): number {
  let work = 0;
  for (const { segment } of snapshot.segments)
    for (const { space, term } of words) work += segment.term(space, term)?.records ?? 0;
  return work;
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

/** Of most questions it is the same: what a visitor may see has one average length a field. */
const normTables = new Map<number, Float64Array>();
/** 32 kB each. */
const normTablesKept = 16;

function normTable(average: number): Float64Array {
  const known = normTables.get(average);
  if (known !== undefined) return known;
  const norms = new Float64Array(longestLength + 1);
  for (let length = 0; length < norms.length; length++) norms[length] = k1 * (1 - b + (b * length) / average);
  const [oldest] = normTables.keys();
  if (normTables.size >= normTablesKept && oldest !== undefined) normTables.delete(oldest);
  normTables.set(average, norms);
  return norms;
}

/** Of the counted records, how many have the word. */
export function documentFrequency(snapshot: IndexSnapshot, counted: HitSet, space: string, term: string): number {
  let documents = 0;
  for (const [index, { segment }] of snapshot.segments.entries()) {
    const entry = segment.term(space, term);
    if (entry === undefined) continue;
    const bits = counted[index] as RoaringBitmap32;
    documents += bits.size === segment.count ? entry.records : bits.andCardinality(segment.ordinals(entry));
  }
  return documents;
}

function averageLength(snapshot: IndexSnapshot, counted: HitSet, records: number, space: string): number {
  let total = 0;
  for (const [index, { segment }] of snapshot.segments.entries())
    total += countedLength(segment, counted[index] as RoaringBitmap32, space);
  return records === 0 || total === 0 ? 1 : total / records;
}

const countedLengths = new WeakMap<RoaringBitmap32, Map<string, number>>();

/** Words of the counted records of a segment; summed once for each set, which access keeps. */
function countedLength(segment: Segment, bits: RoaringBitmap32, space: string): number {
  if (bits.size === segment.count) return segment.columns.totalLength(space);
  const known = countedLengths.get(bits) ?? new Map<string, number>();
  countedLengths.set(bits, known);
  const before = known.get(space);
  if (before !== undefined) return before;
  const lengths = segment.columns.lengths(space);
  let total = 0;
  if (lengths !== undefined) for (const ordinal of bits) total += lengths[ordinal] as number;
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
