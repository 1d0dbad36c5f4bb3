import sql from 'sql-template-tag';
import { type IndexVersions, newestVersions, sameVersions } from '../site/index-versions.ts';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import { replayDelta } from './delta.ts';
import { deltaOf } from './entry.ts';
import { createInverter } from './segment/inverter.ts';
import { memorySegment } from './segment/open.ts';
import type { SegmentData } from './segment/output.ts';
import type { StoredSegment } from './segment/stored-segment.ts';
import { versionsOf } from './stored-records.ts';

interface Delta {
  readonly seq: string;
  readonly recordId: number;
  readonly revision: number;
  readonly data: Buffer;
}

interface Group {
  readonly deltas: readonly Delta[];
  readonly data: SegmentData;
  readonly segment: StoredSegment;
}

/** A group, or what is to become one: it is inverted when it is known what is joined with it. */
type Listed = Group | Pick<Group, 'deltas'>;

/**
 * The delta rows as segments in memory. New rows become a small segment; neighbours of like size
 * are joined, so that a row is inverted a few times in all and not again with every row that
 * follows it.
 */
export class DeltaSegments {
  #groups: Group[] = [];
  #versions: IndexVersions = newestVersions;

  get segments(): readonly StoredSegment[] {
    return this.#groups.map((group) => group.segment);
  }

  /** The same as bytes. */
  get data(): readonly SegmentData[] {
    return this.#groups.map((group) => group.data);
  }

  get count(): number {
    return this.#groups.reduce((sum, group) => sum + group.deltas.length, 0);
  }

  /**
   * Holds exactly these rows from now on. False when one of them is gone from the database: then
   * the list is stale.
   */
  async hold(database: Queryable, seqs: readonly string[], site: Site): Promise<boolean> {
    if (!sameVersions(site.indexed, this.#versions)) this.clear();
    this.#versions = site.indexed;
    const wanted = new Set(seqs);
    const kept = this.#groups.flatMap((group): readonly Listed[] => {
      const deltas = group.deltas.filter((delta) => wanted.has(delta.seq));
      if (deltas.length === group.deltas.length) return [group];
      return deltas.length === 0 ? [] : [{ deltas }];
    });
    for (const { deltas } of kept) for (const { seq } of deltas) wanted.delete(seq);
    const missing = [...wanted];
    const added = missing.length === 0 ? [] : await fetchDeltas(database, missing, site);
    if (added.length < missing.length) return false;
    const all = added.length === 0 ? kept : [...kept, { deltas: added }];
    this.#groups = joinLikeSizes(all).map((one) => ('data' in one ? one : groupOf(one.deltas, site.indexed)));
    return true;
  }

  clear(): void {
    this.#groups = [];
  }
}

async function fetchDeltas(database: Queryable, seqs: readonly string[], site: Site): Promise<readonly Delta[]> {
  const rows = await database.query<Delta & IndexVersions>(sql`
    SELECT seq::text AS seq, record_id AS "recordId", revision, analysis, format, data FROM delta WHERE seq = ANY (${seqs}::bigint[])`);
  const others = rows.filter((row) => !sameVersions(row, site.indexed));
  if (others.length === 0) return rows;
  const again = await analysedAgain(database, others, site);
  const ours = (row: Delta): Delta => {
    const made = again.get(row.recordId);
    return made === undefined ? row : { ...made, seq: row.seq };
  };
  return rows.map((row) => (others.includes(row) ? ours(row) : row));
}

/**
 * What another release wrote says something else, or nothing that we can read: the records are
 * analysed here, until all is in segments.
 */
async function analysedAgain(
  database: Queryable,
  rows: readonly Delta[],
  site: Site,
): Promise<ReadonlyMap<number, Delta>> {
  const analyzer = compileAnalyzer(site);
  const packed = new Map<number, Delta>();
  const records = rows.map(({ recordId }) => recordId);
  for await (const page of versionsOf(database, records)) {
    for (const version of page) {
      const { id, revision } = version;
      packed.set(id, { seq: '', recordId: id, revision, data: deltaOf(version, analyzer) });
    }
  }
  return packed;
}

function joinLikeSizes(groups: readonly Listed[]): readonly Listed[] {
  const joined: Listed[] = [];
  for (const group of groups) {
    let last = group;
    for (
      let before = joined.at(-1);
      before !== undefined && before.deltas.length <= 2 * last.deltas.length;
      before = joined.at(-1)
    ) {
      joined.pop();
      last = { deltas: [...before.deltas, ...last.deltas] };
    }
    joined.push(last);
  }
  return joined;
}

/** Of several versions of a record the newest is inverted. */
function groupOf(deltas: readonly Delta[], versions: IndexVersions): Group {
  const newest = new Map<number, Delta>();
  for (const delta of deltas) {
    const other = newest.get(delta.recordId);
    if (other === undefined || other.revision < delta.revision) newest.set(delta.recordId, delta);
  }
  const inverter = createInverter(versions);
  for (const delta of [...newest.values()].sort((a, b) => a.recordId - b.recordId)) replayDelta(delta.data, inverter);
  const data = inverter.finish();
  return { deltas, data, segment: memorySegment(data) };
}
