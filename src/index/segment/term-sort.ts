import { compareBytes } from './bytes.ts';
import type { TermTable } from './term-table.ts';

/** Below this a group is sorted by insertion; measured, flat between 8 and 24. */
const smallGroup = 12;
/** Symbols taken at a time, of 257 values each: a byte + 1, or 0 after the end of the term. */
const width = 3;
/** Room for a position below the symbols of a key: 257^3 * 2^28 stays below 2^53. */
const positions = 2 ** 28;

/**
 * Numbers of a table's terms in code point order. Sorting three bytes of all at once with the native sort of numbers, and then
 * each group of equals by its next three, is ten times faster than a comparing sort: 1M values 0.4 s.
 */
export function sortedTerms(table: TermTable): Uint32Array {
  const { bytes, starts, count } = table;
  if (count > positions) throw new Error(`${count} terms are too many to sort`);
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) ids[i] = i;
  const keys = new Float64Array(count);
  const before = new Uint32Array(count);
  const groups: number[] = [0, count, 0];
  while (groups.length > 0) {
    let depth = groups.pop()!;
    const end = groups.pop()!;
    const start = groups.pop()!;
    if (end - start <= smallGroup) {
      insertionSort(ids, start, end, depth, bytes, starts);
      continue;
    }
    const size = end - start;
    depth += sharedPrefix(ids, start, end, depth, bytes, starts);
    for (let i = 0; i < size; i++) {
      const id = ids[start + i]!;
      before[i] = id;
      const stop = starts[id + 1]!;
      let at = starts[id]! + depth;
      let key = 0;
      for (let symbol = 0; symbol < width; symbol++) key = key * 257 + (at < stop ? bytes[at++]! + 1 : 0);
      keys[i] = key * positions + i;
    }
    keys.subarray(0, size).sort();
    let groupKey = -1;
    let groupStart = 0;
    for (let i = 0; i < size; i++) {
      const key = Math.floor(keys[i]! / positions);
      ids[start + i] = before[keys[i]! - key * positions]!;
      if (key === groupKey) continue;
      if (i - groupStart > 1) groups.push(start + groupStart, start + i, depth + width);
      groupKey = key;
      groupStart = i;
    }
    if (size - groupStart > 1) groups.push(start + groupStart, end, depth + width);
  }
  return ids;
}

/** Bytes that all terms of a group share from `depth` on: journals, names and numbers share many. */
function sharedPrefix(
  ids: Uint32Array,
  start: number,
  end: number,
  depth: number,
  bytes: Uint8Array,
  starts: Uint32Array,
): number {
  const first = starts[ids[start]!]! + depth;
  let shared = Math.max(0, starts[ids[start]! + 1]! - first);
  for (let i = start + 1; i < end && shared > 0; i++) {
    const id = ids[i]!;
    const from = starts[id]! + depth;
    shared = Math.min(shared, starts[id + 1]! - from);
    let at = 0;
    while (at < shared && bytes[from + at] === bytes[first + at]) at++;
    shared = at;
  }
  return shared;
}

function insertionSort(
  ids: Uint32Array,
  start: number,
  end: number,
  depth: number,
  bytes: Uint8Array,
  starts: Uint32Array,
): void {
  for (let i = start + 1; i < end; i++) {
    const id = ids[i]!;
    const from = starts[id]! + depth;
    const to = starts[id + 1]!;
    let at = i;
    while (at > start) {
      const other = ids[at - 1]!;
      if (compareBytes(bytes, starts[other]! + depth, starts[other + 1]!, bytes, from, to) <= 0) break;
      ids[at--] = other;
    }
    ids[at] = id;
  }
}
