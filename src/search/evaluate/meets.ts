import type { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';

/** Longer lists of records are worth keeping as sets. */
const longList = 64;

/** Has any of these records the term? */
export function meets(segment: Segment, entry: TermEntry, records: RoaringBitmap32): boolean {
  if (entry.records > longList) return records.intersects(segment.ordinals(entry));
  return segment.list(entry).some((ordinal) => records.has(ordinal));
}
