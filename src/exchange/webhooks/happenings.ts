/**
 * Events in the order in which they are told. An event gets its place when it is seen: who changed
 * a record later was seen later, since the row of the record was locked until the first had
 * committed.
 */
import sql, { raw } from 'sql-template-tag';
import type { Database, Queryable } from '../../store/database.ts';

/** One thing that happened, to one subject. */
export interface Happening {
  /** Of its event: the row, and which of its numbers. */
  readonly seq: number;
  readonly index: number;
  /** Where the next one is. */
  readonly place: number;
  readonly taken: number;
  readonly at: Date;
  readonly kind: 'record' | 'merge' | 'job' | 'held';
  readonly id: number;
  readonly revision: number;
  readonly before: number;
  readonly details: Readonly<Record<string, unknown>>;
}

const placedAtOnce = 1_000;

/** Gives places to events that have none; how many. */
export async function placeEvents(database: Database): Promise<number> {
  const [any] = await database.query<{ is: boolean }>(sql`SELECT EXISTS (SELECT FROM event WHERE place IS NULL) AS is`);
  if (any?.is !== true) return 0;
  return await database.transaction(async (transaction) => {
    const [clock] = await transaction.query<{ place: number }>(
      sql`SELECT place::float8 AS place FROM event_clock FOR UPDATE`,
    );
    const placed = await transaction.query(sql`
      UPDATE event SET place = ${clock!.place}::bigint + n
      FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS n
        FROM (SELECT seq FROM event WHERE place IS NULL ORDER BY seq LIMIT ${placedAtOnce}) AS next) AS row
      WHERE event.seq = row.seq RETURNING event.seq`);
    await transaction.query(sql`UPDATE event_clock SET place = place + ${placed.length}`);
    return placed.length;
  });
}

interface Row {
  readonly seq: number;
  readonly place: number;
  readonly at: Date;
  readonly kind: Happening['kind'];
  readonly ids: readonly number[];
  readonly revisions: readonly number[] | null;
  readonly befores: readonly number[] | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** The next things from a place on, of its event without those that were taken. */
export async function readHappenings(
  database: Queryable,
  { place, taken }: { readonly place: number; readonly taken: number },
  limit: number,
): Promise<readonly Happening[]> {
  const from = sql`CASE WHEN place = ${place} THEN ${taken}::integer ELSE 0 END + 1`;
  const part = (column: 'ids' | 'revisions' | 'befores') =>
    sql`${raw(column)}[${from} : ${from} - 1 + ${limit}::integer]`;
  const rows = await database.query<Row>(sql`
    SELECT seq::float8 AS seq, place::float8 AS place, at, kind, details, count,
      (${part('ids')})::float8[] AS ids, ${part('revisions')} AS revisions, ${part('befores')} AS befores
    FROM (
      SELECT *, sum(count) OVER (ORDER BY place) - count AS passed
      FROM (SELECT * FROM event WHERE place >= ${place} ORDER BY place LIMIT ${limit}) AS next) AS counted
    WHERE passed < ${limit + taken} ORDER BY place`);
  const found: Happening[] = [];
  for (const row of rows) {
    const skipped = row.place === place ? taken : 0;
    for (const [at, id] of row.ids.entries()) {
      if (found.length === limit) return found;
      const index = skipped + at;
      const isLast = index + 1 >= row.count;
      found.push({
        ...{ seq: row.seq, index, at: row.at, kind: row.kind, id, details: row.details },
        ...{ place: isLast ? row.place + 1 : row.place, taken: isLast ? 0 : index + 1 },
        ...{ revision: row.revisions?.[at] ?? 0, before: row.befores?.[at] ?? 0 },
      });
    }
  }
  return found;
}
