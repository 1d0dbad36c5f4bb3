import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { FacetColumn } from '../index/segment.ts';
import { betweenTurns, type Work } from '../index/work.ts';
import type { Counted } from './top-values.ts';

/** Hits in one segment and the column whose values are counted. */
export interface CountedSegment {
  readonly column: FacetColumn;
  readonly hits: RoaringBitmap32;
}

/**
 * A column of so few values (languages, subjects, types) is kept as a bitmap for each value too:
 * 128 kB for a million records at most.
 */
const mostValues = 100;

export function hasFewValues({ distinct }: FacetColumn): boolean {
  return distinct <= mostValues;
}

/**
 * How many hits have each value of columns with few of them, by intersection: of 440,000 hits of a
 * million a facet takes 1 ms, and 5 ms by looking at each hit.
 */
export function* countFew(segments: readonly CountedSegment[]): Work<readonly Counted[]> {
  const counts = new Map<string, number>();
  for (const { column, hits } of segments) {
    for (const [text, bitmap] of yield* valueBitmaps(column)) {
      const count = hits.andCardinality(bitmap);
      if (count > 0) counts.set(text, (counts.get(text) ?? 0) + count);
    }
  }
  return [...counts].map(([text, count]) => ({ text, count }));
}

const known = new WeakMap<FacetColumn, readonly (readonly [string, RoaringBitmap32])[]>();

/** The records of each value; made once for a column. */
export function* valueBitmaps(column: FacetColumn): Work<readonly (readonly [string, RoaringBitmap32])[]> {
  const before = known.get(column);
  if (before !== undefined) return before;
  const { starts, values, distinct } = column;
  const lists: number[][] = Array.from({ length: distinct }, () => []);
  for (let ordinal = 0; ordinal + 1 < starts.length; ordinal++) {
    for (let at = starts[ordinal]!; at < starts[ordinal + 1]!; at++) lists[values[at]!]!.push(ordinal);
    if (ordinal % betweenTurns === betweenTurns - 1) yield;
  }
  const made: [string, RoaringBitmap32][] = [];
  for (const [value, ordinals] of lists.entries()) {
    const bitmap = new RoaringBitmap32(ordinals);
    bitmap.runOptimize();
    bitmap.shrinkToFit();
    made.push([column.text(value), bitmap]);
    yield;
  }
  known.set(column, made);
  return made;
}
