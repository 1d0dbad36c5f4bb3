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

/**
 * Rows of one statement, and characters of MARC: decoded, these take some ten times as much memory.
 * A larger record comes alone.
 */
const rowsAtOnce = 2_000;
const bytesAtOnce = 8_000_000;

export function decodeVersion({ marc, ...rest }: StoredVersion): RecordVersion {
  return { ...rest, record: decodeStored(marc) };
}

/** The newest versions of these records, in ascending number, some at a time. */
export async function* versionsOf(
  database: Queryable,
  ids: readonly number[],
): AsyncGenerator<readonly RecordVersion[], void, void> {
  const wanted = [...new Set(ids)].sort((a, b) => a - b);
  for (let at = 0; at < wanted.length; ) {
    const { rows, taken } = await storedBatch(database, wanted.slice(at, at + rowsAtOnce), bytesAtOnce);
    if (rows.length > 0) yield rows.map(decodeVersion);
    at += taken;
  }
}

/** A part of the records asked for, as the database keeps them. */
export interface StoredBatch {
  /** In the order asked for; those that are not there are left out. */
  readonly rows: readonly StoredVersion[];
  /** How many of the numbers asked for it covers. */
  readonly taken: number;
}

/**
 * The newest versions of the first of these records, as many as have this many characters together,
 * but one at least: a batch of large records must not fill the memory. One lookup by primary key
 * for each record.
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

/**
 * The newest versions of all records, deleted ones too, in ascending number, some at a time. A page
 * is one read of the primary key; sizes of texts are known without reading them.
 */
export async function* allVersions(database: Queryable): AsyncGenerator<readonly RecordVersion[], void, void> {
  for (let after = 0; ; ) {
    const rows = await database.query<StoredVersion>(sql`
      SELECT id, revision, deleted, created, modified, marc FROM (
        SELECT page.*, sum(octet_length(marc)) OVER (ORDER BY id) AS bytes FROM (
          SELECT id, revision, deleted, created, modified, marc FROM record
          WHERE id > ${after} ORDER BY id LIMIT ${rowsAtOnce}) AS page) AS sized
      WHERE bytes - octet_length(marc) < ${bytesAtOnce} ORDER BY id`);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(decodeVersion);
    after = last.id;
  }
}
