import type { Work } from '../index/work.ts';
import { byCodePoint } from './evaluate/expand.ts';
import type { SizedColumn } from './value-column.ts';

/** Several columns as one: records in order of the first, then of the second, and so on. */
export interface JoinedColumn extends SizedColumn {
  readonly columns: readonly SizedColumn[];
  /** A record that has this rank. */
  example(rank: number): number;
}

/**
 * Records that are moved between two places where others may have their turn: less than a
 * millisecond.
 */
const recordsBetweenTurns = 1 << 15;

/**
 * Each record is put in its place by numbers alone, from the last column to the first; keys are
 * looked at only where segments meet.
 */
export function* joinColumns(size: number, columns: readonly SizedColumn[]): Work<JoinedColumn> {
  let order = new Uint32Array(size);
  for (let at = 0; at < size; at++) order[at] = at;
  for (const { ranks } of columns.toReversed()) order = yield* ordered(order, ranks);
  const lists = columns.map(({ ranks }) => ranks);
  const ranks = new Uint32Array(size);
  const examples = new Uint32Array(size + 1);
  let rank = 0;
  for (let at = 0; at < size; at++) {
    const ordinal = order[at]!;
    if (lists.every((list) => list[ordinal] === 0)) continue;
    const before = examples[rank]!;
    if (rank === 0 || lists.some((list) => list[ordinal] !== list[before])) examples[++rank] = ordinal;
    ranks[ordinal] = rank;
    if (at % recordsBetweenTurns === 0) yield;
  }
  const used = examples.slice(0, rank + 1);
  return {
    ranks,
    columns,
    example: (wanted) => used[wanted]!,
    key: (wanted) => columns.map(({ ranks: own, key }) => key(own[used[wanted]!]!)).join(keySeparator),
    bytes: ranks.byteLength + used.byteLength + columns.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** In order of their numbers; equal ones stay as they stand. */
function* ordered(list: Uint32Array, ranks: Uint32Array): Work<Uint32Array<ArrayBuffer>> {
  let highest = 0;
  for (let at = 0; at < ranks.length; at++) if (ranks[at]! > highest) highest = ranks[at]!;
  const next = new Uint32Array(highest + 2);
  for (let at = 0; at < ranks.length; at++) next[ranks[at]! + 1]!++;
  for (let rank = 1; rank < next.length; rank++) next[rank]! += next[rank - 1]!;
  yield;
  const result = new Uint32Array(list.length);
  for (let at = 0; at < list.length; at++) {
    const ordinal = list[at]!;
    result[next[ranks[ordinal]!]!++] = ordinal;
    if (at % recordsBetweenTurns === 0) yield;
  }
  return result;
}

const keySeparator = '\u0000';

/** By the first column that differs, a missing key in front. */
export function compareJoined(a: JoinedColumn, aRank: number, b: JoinedColumn, bRank: number): number {
  for (const [index, left] of a.columns.entries()) {
    const right = b.columns[index]!;
    const order = byCodePoint(left.key(left.ranks[a.example(aRank)]!), right.key(right.ranks[b.example(bRank)]!));
    if (order !== 0) return order;
  }
  return 0;
}

/** The same for keys as a cursor keeps them. */
export function compareJoinedKeys(a: string, b: string): number {
  const others = b.split(keySeparator);
  for (const [index, left] of a.split(keySeparator).entries()) {
    const right = others[index] ?? '';
    if (left !== right) return byCodePoint(left, right);
  }
  return 0;
}
