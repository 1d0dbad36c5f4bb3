import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import type { Queryable } from '../store/database.ts';
import { recordErrors } from './errors.ts';

/** One version in the life of a record. */
export interface RevisionInfo {
  readonly revision: number;
  readonly modified: Date;
  readonly deleted: boolean;
  /** Who wrote it, where that is known. */
  readonly person: string | undefined;
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

/** What a record was before it was deleted: its newest version that is no deletion. */
export async function readBefore(database: Queryable, id: number): Promise<RecordVersion | undefined> {
  const [row] = await database.query<StoredVersion>(sql`
    SELECT record_id AS id, old.revision, old.deleted, record.created, old.modified, old.marc FROM revision old
    JOIN record ON record.id = old.record_id
    WHERE old.record_id = ${id} AND NOT old.deleted ORDER BY old.revision DESC LIMIT 1`);
  return row && decodeVersion(row);
}

/** Any version, the newest too. */
export async function readRevision(database: Queryable, id: number, revision: number): Promise<RecordVersion> {
  const row = await storedRevision(database, id, revision);
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
    readonly person: string | null;
    readonly replaced: Date | null;
    readonly reason: string | null;
  }>(sql`
    SELECT revision, modified, deleted, person, NULL AS replaced, NULL AS reason FROM record WHERE id = ${id}
    UNION ALL
    SELECT revision, modified, deleted, person, replaced, reason FROM revision WHERE record_id = ${id}
    ORDER BY revision DESC`);
  if (rows.length === 0) throw await noRecord(database, id);
  return rows.map(({ replaced, reason, person, ...rest }) => ({
    ...rest,
    person: person ?? undefined,
    replaced: replaced ?? undefined,
    replacedBy: reason ?? undefined,
  }));
}

/** A version as a page lists it. */
export interface ListedVersion {
  readonly revision: number;
  readonly modified: Date;
  readonly deleted: boolean;
  /** Who wrote it, where that is known. */
  readonly person: string | undefined;
  /**
   * By what it came, as "load replace records.xml"; undefined for the first one, and where the one
   * before it is gone.
   */
  readonly reason: string | undefined;
  /**
   * The one before it that there still is (`reperio gc revisions` leaves gaps); undefined for the
   * first one.
   */
  readonly before: number | undefined;
}

export interface VersionsAsked {
  readonly offset: number;
  readonly limit: number;
  /** Only this one and those before it. */
  readonly upTo?: number;
}

export interface ListedVersions {
  readonly versions: readonly ListedVersion[];
  /** How many there are of the record. */
  readonly total: number;
  /** The number of the newest one, which is more than `total` where there are gaps. */
  readonly newest: number;
}

/** Some versions of a record, the newest first, without what they hold; and how many there are. */
export async function listVersions(
  database: Queryable,
  id: number,
  { offset, limit, upTo }: VersionsAsked,
): Promise<ListedVersions> {
  const rows = await database.query<
    Omit<ListedVersion, 'person' | 'reason' | 'before'> &
      Readonly<Record<'person' | 'reason', string | null>> & {
        readonly before: number | null;
        readonly total: number;
        readonly newest: number;
      }
  >(sql`
    SELECT * FROM (
      SELECT revision, modified, deleted, person, lag(revision) OVER older AS before,
        CASE WHEN lag(revision) OVER older = revision - 1 THEN lag(reason) OVER older END AS reason,
        (count(*) OVER ())::integer AS total, max(revision) OVER () AS newest
      FROM (
        SELECT revision, modified, deleted, person, NULL::text AS reason FROM record WHERE id = ${id}
        UNION ALL
        SELECT revision, modified, deleted, person, reason FROM revision WHERE record_id = ${id}) AS version
      WINDOW older AS (ORDER BY revision)) AS listed
    WHERE ${upTo ?? null}::integer IS NULL OR revision <= ${upTo ?? null}::integer
    ORDER BY revision DESC LIMIT ${limit} OFFSET ${offset}`);
  const versions = rows.map(({ total: _, newest: __, person, reason, before, ...rest }) => ({
    ...rest,
    person: person ?? undefined,
    reason: reason ?? undefined,
    before: before ?? undefined,
  }));
  return { versions, total: rows[0]?.total ?? 0, newest: rows[0]?.newest ?? 0 };
}

/** Any version in stored form, the newest too; undefined: there is none. */
export async function storedRevision(
  database: Queryable,
  id: number,
  revision: number,
): Promise<StoredVersion | undefined> {
  const [row] = await database.query<StoredVersion>(sql`
    SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ${id} AND revision = ${revision}
    UNION ALL
    SELECT record_id, old.revision, old.deleted, record.created, old.modified, old.marc FROM revision old
    JOIN record ON record.id = old.record_id WHERE record_id = ${id} AND old.revision = ${revision}`);
  return row;
}

/** Versions of one person in a time: seconds since 1970, `below` not included. */
export interface ChangesAsked {
  readonly name: string;
  readonly from: number;
  readonly below: number;
}

/**
 * Numbers of the records that have such a version, ascending: a read of two indexes that hold
 * versions with a person only.
 */
export async function changedBy(database: Queryable, { name, from, below }: ChangesAsked): Promise<readonly number[]> {
  const until = Number.isFinite(below) ? below : null;
  const rows = await database.query<{ readonly id: number }>(sql`
    SELECT id FROM record
    WHERE person = ${name} AND modified >= to_timestamp(${from}) AND (${until}::float8 IS NULL OR modified < to_timestamp(${until}::float8))
    UNION
    SELECT record_id FROM revision
    WHERE person = ${name} AND modified >= to_timestamp(${from}) AND (${until}::float8 IS NULL OR modified < to_timestamp(${until}::float8))
    ORDER BY id`);
  return rows.map(({ id }) => id);
}

export async function noRecord(database: Queryable, id: number): Promise<UserError> {
  const [counter] = await database.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  const last = counter?.last ?? 0;
  return new UserError(recordErrors.noRecord, {
    id,
    numbers: last === 0 ? 'The library has no records yet.' : `Record numbers go from 1 to ${last}.`,
  });
}
