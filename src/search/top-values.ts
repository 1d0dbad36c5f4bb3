import type { FacetColumn } from '../index/segment.ts';
import { manyHits, type Work } from '../index/work.ts';
import { byCodePoint } from './evaluate/expand.ts';
import { type Numbers, numbering } from './facet-numbers.ts';

/** A value of a facet with the records that have it. */
export interface Counted {
  readonly text: string;
  readonly count: number;
}

/** The hits of one segment, none perhaps, and the column whose values are counted. */
export interface ListedSegment {
  readonly column: FacetColumn;
  /** Ordinals of the hits. */
  readonly ordinals: Uint32Array;
}

/** Values of hits are remembered one by one while they are fewer than this part of all. */
const sparsePart = 2;

/**
 * The `wanted` most frequent values, exact, equal ones in code point order. Wants all segments of
 * the snapshot. Others may interrupt when there are many hits or new segments.
 */
export function* topValues(
  code: string,
  segments: readonly ListedSegment[],
  wanted: number,
  part = sparsePart,
): Work<readonly Counted[]> {
  const columns = segments.map(({ column }) => column);
  const numbers = yield* numbering(code, columns);
  const values = segments.reduce((sum, segment) => sum + valuesIn(segment), 0);
  return values * part < numbers.count
    ? amongThoseMet(segments, numbers, values, wanted)
    : yield* amongAll(segments, numbers, wanted);
}

/** Equal ones in code point order. */
export function mostFrequent(values: readonly Counted[], wanted: number): readonly Counted[] {
  const least = highest(
    Uint32Array.from(values, ({ count }) => count),
    values.length,
    wanted,
  );
  const best = values.filter(({ count }) => count >= least);
  return best.sort((a, b) => b.count - a.count || byCodePoint(a.text, b.text)).slice(0, wanted);
}

/** Texts kept of each facet. */
const mostNames = 10_000;

// Always left with zeros only.
let totals = new Uint32Array(0);
let ofSegment = new Uint32Array(0);
let met = { numbers: new Uint32Array(0), values: new Uint32Array(0), counts: new Uint32Array(0) };

function valuesIn({ column: { starts }, ordinals }: ListedSegment): number {
  let values = 0;
  for (let i = 0; i < ordinals.length; i++) values += starts[ordinals[i]! + 1]! - starts[ordinals[i]!]!;
  return values;
}

/** For few hits: looks only at the values that they have. */
function amongThoseMet(
  segments: readonly ListedSegment[],
  { numbers, count }: Numbers,
  values: number,
  wanted: number,
): readonly Counted[] {
  if (totals.length < count) totals = new Uint32Array(count * 2);
  if (met.numbers.length < values) {
    const length = values * 2;
    met = { numbers: new Uint32Array(length), values: new Uint32Array(length), counts: new Uint32Array(length) };
  }
  const ends = meet(segments, numbers);
  const size = ends.at(-1) ?? 0;
  for (let i = 0; i < size; i++) {
    met.counts[i] = totals[met.numbers[i]!]!;
    totals[met.numbers[i]!] = 0;
  }
  const least = highest(met.counts, size, wanted);
  const above: Counted[] = [];
  const equal = segments.map(({ column }, at) => {
    const values: number[] = [];
    for (let i = ends[at - 1] ?? 0; i < ends[at]!; i++) {
      if (met.counts[i] === least) values.push(met.values[i]!);
      else if (met.counts[i]! > least) above.push({ text: column.text(met.values[i]!), count: met.counts[i]! });
    }
    return { column, values: Uint32Array.from(values).sort() };
  });
  const first = firstTexts(equal, wanted - above.length);
  return [...mostFrequent(above, wanted), ...first.map((text) => ({ text, count: least }))];
}

/**
 * The first texts in code point order, in which the values of a segment stand. A text is read from
 * a file, so that no more are read than need be.
 */
function firstTexts(
  lists: readonly { readonly column: FacetColumn; readonly values: Uint32Array }[],
  wanted: number,
): readonly string[] {
  const heads = lists
    .filter(({ values }) => values.length > 0)
    .map(({ column, values }) => ({ column, values, at: 0, text: column.text(values[0]!) }));
  const texts: string[] = [];
  while (texts.length < wanted && heads.length > 0) {
    let best = 0;
    for (let i = 1; i < heads.length; i++) if (byCodePoint(heads[i]!.text, heads[best]!.text) < 0) best = i;
    const head = heads[best]!;
    texts.push(head.text);
    if (++head.at === head.values.length) heads.splice(best, 1);
    else head.text = head.column.text(head.values[head.at]!);
  }
  return texts;
}

