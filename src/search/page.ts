import type { RoaringBitmap32 } from '../index/bitmap.ts';
import type { HitSet } from '../index/snapshot.ts';
import { type Hit, hitOf } from './hit.ts';

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

/** Hits from `skip` (0: the first) on, `count` of them or Infinity, without sorting what is not shown. */
export function page(hits: HitSet, order: Order, skip: number, count: number): Float64Array {
  const lists = hits.map((bits, segment) => best(bits, order, segment, skip + count));
  return merge(lists, order, skip + count).subarray(skip);
}

/** The first `wanted` hits of one segment, in order. */
function best(bits: RoaringBitmap32, order: Order, segment: number, wanted: number): Float64Array {
  const count = Math.min(wanted, bits.size);
  if (order.followsOrdinals?.(segment)) {
    const ordinals = order.ascending ? bits.toUint32Array(count) : bits.toReversed(count);
    return packed(segment, ordinals, count);
  }
  const weight = order.weights(segment);
  const sign = order.ascending ? 1 : -1;
  const all = bits.toUint32Array();
  const ordinals = count < all.length / 4 ? top(all, weight, sign, count) : all;
  const weights = new Float64Array(ordinals.length);
  const places = new Uint32Array(ordinals.length);
  for (let i = 0; i < ordinals.length; i++) {
    weights[i] = weight(ordinals[i] as number);
    places[i] = i;
  }
  places.sort(
    (a, b) =>
      (weights[b] as number) - (weights[a] as number) || sign * ((ordinals[a] as number) - (ordinals[b] as number)),
  );
  const sorted = places.map((place) => ordinals[place] as number);
  return packed(segment, sorted, count);
}

function packed(segment: number, ordinals: ArrayLike<number>, count: number): Float64Array {
  const list = new Float64Array(count);
  for (let i = 0; i < count; i++) list[i] = hitOf(segment, ordinals[i] as number);
  return list;
}

/** The `wanted` best ordinals, in no order: a heap whose root is the worst kept. */
function top(ordinals: Uint32Array, weight: (ordinal: number) => number, sign: number, wanted: number): Uint32Array {
  const kept = new Uint32Array(wanted);
  const weights = new Float64Array(wanted);
  let size = 0;
  const isWorse = (w1: number, o1: number, w2: number, o2: number) => w1 < w2 || (w1 === w2 && sign * (o1 - o2) > 0);
  const worseAt = (a: number, b: number) =>
    isWorse(weights[a] as number, kept[a] as number, weights[b] as number, kept[b] as number);
  const put = (at: number, w: number, ordinal: number) => {
    weights[at] = w;
    kept[at] = ordinal;
  };
  const move = (from: number, to: number) => put(to, weights[from] as number, kept[from] as number);
  for (let i = 0; i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number;
    const w = weight(ordinal);
    if (size < wanted) rise(w, ordinal);
    else if (isWorse(weights[0] as number, kept[0] as number, w, ordinal)) sink(w, ordinal);
  }
  return kept.subarray(0, size);

  function rise(w: number, ordinal: number): void {
    let at = size++;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!isWorse(w, ordinal, weights[parent] as number, kept[parent] as number)) break;
      move(parent, at);
      at = parent;
    }
    put(at, w, ordinal);
  }
  function sink(w: number, ordinal: number): void {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && worseAt(child + 1, child)) child++;
      if (!isWorse(weights[child] as number, kept[child] as number, w, ordinal)) break;
      move(child, at);
      at = child;
    }
    put(at, w, ordinal);
  }
}

/** Neighbours first: segments mostly follow each other in time, and neighbours are then simply joined. */
function merge(lists: readonly Float64Array[], order: Order, wanted: number): Float64Array {
  let merged = lists.filter((list) => list.length > 0).sort((a, b) => order.compare(a[0] as Hit, b[0] as Hit));
  while (merged.length > 1) {
    const pairs: Float64Array[] = [];
    for (let at = 0; at < merged.length; at += 2) {
      const [first, second] = [merged[at], merged[at + 1]];
      if (first !== undefined) pairs.push(second === undefined ? first : mergeTwo(first, second, order, wanted));
    }
    merged = pairs;
  }
  return merged[0] ?? new Float64Array(0);
}

function mergeTwo(a: Float64Array, b: Float64Array, order: Order, wanted: number): Float64Array {
  const result = new Float64Array(Math.min(wanted, a.length + b.length));
  if (order.compare(a.at(-1) as Hit, b[0] as Hit) <= 0) return joined(a, b, result);
  let i = 0;
  let j = 0;
  for (let at = 0; at < result.length; at++) {
    const isFirst = j >= b.length || (i < a.length && order.compare(a[i] as Hit, b[j] as Hit) <= 0);
    result[at] = (isFirst ? a[i++] : b[j++]) as Hit;
  }
  return result;
}

function joined(a: Float64Array, b: Float64Array, result: Float64Array): Float64Array {
  result.set(a.subarray(0, result.length));
  if (a.length < result.length) result.set(b.subarray(0, result.length - a.length), a.length);
  return result;
}
