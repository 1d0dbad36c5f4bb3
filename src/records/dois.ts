import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/** Those that the library made for a record; of a record that was merged into it, too. */
export async function ownDois(database: Queryable, id: number): Promise<readonly string[]> {
  const rows = await database.query<{ doi: string }>(sql`SELECT doi FROM doi WHERE record_id = ${id} ORDER BY doi`);
  return rows.map(({ doi }) => doi);
}

/**
 * A DOI leads to the record that another one was merged into. `only`: these alone, to take that
 * back.
 */
export async function moveDois(
  transaction: Queryable,
  from: number,
  to: number,
  only?: readonly string[],
): Promise<void> {
  await transaction.query(sql`
    UPDATE doi SET record_id = ${to}, sent_revision = NULL, due = now()
    WHERE record_id = ${from} AND (${only === undefined} OR doi = ANY (${[...(only ?? [])]}::text[]))`);
}
