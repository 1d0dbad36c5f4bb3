import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/** Somebody else who has the record open in the editor. */
export interface Editing {
  readonly name: string;
  readonly since: Date;
}

/** Without a script nobody says when a page is left. Seconds. */
export const openPage = 600;
/** Three beats of a page with a script. Seconds. */
export const beatingPage = 45;

/** Notes that a person has the record open, and gives the others who have. One statement. */
export async function noteEditing(
  database: Queryable,
  { record, person, seconds }: { readonly record: number; readonly person: number; readonly seconds: number },
): Promise<readonly Editing[]> {
  return await database.query<Editing>(sql`
    WITH gone AS (DELETE FROM editing WHERE until < now() AND NOT (record_id = ${record} AND person_id = ${person})),
    noted AS (
      INSERT INTO editing (record_id, person_id, until)
      VALUES (${record}, ${person}, now() + make_interval(secs => ${seconds}::float8))
      ON CONFLICT (record_id, person_id) DO UPDATE SET until = excluded.until,
        since = CASE WHEN editing.until < now() THEN now() ELSE editing.since END)
    SELECT person.name, editing.since FROM editing JOIN person ON person.id = editing.person_id
    WHERE record_id = ${record} AND person_id <> ${person} AND until >= now() ORDER BY since, name`);
}

export async function endEditing(database: Queryable, record: number, person: number): Promise<void> {
  await database.query(sql`DELETE FROM editing WHERE record_id = ${record} AND person_id = ${person}`);
}
