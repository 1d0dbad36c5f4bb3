import type { FacetColumn } from '../index/segment.ts';
import { byCodePoint } from './evaluate/expand.ts';

/** A value of a facet with the records that have it. */
export interface Counted {
  readonly text: string;
  readonly count: number;
}

/** The values of one segment that some hits have: their numbers, ascending, and for each how many hits. */
export interface CountedColumn {
  readonly column: FacetColumn;
  readonly numbers: Uint32Array;
  readonly counts: Uint32Array;
}

/** Below this part of a column's values, counting what is met is faster than looking at all afterwards. */
const sparsePart = 8;
/** Up to so many wanted, putting each into its place is faster than sorting all. */
const mostInserted = 50;
let scratch = new Uint32Array(1024);

/** Counts the values of these ordinals. */
export function countValues(column: FacetColumn, ordinals: Uint32Array): CountedColumn {
  const { starts, values, distinct } = column;
  // Always left with zeros only.
  if (scratch.length < distinct) scratch = new Uint32Array(distinct * 2);
  const counts = scratch;
  let found = 0;
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i]!;
    const end = starts[ordinal + 1]!;
    for (let at = starts[ordinal]!; at < end; at++) if (counts[values[at]!]!++ === 0) found++;
  }
  const numbers = found < distinct / sparsePart ? met(column, ordinals, found) : above(counts, distinct, found);
  const kept = new Uint32Array(found);
  for (let i = 0; i < found; i++) {
    kept[i] = counts[numbers[i]!]!;
    counts[numbers[i]!] = 0;
  }
  return { column, numbers, counts: kept };
}

/** The numbers met, each once and ascending; needs their counts in `scratch`. */
function met({ starts, values }: FacetColumn, ordinals: Uint32Array, found: number): Uint32Array {
  const counts = scratch;
  const numbers = new Uint32Array(found);
  const seen = 0x80000000;
  let at = 0;
  for (let i = 0; i < ordinals.length && at < found; i++) {
    const end = starts[ordinals[i]! + 1]!;
    for (let place = starts[ordinals[i]!]!; place < end; place++) {
      const value = values[place]!;
      if (counts[value]! >= seen) continue;
      counts[value]! += seen;
      numbers[at++] = value;
    }
  }
  for (let i = 0; i < found; i++) counts[numbers[i]!]! -= seen;
  return numbers.sort();
}

function above(counts: Uint32Array, distinct: number, found: number): Uint32Array {
  const numbers = new Uint32Array(found);
  let at = 0;
  for (let value = 0; value < distinct; value++) if (counts[value]! > 0) numbers[at++] = value;
  return numbers;
}

/** The `wanted` most frequent values over all segments, exact, equal ones in code point order. */
export function topValues(columns: readonly CountedColumn[], wanted: number): readonly Counted[] {
  const [only] = columns;
  if (only === undefined || wanted < 1) return [];
  if (columns.length === 1)
    return best(only.counts, wanted).map((at) => ({
      text: only.column.text(only.numbers[at]!),
      count: only.counts[at]!,
    }));
  const totals = totalsOf(columns, wanted);
  // Only values that may be among the best are read, of each segment at most as many as are wanted.
  const texts = new Map<string, number>();
  for (const { column, numbers } of columns) {
    const fingerprints = column.fingerprints();
    const sums = new Uint32Array(numbers.length);
    for (let i = 0; i < numbers.length; i++) sums[i] = totals.of(fingerprints[numbers[i]!]!);
    for (const at of best(sums, wanted)) texts.set(column.text(numbers[at]!), sums[at]!);
  }
  return mostFrequent(
    [...texts].map(([text, count]) => ({ text, count })),
    wanted,
  );
}

/** Equal ones in code point order. */
export function mostFrequent(values: readonly Counted[], wanted: number): readonly Counted[] {
  return values.toSorted((a, b) => b.count - a.count || byCodePoint(a.text, b.text)).slice(0, wanted);
}

/** Places of the highest counts over 0, highest first; of equal ones the first come first. */
function best(counts: Uint32Array, wanted: number): number[] {
  if (wanted > mostInserted) return bySorting(counts).slice(0, wanted);
  const kept: number[] = [];
  let least = 0;
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place]!;
    if (count <= least) continue;
    let at = kept.length;
    while (at > 0 && counts[kept[at - 1]!]! < count) at--;
    kept.splice(at, 0, place);
    if (kept.length > wanted) kept.pop();
    if (kept.length === wanted) least = counts[kept.at(-1)!]!;
  }
  return kept;
}

function bySorting(counts: Uint32Array): number[] {
  const places: number[] = [];
  for (let place = 0; place < counts.length; place++) if (counts[place]! > 0) places.push(place);
  return places.sort((a, b) => counts[b]! - counts[a]! || a - b);
}

/**
 * Totals over all segments of the values that may be among the best. In some segment `wanted` values reach a count of L, so each of the best has a
 * total of L or more, and so in some segment at least its share, L / segments.
 */
function totalsOf(columns: readonly CountedColumn[], wanted: number): Totals {
  let least = 1;
  for (const { counts } of columns) {
    const last = best(counts, wanted)[wanted - 1];
    if (last !== undefined) least = Math.max(least, counts[last]!);
  }
  const share = Math.ceil(least / columns.length);
  let candidates = 0;
  for (const { counts } of columns) for (let i = 0; i < counts.length; i++) if (counts[i]! >= share) candidates++;
  const totals = new Totals(candidates);
  for (const { column, numbers, counts } of columns) {
    const fingerprints = column.fingerprints();
    for (let i = 0; i < counts.length; i++) if (counts[i]! >= share) totals.include(fingerprints[numbers[i]!]!);
  }
  for (const { column, numbers, counts } of columns) {
    const fingerprints = column.fingerprints();
    for (let i = 0; i < counts.length; i++) totals.add(fingerprints[numbers[i]!]!, counts[i]!);
  }
  return totals;
}

/** Sums by fingerprint of those that were included: open addressing, at most half full. */
class Totals {
  readonly #fingerprints: Float64Array;
  readonly #sums: Uint32Array;
  readonly #mask: number;

  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, most) * 2));
    this.#fingerprints = new Float64Array(slots);
    this.#sums = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  include(fingerprint: number): void {
    this.#fingerprints[this.#slot(fingerprint)] = fingerprint;
  }

  add(fingerprint: number, count: number): void {
    const slot = this.#slot(fingerprint);
    if (this.#fingerprints[slot] === fingerprint) this.#sums[slot]! += count;
  }

  of(fingerprint: number): number {
    const slot = this.#slot(fingerprint);
    return this.#fingerprints[slot] === fingerprint ? this.#sums[slot]! : 0;
  }

  /** Where it is, or the free slot where it would be. */
  #slot(fingerprint: number): number {
    let slot = fingerprint & this.#mask;
    while (this.#fingerprints[slot] !== 0 && this.#fingerprints[slot] !== fingerprint) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
