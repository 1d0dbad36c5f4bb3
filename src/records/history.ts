import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import { decodeVersion, type StoredVersion, versionsOf } from '../index/stored-records.ts';
import type { Queryable } from '../store/database.ts';
import { recordErrors } from './errors.ts';

/** The newest versions of several records, in one statement; those that are not there are left out. */
export const readRecords = versionsOf;

/** One version in the life of a record. */
export interface RevisionInfo {
  readonly revision: number;
  readonly modified: Date;
  readonly deleted: boolean;
  /** When and by what the next version replaced it; undefined for the newest. */
  readonly replaced: Date | undefined;
  readonly replacedBy: string | undefined;
}

/** The newest version. */
export async function readRecord(database: Queryable, id: number): Promise<RecordVersion> {
  const [row] = await database.query<StoredVersion>(
    sql`SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ${id}`,
  );
  if (row === undefined) throw await noRecord(database, id);
  return decodeVersion(row);
}

/** Any version, the newest too. */
export async function readRevision(database: Queryable, id: number, revision: number): Promise<RecordVersion> {
  const [row] = await database.query<StoredVersion>(sql`
    SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ${id} AND revision = ${revision}
    UNION ALL
    SELECT record_id, old.revision, old.deleted, record.created, old.modified, old.marc FROM revision old
    JOIN record ON record.id = old.record_id WHERE record_id = ${id} AND old.revision = ${revision}`);
  if (row !== undefined) return decodeVersion(row);
  await readRecord(database, id);
  throw new UserError(recordErrors.noRevision, { id, revision });
}

/** All versions, the newest first. */
export async function recordHistory(database: Queryable, id: number): Promise<readonly RevisionInfo[]> {
  const rows = await database.query<{
    readonly revision: number;
    readonly modified: Date;
    readonly deleted: boolean;
    readonly replaced: Date | null;
    readonly reason: string | null;
  }>(sql`
    SELECT revision, modified, deleted, NULL AS replaced, NULL AS reason FROM record WHERE id = ${id}
    UNION ALL
    SELECT revision, modified, deleted, replaced, reason FROM revision WHERE record_id = ${id}
    ORDER BY revision DESC`);
  if (rows.length === 0) throw await noRecord(database, id);
  return rows.map(({ replaced, reason, ...rest }) => ({
    ...rest,
    replaced: replaced ?? undefined,
    replacedBy: reason ?? undefined,
  }));
}

export async function noRecord(database: Queryable, id: number): Promise<UserError> {
  const [counter] = await database.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  return new UserError(recordErrors.noRecord, { id, last: counter?.last ?? 0 });
}
