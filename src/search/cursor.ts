import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import { segmentAt } from './hit.ts';
import type { Order, OrderKey } from './page.ts';

/**
 * Where a page of hits ended: what its order looks at, and the record's number. It stays true while
 * records come and go, as an offset would not.
 */
export interface Position {
  readonly key: OrderKey;
  readonly id: number;
}

/**
 * The hits that come after a position, which need not be a record's that is still there. Costs one
 * look at each hit; where a segment is in the order of its ordinals only a binary search.
 */
export function hitsAfter(snapshot: IndexSnapshot, hits: HitSet, order: Order, { key, id }: Position): HitSet {
  return hits.map((bits, index) => {
    const { ids, count } = segmentAt(snapshot, index);
    const numbers = order.numbers(index);
    const place = order.place(index, key);
    const comesAfter = (ordinal: number): boolean => {
      const number = numbers[ordinal] ?? 0;
      const own = ids[ordinal] as number;
      if (number === place) return order.ascending ? own > id : own < id;
      return order.numbersRise ? number > place : number < place;
    };
    const rest = bits.clone();
    if (order.followsOrdinals?.(index)) {
      const boundary = firstWhere(count, (ordinal) => comesAfter(ordinal) === order.ascending);
      if (order.ascending) rest.removeRange(0, boundary);
      else rest.removeRange(boundary, count);
      return rest;
    }
    const gone = bits.toUint32Array().filter((ordinal) => !comesAfter(ordinal));
    rest.removeMany(gone);
    return rest;
  });
}

/** The first of 0..count-1 for which it holds, when it holds for all that follow; else `count`. */
function firstWhere(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