/**
 * Fills `totals`, and `met` with each value once, where it is met first. For each segment where its
 * values end.
 */
function meet(segments: readonly ListedSegment[], numbers: readonly Uint32Array[]): readonly number[] {
  const counts = totals;
  const { numbers: metNumbers, values: metValues } = met;
  let size = 0;
  return segments.map(({ column: { starts, values }, ordinals }, at) => {
    const number = numbers[at]!;
    for (let i = 0; i < ordinals.length; i++) {
      const end = starts[ordinals[i]! + 1]!;
      for (let place = starts[ordinals[i]!]!; place < end; place++) {
        const value = values[place]!;
        if (counts[number[value]!]!++ > 0) continue;
        metNumbers[size] = number[value]!;
        metValues[size++] = value;
      }
    }
    return size;
  });
}

/** For many hits: counts into one array of all values. */
function* amongAll(segments: readonly ListedSegment[], all: Numbers, wanted: number): Work<readonly Counted[]> {
  const { numbers, count } = all;
  // Ours until the end: other questions that count meanwhile make their own.
  const own = totals.length < count ? new Uint32Array(count * 2) : totals;
  totals = new Uint32Array(0);
  const counts = own.subarray(0, count);
  try {
    for (const [at, segment] of segments.entries()) {
      addCounts(counts, numbers[at]!, segment);
      if (segment.ordinals.length >= manyHits) yield;
    }
    const least = highest(counts, count, wanted);
    const best = reaching(counts, least, wanted * 4);
    const found =
      best === undefined ? named(segments, all, counts, least, wanted) : namedFew(segments, all, counts, best);
    return mostFrequent(found, wanted);
  } finally {
    // Also when a damaged text was met: the next question begins with zeros.
    counts.fill(0);
    if (own.length > totals.length) totals = own;
  }
}

/**
 * Counts by the segment's own numbers first: that is one place in memory for each value of a hit,
 * where the numbers over all segments would make it two, and those of many hits are not in the
 * processor's caches.
 */
function addCounts(counts: Uint32Array, numbers: Uint32Array, { column, ordinals }: ListedSegment): void {
  const { starts, values, distinct } = column;
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

/** The count that the `wanted` highest of the first `length` reach, at least 1. */
function highest(counts: Uint32Array, length: number, wanted: number): number {
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
  for (let at = 0; at < length; at++) {
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
  return least;
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

/** A few values by number: each is looked for where it is, once. */
function namedFew(
  segments: readonly ListedSegment[],
  { numbers, names }: Numbers,
  counts: Uint32Array,
  best: readonly number[],
): readonly Counted[] {
  return best.map((number) => {
    const text = names.get(number) ?? textOf(segments, numbers, number);
    if (names.size >= mostNames) names.clear();
    names.set(number, text);
    return { text, count: counts[number]! };
  });
}

function textOf(segments: readonly ListedSegment[], numbers: readonly Uint32Array[], number: number): string {
  for (const [at, { column }] of segments.entries()) {
    const value = numbers[at]!.indexOf(number);
    if (value !== -1) return column.text(value);
  }
  throw new Error(`no segment has value ${number}`);
}

/**
 * Many values that reach `least` alike: of those with just `least` the first `wanted` of each
 * segment are enough.
 */
function named(
  segments: readonly ListedSegment[],
  { numbers }: Numbers,
  counts: Uint32Array,
  least: number,
  wanted: number,
): readonly Counted[] {
  const found = new Map<number, Counted>();
  for (const [at, { column }] of segments.entries()) {
    const number = numbers[at]!;
    let equal = 0;
    for (let value = 0; value < number.length; value++) {
      const count = counts[number[value]!]!;
      if (count < least || (count === least && equal++ >= wanted) || found.has(number[value]!)) continue;
      found.set(number[value]!, { text: column.text(value), count });
    }
  }
  return [...found.values()];
}
