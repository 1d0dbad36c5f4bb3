import type { RoaringBitmap32 } from '../bitmap.ts';
import type { StoredSegment } from './stored-segment.ts';

export interface MergeInput {
  readonly segment: StoredSegment;
  /** Ordinals whose record version counts. Deletion markers need not be in it. */
  readonly live: RoaringBitmap32;
}

/** Stands in `map` for an ordinal that is dropped. */
export const dropped = 0xffffffff;

export interface MergePlan {
  readonly records: number;
  readonly sources: readonly MergeSource[];
}

export interface MergeSource {
  readonly segment: StoredSegment;
  /** Ordinal -> ordinal in the merged segment, or `dropped`. Those kept ascend. */
  readonly map: Uint32Array;
  /** How many are kept. */
  readonly kept: number;
}

/**
 * Which version of each record goes into the merged segment and under which ordinal. Of several
 * versions of one record the highest revision wins, of equal ones that of the last input; a
 * deletion marker that wins is kept unless
 * `dropDeletions`.
 */
export function planMerge(inputs: readonly MergeInput[], dropDeletions: boolean): MergePlan {
  const candidates = inputs.map(({ segment, live }) => {
    const { ids, revisions, deleted } = segment;
    return { ids, revisions, deleted, ordinals: ordinalsToMerge(segment, live), next: 0 };
  });
  const maps = inputs.map(({ segment }) => new Uint32Array(segment.count).fill(dropped));
  const kept = new Array<number>(inputs.length).fill(0);
  let records = 0;
  for (;;) {
    let lowest = Number.POSITIVE_INFINITY;
    let winner = -1;
    let winnerRevision = -1;
    for (let i = 0; i < candidates.length; i++) {
      const { ids, revisions, ordinals, next } = candidates[i]!;
      if (next === ordinals.length) continue;
      const ordinal = ordinals[next]!;
      const id = ids[ordinal]!;
      const revision = revisions[ordinal]!;
      if (id > lowest || (id === lowest && revision < winnerRevision)) continue;
      lowest = id;
      winner = i;
      winnerRevision = revision;
    }
    if (winner < 0)
      return { records, sources: inputs.map(({ segment }, i) => ({ segment, map: maps[i]!, kept: kept[i]! })) };
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i]!;
      const ordinal = candidate.ordinals[candidate.next];
      if (ordinal === undefined || candidate.ids[ordinal] !== lowest) continue;
      candidate.next++;
      if (i !== winner || (dropDeletions && candidate.deleted.has(ordinal))) continue;
      maps[i]![ordinal] = records++;
      kept[i]!++;
    }
  }
}

function ordinalsToMerge(segment: StoredSegment, live: RoaringBitmap32): Uint32Array {
  const all = live.clone();
  all.orInPlace(segment.deleted);
  if (!all.isEmpty && all.maximum() >= segment.count) {
    throw new Error(`segment ${segment.id} has ${segment.count} records, not ${all.maximum() + 1}`);
  }
  return all.toUint32Array();
}
