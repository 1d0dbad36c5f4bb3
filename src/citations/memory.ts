import type { CitationGraph } from '../index/citation-graph.ts';
import type { LiveSegment } from '../index/snapshot.ts';
import { emptyBase } from './base.ts';
import { ChangeFinder } from './changes.ts';
import { Overlays } from './overlay.ts';

/** The graph of a few thousand records without a file. */
export function graphInMemory(segments: readonly LiveSegment[]): CitationGraph {
  const finder = new ChangeFinder(emptyBase, Number.POSITIVE_INFINITY);
  return new Overlays(emptyBase).over(finder.find(segments) ?? new Map(), segments);
}
