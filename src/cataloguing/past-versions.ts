import sql from 'sql-template-tag';
import type { RecordVersion } from '../index/entry.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import type { Queryable } from '../store/database.ts';

/** A version of a record. */
export interface WantedVersion {
  readonly id: number;
  readonly revision: number;
}

/**
 * These versions, by record number, the newest or earlier ones; those that are gone are left out.
 */
export async function versionsAt(
  database: Queryable,
  wanted: readonly WantedVersion[],
): Promise<ReadonlyMap<number, RecordVersion>> {
  const rows = await database.query<StoredVersion>(sql`
    WITH wanted AS (
      SELECT * FROM unnest(${wanted.map(({ id }) => id)}::integer[], ${wanted.map(({ revision }) => revision)}::integer[])
        AS wanted (id, at))
    SELECT id, record.revision, deleted, created, modified, marc FROM wanted JOIN record USING (id) WHERE record.revision = at
    UNION ALL
    SELECT id, old.revision, old.deleted, record.created, old.modified, old.marc FROM wanted
    JOIN revision old ON old.record_id = id AND old.revision = at JOIN record USING (id)`);
  return new Map(rows.map((row) => [row.id, decodeVersion(row)]));
}
