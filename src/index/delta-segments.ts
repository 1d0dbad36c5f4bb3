import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { replayDelta } from './delta.ts';
import { createInverter } from './segment/inverter.ts';
import { memorySegment } from './segment/open.ts';
import type { StoredSegment } from './segment/stored-segment.ts';

interface Delta {
  readonly seq: string;
  readonly recordId: number;
  readonly revision: number;
  readonly data: Buffer;
}

interface Group {
  readonly deltas: readonly Delta[];
  readonly segment: StoredSegment;
}

/**
 * The delta rows as segments in memory. New rows become a small segment; neighbours of like size are joined, so that a row is inverted a few times
 * in all and not again with every row that follows it.
 */
export class DeltaSegments {
  #groups: Group[] = [];

  get segments(): readonly StoredSegment[] {
    return this.#groups.map((group) => group.segment);
  }

  get count(): number {
    return this.#groups.reduce((sum, group) => sum + group.deltas.length, 0);
  }

  /** Holds exactly these rows from now on. False when one of them is gone from the database: then the list is stale. */
  async hold(database: Queryable, seqs: readonly string[]): Promise<boolean> {
    const wanted = new Set(seqs);
    const kept = this.#groups.flatMap((group) => {
      const deltas = group.deltas.filter((delta) => wanted.has(delta.seq));
      if (deltas.length === group.deltas.length) return [group];
      return deltas.length === 0 ? [] : [groupOf(deltas)];
    });
    for (const group of kept) for (const delta of group.deltas) wanted.delete(delta.seq);
    const missing = [...wanted];
    const added = missing.length === 0 ? [] : await fetchDeltas(database, missing);
    if (added.length < missing.length) return false;
    if (added.length > 0) kept.push(groupOf(added));
    this.#groups = joinLikeSizes(kept);
    return true;
  }

  clear(): void {
    this.#groups = [];
  }
}

async function fetchDeltas(database: Queryable, seqs: readonly string[]): Promise<readonly Delta[]> {
  return await database.query<Delta>(sql`
    SELECT seq::text AS seq, record_id AS "recordId", revision, data FROM delta WHERE seq = ANY (${seqs}::bigint[])`);
}

function joinLikeSizes(groups: readonly Group[]): Group[] {
  const joined: Group[] = [];
  for (const group of groups) {
    let last = group;
    for (
      let before = joined.at(-1);
      before !== undefined && before.deltas.length <= 2 * last.deltas.length;
      before = joined.at(-1)
    ) {
      joined.pop();
      last = groupOf([...before.deltas, ...last.deltas]);
    }
    joined.push(last);
  }
  return joined;
}

/** Of several versions of a record the newest is inverted. */
function groupOf(deltas: readonly Delta[]): Group {
  const newest = new Map<number, Delta>();
  for (const delta of deltas) {
    const other = newest.get(delta.recordId);
    if (other === undefined || other.revision < delta.revision) newest.set(delta.recordId, delta);
  }
  const inverter = createInverter();
  for (const delta of [...newest.values()].sort((a, b) => a.recordId - b.recordId)) replayDelta(delta.data, inverter);
  return { deltas, segment: memorySegment(inverter.finish()) };
}
