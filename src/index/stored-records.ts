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
