import type { RoaringBitmap32 } from '../index/bitmap.ts';
import type { HitSet } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import { betweenTurns, finish, manyHits } from '../index/work.ts';
import { type Hit, hitOf } from './hit.ts';
import { OrdinalMemory, WeightMemory } from './scratch-buffers.ts';
import { sortedPlaces } from './sorted-places.ts';

export type OrderKey = number | string | null;

/**
 * An order of records. Within a segment each ordinal has a number, and `numbersRise` says whether
 * the lower ones come first; between segments
 * `compare` decides (negative: `a` first). Both must agree. Equal numbers: the higher record number first, or the lower when `ascending`.
 */
export interface Order {
  /** By ordinal; what is missing counts as 0. */
  numbers(segment: number): ArrayLike<number>;
  readonly numbersRise: boolean;
  compare(a: Hit, b: Hit): number;
  readonly ascending: boolean;
  /** What the order looks at in a hit, as a cursor can keep it; null: it has nothing to look at. */
  keyOf(hit: Hit): OrderKey;
  /**
   * Where such a key stands among the numbers of a segment: its number, or between two numbers when
   * the segment does not have it.
   */
  place(segment: number, key: OrderKey): number;
  /**
   * Is a segment's order that of its ordinals (when `ascending`; else from the last to the first)?
   * Then nothing needs to be compared.
   */
  followsOrdinals?(segment: number): boolean;
  /**
   * All of these hits in order, by a way that is faster for very many; undefined when there is
   * none.
   */
  sortAll?(hits: HitSet): Work<Float64Array | undefined>;
}

/**
 * From so many hits on, and when so large a part of them is wanted, or so many, sorting all beats
 * picking and merging.
 */
const longList = 5_000;
const largePart = 4;

/**
 * Hits from `skip` (0: the first) on, `count` of them or Infinity, without sorting what is not
 * shown.
 */
export function page(hits: HitSet, order: Order, skip: number, count: number): Float64Array {
  return finish(taking(hits, order, skip, count));
}

/** The same as work that others may interrupt, when there are many hits. */
export function* paging(hits: HitSet, order: Order, skip: number, count: number): Work<Float64Array> {
  const work = taking(hits, order, skip, count);
  return sizeOf(hits) < manyHits ? finish(work) : yield* work;
}

function* taking(hits: HitSet, order: Order, skip: number, count: number): Work<Float64Array> {
  const wanted = skip + count;
  const total = sizeOf(hits);
  if (skip >= total) return new Float64Array(0);
  if (total >= longList && (wanted * largePart >= total || wanted >= longList)) {
    const all = order.sortAll && (yield* order.sortAll(hits));
    if (all !== undefined) return all.subarray(Math.min(skip, total), Math.min(wanted, total));
  }
  const lists: Float64Array[] = [];
  for (const [segment, bits] of hits.entries()) {
    lists.push(yield* best(bits, order, segment, wanted));
    yield;
  }
  return (yield* merge(lists, order, wanted)).subarray(skip);
}

function sizeOf(hits: HitSet): number {
  return hits.reduce((sum, bits) => sum + bits.size, 0);
}

const ordinalMemory = new OrdinalMemory();
const weightMemory = new WeightMemory();

/** The first `wanted` hits of one segment, in order. */
function* best(bits: RoaringBitmap32, order: Order, segment: number, wanted: number): Work<Float64Array> {
  const count = Math.min(wanted, bits.size);
  if (order.followsOrdinals?.(segment)) {
    const ordinals = order.ascending ? bits.toUint32Array(count) : bits.toReversed(count);
    return packed(segment, ordinals, count);
  }
  if (count >= longList && order.numbersRise === order.ascending) {
    const sorted = yield* allOf(bits, order, segment);
    if (sorted !== undefined) return packed(segment, sorted, count);
  }
  const all = ordinalMemory.of(bits);
  const weights = weightMemory.of(all.length);
  const numbers = order.numbers(segment);
  const factor = order.numbersRise ? -1 : 1;
  for (let i = 0; i < all.length; i++) weights[i] = factor * (numbers[all[i] as number] ?? 0);
  const sign = order.ascending ? 1 : -1;
  // Places in `all`: the higher the weight the better.
  const places = count < all.length / 4 ? top(weights, sign, count) : Uint32Array.from(all.keys());
  places.sort((a, b) => (weights[b] as number) - (weights[a] as number) || sign * (a - b));
  const sorted = places.map((place) => all[place] as number);
  return packed(segment, sorted, count);
}

