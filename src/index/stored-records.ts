import sql from 'sql-template-tag';
import { decodeStored } from '../marc/stored.ts';
import type { Queryable } from '../store/database.ts';
import type { RecordVersion } from './entry.ts';

/** A row of the record table, or of revisions in the same shape. */
export interface StoredVersion {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly created: Date;
  readonly modified: Date;
  readonly marc: string;
}

/** Rows of one statement: some megabytes. */
const rowsAtOnce = 2_000;

export function decodeVersion({ marc, ...rest }: StoredVersion): RecordVersion {
  return { ...rest, record: decodeStored(marc) };
}

/** The newest versions of these records, in ascending number. */
export async function versionsOf(database: Queryable, ids: readonly number[]): Promise<readonly RecordVersion[]> {
  const rows = await database.query<StoredVersion>(sql`
    SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ANY (${ids}::integer[]) ORDER BY id`);
  return rows.map(decodeVersion);
}

/** A part of the records asked for, as the database keeps them. */
export interface StoredBatch {
  /** In the order asked for; those that are not there are left out. */
  readonly rows: readonly StoredVersion[];
  /** How many of the numbers asked for it covers. */
  readonly taken: number;
}

/**
 * The newest versions of the first of these records, as many as have this many characters together, but one at least: a batch of large records
 * must not fill the memory. One lookup by primary key for each record.
 */
export async function storedBatch(database: Queryable, ids: readonly number[], bytes: number): Promise<StoredBatch> {
  const rows = await database.query<StoredVersion & { readonly place: number; readonly bytes: number }>(sql`
    SELECT id, revision, deleted, created, modified, marc, place::integer, bytes::float8 FROM (
      SELECT record.*, place, sum(octet_length(marc)) OVER (ORDER BY place) AS bytes
      FROM unnest(${ids}::integer[]) WITH ORDINALITY AS wanted (id, place) JOIN record USING (id)) AS sized
    WHERE bytes - octet_length(marc) < ${bytes} ORDER BY place`);
  const last = rows.at(-1);
  return { rows, taken: last === undefined || last.bytes < bytes ? ids.length : last.place };
}

/** The newest versions of all records, deleted ones too, in ascending number. A page is one read of the primary key. */
export async function* allVersions(database: Queryable): AsyncGenerator<readonly RecordVersion[], void, void> {
  for (let after = 0; ; ) {
    const rows = await database.query<StoredVersion>(sql`
      SELECT id, revision, deleted, created, modified, marc FROM record
      WHERE id > ${after} ORDER BY id LIMIT ${rowsAtOnce}`);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(decodeVersion);
    after = last.id;
  }
}
