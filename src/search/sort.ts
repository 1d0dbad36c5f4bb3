import type { RoaringBitmap32 } from '../index/bitmap.ts';
import { compareSortKeys } from '../index/segment/sort-keys.ts';
import type { Segment } from '../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';

/** One record of a snapshot: ordinal of a segment. */
export interface Hit {
  readonly segment: number;
  readonly ordinal: number;
}

/**
 * An order of records. Within a segment each ordinal has a weight (a number, higher first); between segments `compare` decides
 * (negative: `a` first). Both must agree. Equal weights: the higher record number first, or the lower when `ascending`.
 */
export interface Order {
  weights(segment: number): (ordinal: number) => number;
  compare(a: Hit, b: Hit): number;
  readonly ascending: boolean;
  /** Is a segment's order that of its ordinals (when `ascending`; else from the last to the first)? Then nothing needs to be compared. */
  followsOrdinals?(segment: number): boolean;
}

/** The first `count` records of an order after the first `skip`, without sorting the others. */
export function page(hits: HitSet, order: Order, skip: number, count: number): Hit[] {
  const wanted = skip + count;
  if (wanted <= 0) return [];
  const lists = hits.map((bits, segment) => best(bits, order, segment, wanted));
  return mergeLists(lists, order, wanted).slice(skip);
}

function best(bits: HitSet[number], order: Order, segment: number, wanted: number): Hit[] {
  const size = bits.size;
  if (size === 0) return [];
  if (order.followsOrdinals?.(segment)) {
    const ordinals = order.ascending ? bits.toUint32Array(wanted) : lastOf(bits, wanted).reverse();
    return Array.from(ordinals, (ordinal) => ({ segment, ordinal }));
  }
  const ordinals = bits.toUint32Array();
  const weight = order.weights(segment);
  const sign = order.ascending ? 1 : -1;
  const chosen = wanted < size / 4 ? top(ordinals, weight, sign, wanted) : ordinals;
  const weights = new Float64Array(chosen.length);
  const places = new Uint32Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    weights[i] = weight(chosen[i] as number);
    places[i] = i;
  }
  places.sort(
    (a, b) => (weights[b] as number) - (weights[a] as number) || sign * ((chosen[a] as number) - (chosen[b] as number)),
  );
  const count = Math.min(wanted, places.length);
  const result: Hit[] = new Array(count);
  for (let i = 0; i < count; i++) result[i] = { segment, ordinal: chosen[places[i] as number] as number };
  return result;
}

function lastOf(bits: RoaringBitmap32, wanted: number): Uint32Array {
  const first = bits.select(Math.max(0, bits.size - wanted)) ?? 0;
  return bits.rangeUint32Array(first, bits.maximum() + 1);
}

/** The `wanted` best ordinals, in no order: a heap whose root is the worst kept. */
function top(ordinals: Uint32Array, weight: (ordinal: number) => number, sign: number, wanted: number): Uint32Array {
  const kept = new Uint32Array(wanted);
  const weights = new Float64Array(wanted);
  let size = 0;
  const isWorse = (w1: number, o1: number, w2: number, o2: number) => w1 < w2 || (w1 === w2 && sign * (o1 - o2) > 0);
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    const w = weight(ordinal);
    if (size === wanted) {
      if (!isWorse(weights[0] as number, kept[0] as number, w, ordinal)) continue;
      sink(w, ordinal);
    } else rise(w, ordinal);
  }
  return kept.subarray(0, size);

  function rise(w: number, ordinal: number): void {
    let at = size++;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isWorse(w, ordinal, weights[parent] as number, kept[parent] as number)) break;
      weights[at] = weights[parent] as number;
      kept[at] = kept[parent] as number;
      at = parent;
    }
    weights[at] = w;
    kept[at] = ordinal;
  }
  function sink(w: number, ordinal: number): void {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (
        right < size &&
        isWorse(weights[right] as number, kept[right] as number, weights[child] as number, kept[child] as number)
      ) {
        child = right;
      }
      if (!isWorse(weights[child] as number, kept[child] as number, w, ordinal)) break;
      weights[at] = weights[child] as number;
      kept[at] = kept[child] as number;
      at = child;
    }
    weights[at] = w;
    kept[at] = ordinal;
  }
}

