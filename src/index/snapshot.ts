import type { RoaringBitmap32 } from 'roaring';
import type { Site } from '../site/site.ts';
import type { CitationGraph } from './citation-graph.ts';
import type { Segment } from './segment.ts';

/**
 * One consistent view of the library's index, held for the length of a question. The newest version
 * of a record wins: `live` has, per segment, the ordinals that are neither deleted nor hidden by a
 * higher revision in another segment.
 */
export interface IndexSnapshot {
  /** Changes whenever anything that a search could see changes: a good cache key and ETag. */
  readonly version: string;
  readonly site: Site;
  readonly siteVersion: number;
  readonly segments: readonly LiveSegment[];
  /** Live records in all. */
  readonly records: number;
  /** Undefined while it is being made. */
  readonly citations?: CitationGraph | undefined;
}

export interface LiveSegment {
  readonly segment: Segment;
  /** Read-only. */
  readonly live: RoaringBitmap32;
}

/**
 * One bitmap of ordinals per segment of a snapshot, in the same order. Owned by who computed it.
 */
export type HitSet = readonly RoaringBitmap32[];
