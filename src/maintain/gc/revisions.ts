import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { type Found, type GcContext, nothing } from './kind.ts';
import { added, deleteRows, lookAtRows, type OldRows } from './rows.ts';

/** The newest replaced versions of a record that stay, whatever their age. */
export const keptRevisions = 5;
/** Records of a page of deletions. */
const pageSize = 2_000;

const rows: OldRows = {
  table: 'revision',
  when: sql`t.replaced`,
  size: sql`pg_column_size(t.marc)`,
  where: sql`
    EXISTS (SELECT FROM revision first WHERE first.record_id = t.record_id AND first.revision < t.revision)
    AND EXISTS (SELECT FROM revision later WHERE later.record_id = t.record_id AND later.revision > t.revision OFFSET ${keptRevisions - 1})
    AND NOT EXISTS (
      SELECT FROM record WHERE record.id = t.record_id AND record.deleted AND record.modified > now() - interval '10 years')`,
};

export async function lookAtRevisions(context: GcContext, age: number): Promise<Found> {
  return lookAtRows(context, rows, age);
}

/** In the order of records, so that no row is looked at twice. */
export async function removeRevisions({ database, signal, advance }: GcContext, age: number): Promise<Found> {
  let all = nothing;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const last = await endOfPage(database, after);
    if (last === undefined) return all;
    const which = sql`t.record_id > ${after} AND t.record_id <= ${last}`;
    const gone = await deleteRows(database, rows, age, { which });
    all = added(all, gone);
    advance(gone.count);
    after = last;
  }
}

async function endOfPage(database: Queryable, after: number): Promise<number | undefined> {
  const [row] = await database.query<{ last: number | null }>(sql`
    SELECT max(record_id) AS last
    FROM (SELECT DISTINCT record_id FROM revision WHERE record_id > ${after} ORDER BY record_id LIMIT ${pageSize}) AS page`);
  return row?.last ?? undefined;
}
