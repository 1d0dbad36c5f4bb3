import type { Segment } from '../index/segment.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';

/**
 * One record of a snapshot, as one number: which segment, and its ordinal there. A million of them
 * are 8 MB and no objects.
 */
export type Hit = number;

const ordinals = 2 ** 32;

export function hitOf(segment: number, ordinal: number): Hit {
  return segment * ordinals + ordinal;
}

export function segmentOf(hit: Hit): number {
  return Math.floor(hit / ordinals);
}

export function ordinalOf(hit: Hit): number {
  return hit % ordinals;
}

export function idOf(snapshot: IndexSnapshot, hit: Hit): number {
  return segmentAt(snapshot, segmentOf(hit)).ids[ordinalOf(hit)] as number;
}

export function segmentAt(snapshot: IndexSnapshot, index: number): Segment {
  return (snapshot.segments[index] as { segment: Segment }).segment;
}
