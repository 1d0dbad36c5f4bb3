import { compareSortKeys } from '../index/segment/sort-keys.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { type Hit, idOf, ordinalOf, segmentAt, segmentOf } from './hit.ts';
import type { Order } from './page.ts';
import { sortAll } from './sort-all.ts';

/**
 * By a number known for each record, higher first (or lower, when `ascending`), then by record
 * number likewise.
 */
export function byNumber(
  snapshot: IndexSnapshot,
  numbers: (segment: number) => ArrayLike<number>,
  ascending: boolean,
): Order {
  const sign = ascending ? -1 : 1;
  const read = (hit: Hit) => numbers(segmentOf(hit))[ordinalOf(hit)] ?? 0;
  return {
    ascending,
    numbers,
    numbersRise: ascending,
    compare: (a, b) => sign * (read(b) - read(a) || idOf(snapshot, b) - idOf(snapshot, a)),
    keyOf: read,
    place: (_, key) => Number(key),
    sortAll: (hits) => sortAll(snapshot, hits, numbers, ascending),
  };
}

/** Newest first: by date of creation, then by number. */
export function byDate(snapshot: IndexSnapshot, column: 'created' | 'modified', ascending: boolean): Order {
  const times = (segment: number) => segmentAt(snapshot, segment).columns[column];
  return {
    ...byNumber(snapshot, times, ascending),
    followsOrdinals: (segment) => neverFalls(times(segment)),
  };
}

const knownToRise = new WeakMap<Uint32Array, boolean>();

/**
 * Record numbers are given in the order of creation, so nearly every segment is in order already.
 */
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

/** How keys compare: as texts, and where two columns have them. */
export interface KeyComparison<C extends KeyColumn> {
  keys(a: string, b: string): number;
  ranks(a: C, aRank: number, b: C, bRank: number): number;
}

/** Of the orders that a site declares. */
export const bySortKey: KeyComparison<KeyColumn> = {
  keys: compareSortKeys,
  ranks: (a, aRank, b, bRank) => compareSortKeys(a.key(aRank), b.key(bRank)),
};

/**
 * By text, with the column of each segment: A to Z when `ascending`, records without a key in
 * front; Z to A otherwise, those at the end.
 */
export function byKey<C extends KeyColumn>(
  snapshot: IndexSnapshot,
  columns: readonly (C | undefined)[],
  ascending: boolean,
  comparison: KeyComparison<C>,
): Order {
  const sign = ascending ? 1 : -1;
  const rankOf = (hit: Hit) => columns[segmentOf(hit)]?.ranks[ordinalOf(hit)] ?? 0;
  return {
    ascending,
    numbers: (segment) => columns[segment]?.ranks ?? [],
    numbersRise: ascending,
    compare: (a, b) => {
      const left = rankOf(a);
      const right = rankOf(b);
      const order =
        left === 0 || right === 0
          ? left - right
          : comparison.ranks(columns[segmentOf(a)]!, left, columns[segmentOf(b)]!, right);
      return sign * (order || idOf(snapshot, a) - idOf(snapshot, b));
    },
    keyOf: (hit) => {
      const rank = rankOf(hit);
      return rank === 0 ? null : columns[segmentOf(hit)]!.key(rank);
    },
    place: (segment, key) => {
      const column = columns[segment];
      if (key === null) return 0;
      // Records without a key have rank 0, and this is a key.
      return column === undefined ? 0.5 : placeOf(column, String(key), comparison.keys);
    },
  };
}

/** The rank of a key, or half a rank below that of the next higher key. */
function placeOf(column: KeyColumn, wanted: string, compareKeys: (a: string, b: string) => number): number {
  let low = 1;
  let high = highestRank(column.ranks) + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys(column.key(middle), wanted);
    if (order === 0) return middle;
    if (order > 0) high = middle;
    else low = middle + 1;
  }
  return low - 0.5;
}

const highestRanks = new WeakMap<Uint32Array, number>();

function highestRank(ranks: Uint32Array): number {
  const known = highestRanks.get(ranks);
  if (known !== undefined) return known;
  let highest = 0;
  for (let i = 0; i < ranks.length; i++) highest = Math.max(highest, ranks[i] as number);
  highestRanks.set(ranks, highest);
  return highest;
}
