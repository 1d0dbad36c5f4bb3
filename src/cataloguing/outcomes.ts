import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import type { ChangeOutcome } from './change-sets.ts';

/** For the history of records. */
export function reasonOf(id: number, undo: boolean): string {
  return `${undo ? 'undo change set' : 'change set'} ${id}`;
}

/**
 * Writes down what became of each record of a change set that has no outcome yet. Read from the
 * records themselves, so that nothing is wrong after a run that was killed: a version by this
 * reason was written by it.
 */
export async function deriveOutcomes(database: Queryable, id: number, undo: boolean): Promise<void> {
  const reason = reasonOf(id, undo);
  const base = undo ? sql`c.to_revision` : sql`c.from_revision`;
  const isMine = undo
    ? sql`c.change_set_id = ${id} AND c.undo_outcome IS NULL AND c.to_revision IS NOT NULL`
    : sql`c.change_set_id = ${id} AND c.outcome IS NULL AND NOT c.left_out`;
  const set = (outcome: ReturnType<typeof sql>) =>
    undo ? sql`undo_outcome = ${outcome}` : sql`outcome = ${outcome}, to_revision = old.revision + 1`;
  await database.query(sql`
    UPDATE change_set_record c SET ${set(sql`CASE WHEN old.revision = ${base} THEN 'replaced' ELSE 'merged' END`)}
    FROM revision old
    WHERE ${isMine} AND old.record_id = c.record_id AND old.revision >= ${base} AND old.reason = ${reason}`);
  const rest = sql`CASE
    WHEN EXISTS (SELECT FROM held WHERE held.record_id = c.record_id AND held.source = ${reason}) THEN 'held'
    WHEN (SELECT revision FROM record WHERE record.id = c.record_id) = ${base} THEN 'refused'
    ELSE 'unchanged' END`;
  await database.query(
    undo
      ? sql`UPDATE change_set_record c SET undo_outcome = ${rest} WHERE ${isMine}`
      : sql`UPDATE change_set_record c SET outcome = ${rest} WHERE ${isMine}`,
  );
}

export type OutcomeCounts = Readonly<Partial<Record<ChangeOutcome, number>>>;

export async function countOutcomes(database: Queryable, id: number, undo: boolean): Promise<OutcomeCounts> {
  const column = undo ? sql`undo_outcome` : sql`outcome`;
  const rows = await database.query<{ outcome: ChangeOutcome; count: number }>(sql`
    SELECT ${column} AS outcome, count(*)::integer AS count FROM change_set_record
    WHERE change_set_id = ${id} AND ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`);
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}
