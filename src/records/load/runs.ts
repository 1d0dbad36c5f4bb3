import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import type { WriteMode } from '../modes.ts';
import type { LoadTotals } from './coordinator.ts';

/** A load of one input, as the list of past loads has it. */
export interface LoadRun {
  readonly id: number;
  /** File name, or "standard input". */
  readonly name: string;
  readonly mode: WriteMode;
  readonly person: string | undefined;
  readonly started: Date;
  /** Undefined: it is running, or it was killed. Then what it did is not known here. */
  readonly ended: Date | undefined;
  readonly inserted: number;
  readonly replaced: number;
  readonly merged: number;
  readonly unchanged: number;
  readonly held: number;
  readonly deleted: number;
  readonly refused: number;
  /** Code of the error that stopped it. */
  readonly error: string | undefined;
}

/** So many are kept. */
const mostRuns = 100_000;

export async function beginRun(
  database: Queryable,
  { name, mode, person }: Pick<LoadRun, 'name' | 'mode' | 'person'>,
): Promise<number> {
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO load_run (name, mode, person) VALUES (${name.slice(0, 1000)}, ${mode}, ${person ?? null})
    RETURNING id::float8 AS id`);
  const id = row?.id ?? 0;
  await database.query(sql`DELETE FROM load_run WHERE id <= ${id - mostRuns}`);
  return id;
}

/** `error`: the code of what stopped it. */
export async function endRun(
  database: Queryable,
  id: number,
  { inserted, replaced, merged, unchanged, held, deleted, refused }: Omit<LoadTotals, 'position'>,
  error?: string,
): Promise<void> {
  await database.query(sql`
    UPDATE load_run SET ended = now(), inserted = ${inserted}, replaced = ${replaced}, deleted = ${deleted},
      refused = ${refused}, merged = ${merged}, unchanged = ${unchanged}, held = ${held}, error = ${error ?? null}
    WHERE id = ${id}`);
}

/** The newest first. `text`: a part of the name of the input, or of who loaded it. */
export async function listRuns(
  database: Queryable,
  { text, offset, limit }: { readonly text: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly rows: readonly LoadRun[]; readonly total: number }> {
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await database.query<
    Omit<LoadRun, 'person' | 'ended' | 'error'> &
      Readonly<Record<'person' | 'error', string | null>> & { readonly ended: Date | null; readonly total: number }
  >(sql`
    SELECT id::float8 AS id, name, mode, person, started, ended, inserted::float8 AS inserted,
      replaced::float8 AS replaced, merged::float8 AS merged, unchanged::float8 AS unchanged, held::float8 AS held, deleted::float8 AS deleted, refused::float8 AS refused, error,
      (count(*) OVER ())::integer AS total
    FROM load_run WHERE name ILIKE ${part} OR person ILIKE ${part}
    ORDER BY load_run.id DESC OFFSET ${offset} LIMIT ${limit}`);
  const runs = rows.map(({ total, person, ended, error, ...rest }) => ({
    ...rest,
    person: person ?? undefined,
    ended: ended ?? undefined,
    error: error ?? undefined,
  }));
  return { rows: runs, total: rows[0]?.total ?? 0 };
}
