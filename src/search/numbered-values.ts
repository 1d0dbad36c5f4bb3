import type { FacetColumn } from '../index/segment.ts';
import { type Counted, mostFrequent } from './top-values.ts';

/**
 * The most frequent values among very many hits. Values have one number over all segments, so that all hits are counted into one array; telling which
 * value is which otherwise takes longer than counting.
 */
export interface ListedSegment {
  readonly column: FacetColumn;
  /** Ordinals of the hits. */
  readonly ordinals: Uint32Array;
}

/** The `wanted` most frequent values, exact, equal ones in code point order. */
export function topNumbered(code: string, segments: readonly ListedSegment[], wanted: number): readonly Counted[] {
  const { numbers, count } = numbersFor(
    code,
    segments.map(({ column }) => column),
  );
  const counts = totals(count);
  for (const [at, { column, ordinals }] of segments.entries()) addCounts(counts, numbers[at]!, column, ordinals);
  const least = highest(counts, wanted);
  if (least === 0) return [];
  const best = reaching(counts, least, wanted * 4);
  return mostFrequent(
    best === undefined ? named(segments, numbers, counts, least, wanted) : namedFew(segments, numbers, counts, best),
    wanted,
  );
}

let total = new Uint32Array(0);
let ofSegment = new Uint32Array(0);

/** Zeros, in memory that is used again. */
function totals(count: number): Uint32Array {
  if (total.length < count) total = new Uint32Array(count * 2);
  return total.subarray(0, count).fill(0);
}

/**
 * Counts by the segment's own numbers first: that is one place in memory for each value of a hit, where the numbers over all segments would make it two, and
 * those of many hits are not in the processor's caches.
 */
function addCounts(
  counts: Uint32Array,
  numbers: Uint32Array,
  { starts, values, distinct }: FacetColumn,
  ordinals: Uint32Array,
): void {
  // Always left with zeros only.
  if (ofSegment.length < distinct) ofSegment = new Uint32Array(distinct * 2);
  const own = ofSegment;
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i]!;
    const end = starts[ordinal + 1]!;
    for (let place = starts[ordinal]!; place < end; place++) own[values[place]!]!++;
  }
  for (let value = 0; value < distinct; value++) {
    if (own[value] === 0) continue;
    counts[numbers[value]!]! += own[value]!;
    own[value] = 0;
  }
}

/** The count that the `wanted` highest reach, at least 1; 0 when there is none. */
function highest(counts: Uint32Array, wanted: number): number {
  let kept = new Uint32Array(1024);
  let size = 0;
  let least = 1;
  const keepBest = () => {
    if (size < wanted) return;
    kept.subarray(0, size).sort();
    kept.copyWithin(0, size - wanted, size);
    size = wanted;
    least = Math.max(1, kept[0]!);
  };
  for (let at = 0; at < counts.length; at++) {
    if (counts[at]! < least || (counts[at] === least && size >= wanted)) continue;
    if (size === kept.length) keepBest();
    if (size === kept.length) {
      const longer = new Uint32Array(size * 2);
      longer.set(kept);
      kept = longer;
    }
    kept[size++] = counts[at]!;
  }
  keepBest();
  return size === 0 ? 0 : least;
}

/** Numbers of the values that reach `least`; undefined when they are more than `most`. */
function reaching(counts: Uint32Array, least: number, most: number): readonly number[] | undefined {
  const found: number[] = [];
  for (let number = 0; number < counts.length; number++) {
    if (counts[number]! < least) continue;
    if (found.length === most) return undefined;
    found.push(number);
  }
  return found;
}

/** A few values by number: each is looked for where it is. */
function namedFew(
  segments: readonly ListedSegment[],
  numbers: readonly Uint32Array[],
  counts: Uint32Array,
  best: readonly number[],
): readonly Counted[] {
  return best.flatMap((number) => {
    for (const [at, { column }] of segments.entries()) {
      const value = (numbers[at] as Uint32Array).indexOf(number);
      if (value !== -1) return [{ text: column.text(value), count: counts[number]! }];
    }
    return [];
  });
}

/**
 * Many values that reach `least` alike: within a segment values stand in code point order, so of those with just `least` the first `wanted` of each segment
 * are enough.
 */
function named(
  segments: readonly ListedSegment[],
  numbers: readonly Uint32Array[],
  counts: Uint32Array,
  least: number,
  wanted: number,
): readonly Counted[] {
  const found = new Map<number, Counted>();
  for (const [at, { column }] of segments.entries()) {
    const number = numbers[at] as Uint32Array;
    let equal = 0;
    for (let value = 0; value < number.length; value++) {
      const count = counts[number[value]!]!;
      if (count < least || (count === least && equal++ >= wanted) || found.has(number[value]!)) continue;
      found.set(number[value]!, { text: column.text(value), count });
    }
  }
  return [...found.values()];
}

interface Numbers {
  /** By column: number of a value there -> number over all segments. */
  readonly numbers: readonly Uint32Array[];
  readonly count: number;
}

const facets = new Map<string, FacetNumbers>();
const mostFacets = 16;

function numbersFor(code: string, columns: readonly FacetColumn[]): Numbers {
  const distinct = columns.reduce((sum, column) => sum + column.distinct, 0);
  let facet = facets.get(code);
  // Values of segments that are gone keep their numbers, until most of them are such.
  if (facet === undefined || facet.count > 2 * distinct + 1000) {
    if (facets.size >= mostFacets) facets.clear();
    facet = new FacetNumbers();
    facets.set(code, facet);
  }
  const numbers = columns.map((column) => (facet as FacetNumbers).of(column));
  return { numbers, count: facet.count };
}

/** Numbers of the values of one facet by fingerprint: open addressing, at most half full. */
class FacetNumbers {
  count = 0;
  readonly #known = new WeakMap<FacetColumn, Uint32Array>();
  #fingerprints = new Float64Array(1024);
  #numbers = new Uint32Array(1024);

  of(column: FacetColumn): Uint32Array {
    const known = this.#known.get(column);
    if (known !== undefined) return known;
    const made = Uint32Array.from(column.fingerprints(), (fingerprint) => this.#number(fingerprint));
    this.#known.set(column, made);
    return made;
  }

  #number(fingerprint: number): number {
    const slot = this.#slot(fingerprint);
    if (this.#fingerprints[slot] === fingerprint) return this.#numbers[slot]!;
    const number = this.count++;
    this.#fingerprints[slot] = fingerprint;
    this.#numbers[slot] = number;
    if (this.count * 2 > this.#numbers.length) this.#grow();
    return number;
  }

  #slot(fingerprint: number): number {
    const mask = this.#fingerprints.length - 1;
    let slot = fingerprint & mask;
    while (this.#fingerprints[slot] !== 0 && this.#fingerprints[slot] !== fingerprint) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [fingerprints, numbers] = [this.#fingerprints, this.#numbers];
    this.#fingerprints = new Float64Array(fingerprints.length * 2);
    this.#numbers = new Uint32Array(numbers.length * 2);
    for (const [at, fingerprint] of fingerprints.entries()) {
      if (fingerprint === 0) continue;
      const slot = this.#slot(fingerprint);
      this.#fingerprints[slot] = fingerprint;
      this.#numbers[slot] = numbers[at]!;
    }
  }
}