/**
 * The ordinals of one segment in order; undefined when their numbers are not whole ones below 2^32.
 */
function* allOf(bits: RoaringBitmap32, order: Order, segment: number): Work<Uint32Array | undefined> {
  const all = bits.toUint32Array();
  const numbers = order.numbers(segment);
  const keys = new Uint32Array(all.length);
  for (let i = 0; i < all.length; i++) {
    const number = numbers[all[i]!] ?? 0;
    keys[i] = number;
    if (keys[i] !== number) return undefined;
    if (i % betweenTurns === betweenTurns - 1) yield;
  }
  const places = yield* sortedPlaces(keys);
  if (!order.ascending) places.reverse();
  return places.map((place) => all[place]!);
}

function packed(segment: number, ordinals: ArrayLike<number>, count: number): Float64Array {
  const list = new Float64Array(count);
  for (let i = 0; i < count; i++) list[i] = hitOf(segment, ordinals[i] as number);
  return list;
}

/**
 * Places of the `wanted` highest weights, in no order: a heap whose root is the worst kept. Of
 * equal ones the first is better, or the last when `sign` is -1.
 */
function top(weights: Float64Array, sign: number, wanted: number): Uint32Array {
  const heap = new Uint32Array(wanted);
  const isWorse = (a: number, b: number) => {
    const difference = (weights[a] as number) - (weights[b] as number);
    return difference < 0 || (difference === 0 && sign * (a - b) > 0);
  };
  let size = 0;
  for (; size < wanted; size++) rise(size, size);
  let least = weights[heap[0] as number] as number;
  for (let place = wanted; place < weights.length; place++) {
    if ((weights[place] as number) < least || !isWorse(heap[0] as number, place)) continue;
    sink(place);
    least = weights[heap[0] as number] as number;
  }
  return heap;

  function rise(start: number, place: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isWorse(place, heap[parent] as number)) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = place;
  }
  function sink(place: number): void {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isWorse(heap[child + 1] as number, heap[child] as number)) child++;
      if (!isWorse(heap[child] as number, place)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = place;
  }
}

/**
 * Neighbours first: segments mostly follow each other in time, and neighbours are then simply
 * joined.
 */
function* merge(lists: readonly Float64Array[], order: Order, wanted: number): Work<Float64Array> {
  let merged = lists.filter((list) => list.length > 0).sort((a, b) => order.compare(a[0] as Hit, b[0] as Hit));
  while (merged.length > 1) {
    const pairs: Float64Array[] = [];
    for (let at = 0; at < merged.length; at += 2) {
      const [first, second] = [merged[at], merged[at + 1]];
      if (first !== undefined) pairs.push(second === undefined ? first : yield* mergeTwo(first, second, order, wanted));
    }
    merged = pairs;
  }
  return merged[0] ?? new Float64Array(0);
}

/**
 * Comparisons between two places where others may have their turn: a key may be read from a file.
 */
const comparedBetweenTurns = 512;

function* mergeTwo(a: Float64Array, b: Float64Array, order: Order, wanted: number): Work<Float64Array> {
  const result = new Float64Array(Math.min(wanted, a.length + b.length));
  if (order.compare(a.at(-1) as Hit, b[0] as Hit) <= 0) return joined(a, b, result);
  let i = 0;
  let j = 0;
  for (let at = 0; at < result.length; at++) {
    const isFirst = j >= b.length || (i < a.length && order.compare(a[i] as Hit, b[j] as Hit) <= 0);
    result[at] = (isFirst ? a[i++] : b[j++]) as Hit;
    if (at % comparedBetweenTurns === comparedBetweenTurns - 1) yield;
  }
  return result;
}

function joined(a: Float64Array, b: Float64Array, result: Float64Array): Float64Array {
  result.set(a.subarray(0, result.length));
  if (a.length < result.length) result.set(b.subarray(0, result.length - a.length), a.length);
  return result;
}
