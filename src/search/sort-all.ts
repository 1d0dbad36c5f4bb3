import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import { hitOf, ordinalOf, segmentOf } from './hit.ts';

/** A whole number below 2^31 and a place below 2^22 are one number that a double holds exactly. */
const mostHits = 2 ** 22;
const mostNumber = 2 ** 31;

/**
 * All hits in the order of numbers that mean the same in every segment, equal ones by record number; undefined when there is no short way: numbers are not
 * whole, or there are millions. Sorts doubles, which the engine does natively: 450,000 hits in 40 ms, where comparing and merging took 200.
 */
export function sortAll(
  snapshot: IndexSnapshot,
  hits: HitSet,
  numbers: (segment: number) => ArrayLike<number>,
  rising: boolean,
): Float64Array | undefined {
  const count = hits.reduce((sum, bits) => sum + bits.size, 0);
  if (count > mostHits) return undefined;
  const list = hitsByRecordNumber(snapshot, hits, count);
  const keys = new Float64Array(count);
  const columns = hits.map((_, segment) => numbers(segment));
  for (let at = 0; at < count; at++) {
    const hit = list[at]!;
    const number = columns[segmentOf(hit)]![ordinalOf(hit)] ?? 0;
    if (!(number >= 0 && number < mostNumber && Number.isInteger(number))) return undefined;
    keys[at] = number * mostHits + at;
  }
  return taken(list, keys.sort(), rising);
}

function hitsByRecordNumber({ segments }: IndexSnapshot, hits: HitSet, count: number): Float64Array {
  const places = segments.map((_, place) => place).filter((place) => segments[place]!.segment.count > 0);
  const ids = (place: number) => segments[place]!.segment.ids;
  places.sort((a, b) => ids(a)[0]! - ids(b)[0]!);
  // Record numbers of segments overlap where records were replaced.
  const overlaps = places.some((place, i) => i > 0 && ids(places[i - 1]!).at(-1)! >= ids(place)[0]!);
  const list = new Float64Array(count);
  const keys = new Float64Array(overlaps ? count : 0);
  let at = 0;
  for (const place of places) {
    const ordinals = hits[place]!.toUint32Array();
    const column = ids(place);
    for (let i = 0; i < ordinals.length; i++) {
      list[at] = hitOf(place, ordinals[i]!);
      if (overlaps) keys[at] = column[ordinals[i]!]! * mostHits + at;
      at++;
    }
  }
  return overlaps ? taken(list, keys.sort(), true) : list;
}

/** What the second parts of the keys say. */
function taken(list: Float64Array, keys: Float64Array, rising: boolean): Float64Array {
  const { length } = keys;
  const result = new Float64Array(length);
  for (let i = 0; i < length; i++) result[rising ? i : length - 1 - i] = list[keys[i]! % mostHits]!;
  return result;
}
