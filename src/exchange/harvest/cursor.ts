import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { defined } from './source.ts';

/** How far the list of one set is. */
export interface Cursor {
  readonly source: number;
  /** 0: that of regular runs; else a run of its own dates. */
  readonly run: number;
  /** '': all that the server has. */
  readonly set: string;
  /** From when the next list begins, as the server writes dates. */
  readonly nextFrom: string | undefined;
  /** The next page; undefined: no list has begun, or it is at its end. */
  readonly token: string | undefined;
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** From when the list behind this one begins. */
  readonly next: string | undefined;
  /** The last date that it gave. */
  readonly seen: string | undefined;
  /** Dates came in order: only then nothing before `seen` is still to come. */
  readonly ordered: boolean;
  readonly restarted: boolean;
  readonly pages: number;
  readonly done: boolean;
}

export async function readCursor(database: Queryable, key: Pick<Cursor, 'source' | 'run' | 'set'>): Promise<Cursor> {
  const { source, run, set } = key;
  const [row] = await database.query<object>(sql`
    SELECT source_id AS source, run_id AS run, set_spec AS "set", next_from AS "nextFrom", token, list_from AS "from",
      list_until AS until, list_next AS next, seen, ordered, restarted, pages, done
    FROM harvest_cursor WHERE source_id = ${source} AND run_id = ${run} AND set_spec = ${set}`);
  if (row !== undefined) return defined<Cursor>(row);
  const none = { nextFrom: undefined, token: undefined, from: undefined, until: undefined, next: undefined };
  return { ...key, ...none, seen: undefined, ordered: true, restarted: false, pages: 0, done: false };
}

/** Another process has written it since. */
export class CursorMoved extends Error {}

/** In the transaction of the records of the page. Throws CursorMoved. */
export async function saveCursor(transaction: Queryable, before: Cursor, after: Cursor): Promise<void> {
  const { source, run, set } = before;
  const rows = await transaction.query(sql`
    INSERT INTO harvest_cursor AS c (source_id, run_id, set_spec, next_from, token, list_from, list_until, list_next, seen, ordered,
      restarted, pages, done)
    VALUES (${source}, ${run}, ${set}, ${after.nextFrom ?? null}, ${after.token ?? null}, ${after.from ?? null},
      ${after.until ?? null}, ${after.next ?? null}, ${after.seen ?? null}, ${after.ordered}, ${after.restarted}, ${after.pages},
      ${after.done})
    ON CONFLICT (source_id, run_id, set_spec) DO UPDATE SET next_from = excluded.next_from, token = excluded.token,
      list_from = excluded.list_from, list_until = excluded.list_until, list_next = excluded.list_next, seen = excluded.seen,
      ordered = excluded.ordered, restarted = excluded.restarted, pages = excluded.pages, done = excluded.done
    WHERE c.token IS NOT DISTINCT FROM ${before.token ?? null}::text AND c.pages = ${before.pages} RETURNING 1`);
  if (rows.length === 0) throw new CursorMoved();
}

/** Those of a run of its own dates, when it is over. */
export async function forgetCursors(transaction: Queryable, source: number, run: number): Promise<void> {
  if (run > 0) await transaction.query(sql`DELETE FROM harvest_cursor WHERE source_id = ${source} AND run_id = ${run}`);
}
