import sql from 'sql-template-tag';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { StoredBatch, StoredVersion } from '../index/stored-records.ts';
import type { Queryable } from '../store/database.ts';

/**
 * Records as a view of the index that goes on no further has them: what may be seen is decided by
 * the view, and so it is shown as it was then. A version that was written since may belong to fewer
 * people.
 */
export async function asViewed(database: Queryable, view: IndexSnapshot, batch: StoredBatch): Promise<StoredBatch> {
  const ids: number[] = [];
  const revisions: number[] = [];
  const rows = new Map<number, StoredVersion>();
  for (const row of batch.rows) {
    const revision = revisionIn(view, row.id);
    if (revision === row.revision) rows.set(row.id, row);
    else if (revision !== undefined) {
      ids.push(row.id);
      revisions.push(revision);
    }
  }
  if (ids.length > 0) {
    const earlier = await database.query<StoredVersion>(sql`
      SELECT old.record_id AS id, old.revision, old.deleted, record.created, old.modified, old.marc
      FROM unnest(${ids}::integer[], ${revisions}::integer[]) AS wanted (id, revision)
      JOIN revision AS old ON old.record_id = wanted.id AND old.revision = wanted.revision
      JOIN record ON record.id = wanted.id`);
    for (const row of earlier) rows.set(row.id, row);
  }
  return { taken: batch.taken, rows: batch.rows.flatMap(({ id }) => rows.get(id) ?? []) };
}

/** Undefined: the view does not have the record, or as deleted. */
function revisionIn({ segments }: IndexSnapshot, id: number): number | undefined {
  for (const { segment, live } of segments) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal !== -1 && live.has(ordinal)) return segment.revisions[ordinal];
  }
  return undefined;
}
