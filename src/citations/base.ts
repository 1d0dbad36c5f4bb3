import type { LiveSegment } from '../index/snapshot.ts';
import type { StoredGraph } from './graph-file.ts';
import type { RowTable } from './rows.ts';

/** The graph that changes are laid over: a stored one, or none at all. */
export type Base = Pick<StoredGraph, 'revisions' | 'citing' | 'cited' | 'mark' | 'find'> & {
  readonly largestId: number;
  readonly segments: ReadonlySet<string>;
  /** The file stays open as long as somebody has this. */
  readonly stored?: StoredGraph;
};

const noRows: RowTable = { starts: new Uint32Array(0), bytes: new Uint8Array(0) };

/** Everything is a change of it. */
export const emptyBase: Base = {
  largestId: 0,
  segments: new Set(),
  revisions: new Uint8Array(0),
  citing: noRows,
  cited: noRows,
  mark: () => 0,
  find: () => [],
};

export function baseOf(graph: StoredGraph): Base {
  return { ...graph, stored: graph, largestId: graph.head.largestId, segments: new Set(graph.head.segments) };
}

/** The live version of a record, or undefined. */
export function locate(
  segments: readonly LiveSegment[],
  id: number,
): { readonly segment: LiveSegment['segment']; readonly ordinal: number } | undefined {
  for (const { segment, live } of segments) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal !== -1 && live.has(ordinal)) return { segment, ordinal };
  }
  return undefined;
}