function mergeLists(lists: readonly Hit[][], order: Order, wanted: number): Hit[] {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length <= 1) return (filled[0] ?? []).slice(0, wanted);
  // Pairwise, so that a segment of a million and twenty of ten cost about a million comparisons.
  const byLength = [...filled].sort((a, b) => a.length - b.length);
  let merged = byLength[0] as Hit[];
  for (const list of byLength.slice(1)) merged = mergeTwo(merged, list, order, wanted);
  return merged;
}

function mergeTwo(a: readonly Hit[], b: readonly Hit[], order: Order, wanted: number): Hit[] {
  const result: Hit[] = [];
  let i = 0;
  let j = 0;
  while (result.length < wanted && (i < a.length || j < b.length)) {
    const left = a[i];
    const right = b[j];
    const takeLeft = right === undefined || (left !== undefined && order.compare(left, right) <= 0);
    result.push((takeLeft ? left : right) as Hit);
    if (takeLeft) i++;
    else j++;
  }
  return result;
}

/** By a number known for each record, higher first (or lower, when `ascending`), then by record number likewise. */
export function byNumber(
  snapshot: IndexSnapshot,
  numbers: (segment: number) => (ordinal: number) => number,
  ascending: boolean,
): Order {
  const sign = ascending ? -1 : 1;
  const readers = snapshot.segments.map((_, index) => numbers(index));
  const read = ({ segment, ordinal }: Hit) => (readers[segment] as (ordinal: number) => number)(ordinal);
  return {
    ascending,
    weights: (segment) => {
      const reader = readers[segment] as (ordinal: number) => number;
      return (ordinal) => sign * reader(ordinal);
    },
    compare: (a, b) => sign * (read(b) - read(a)) || sign * (idOf(snapshot, b) - idOf(snapshot, a)),
  };
}

/** Newest first: by date of creation, then by number. */
export function byDate(snapshot: IndexSnapshot, column: 'created' | 'modified', ascending: boolean): Order {
  const timesOf = (segment: number) => segmentAt(snapshot, segment).columns[column];
  const order = byNumber(
    snapshot,
    (segment) => {
      const times = timesOf(segment);
      return (ordinal) => times[ordinal] as number;
    },
    ascending,
  );
  return { ...order, followsOrdinals: (segment) => neverFalls(timesOf(segment)) };
}

const knownToRise = new WeakMap<Uint32Array, boolean>();

/** Numbers are given in the order of creation, so nearly every segment is in order already. */
function neverFalls(times: Uint32Array): boolean {
  const known = knownToRise.get(times);
  if (known !== undefined) return known;
  let rises = true;
  for (let i = 1; i < times.length && rises; i++) rises = (times[i] as number) >= (times[i - 1] as number);
  knownToRise.set(times, rises);
  return rises;
}

/** Sort keys of one segment: ranks from 1 in the order of the keys, 0 for a record without one. */
export interface KeyColumn {
  readonly ranks: Uint32Array;
  key(rank: number): string;
}

/** By text: A to Z when `ascending`, records without a key in front; Z to A otherwise, those at the end. */
export function byKey(
  snapshot: IndexSnapshot,
  columnOf: (segment: Segment) => KeyColumn | undefined,
  ascending: boolean,
  compareKeys: (a: string, b: string) => number = compareSortKeys,
): Order {
  const columns = snapshot.segments.map(({ segment }) => columnOf(segment));
  const sign = ascending ? 1 : -1;
  const rank = ({ segment, ordinal }: Hit) => columns[segment]?.ranks[ordinal] ?? 0;
  const keyOf = ({ segment }: Hit, place: number) => columns[segment]?.key(place) ?? '';
  return {
    ascending,
    weights: (segment) => {
      const ranks = columns[segment]?.ranks;
      if (ranks === undefined) return () => 0;
      return (ordinal) => -sign * (ranks[ordinal] as number);
    },
    compare: (a, b) => {
      const left = rank(a);
      const right = rank(b);
      const order = left === 0 || right === 0 ? left - right : compareKeys(keyOf(a, left), keyOf(b, right));
      return sign * (order || idOf(snapshot, a) - idOf(snapshot, b));
    },
  };
}

export function idOf(snapshot: IndexSnapshot, hit: Hit): number {
  return segmentAt(snapshot, hit.segment).ids[hit.ordinal] as number;
}

export function segmentAt(snapshot: IndexSnapshot, index: number): Segment {
  return (snapshot.segments[index] as { segment: Segment }).segment;
}
