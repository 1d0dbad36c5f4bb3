import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { type Found, type GcContext, nothing } from './kind.ts';

/** Rows of a table that are no longer needed; in SQL the table is called `t`. */
export interface OldRows {
  readonly table: string;
  /** By which the age goes. */
  readonly when: Sql;
  /** A condition; of a row for which it holds nobody asks again. */
  readonly where?: Sql;
  /** Bytes of a row; default: of all of it, as text. */
  readonly size?: Sql;
}

const batch = 5_000;
const wholeRow = sql`octet_length(t::text)`;

/** `when` is before the age, by the clock of the database. */
export function isOlder(when: Sql, age: number): Sql {
  return sql`${when} < now() - make_interval(secs => ${age / 1000}::float8)`;
}

interface SumRow {
  readonly count: number;
  readonly bytes: number;
  readonly oldest: Date | null;
}

/** Without a limit of time: a table may have millions of rows. */
export async function lookAtRows({ database }: GcContext, rows: OldRows, age: number): Promise<Found> {
  const { table, when, where, size = wholeRow } = rows;
  const [row] = await database.transaction(
    (transaction) =>
      transaction.query<SumRow>(sql`
        SELECT count(*)::float8 AS count, coalesce(sum(${size}), 0)::float8 AS bytes, min(${when}) AS oldest
        FROM ${raw(table)} AS t WHERE ${isOlder(when, age)} ${andWhere(where)}`),
    { readOnly: true, timeout: 0 },
  );
  return foundOf(row);
}

/** Deletes some of them: those for which `which` holds as well, at most `limit`. One statement. */
export async function deleteRows(
  database: Queryable,
  { table, when, where, size = wholeRow }: OldRows,
  age: number,
  { which, limit }: { readonly which?: Sql; readonly limit?: number } = {},
): Promise<Found> {
  const condition = sql`${isOlder(when, age)} ${andWhere(where)} ${andWhere(which)}`;
  const some =
    limit === undefined
      ? empty
      : sql`AND t.ctid = ANY (ARRAY(SELECT t.ctid FROM ${raw(table)} AS t WHERE ${condition} LIMIT ${limit}))`;
  const [row] = await database.query<SumRow>(sql`
    WITH gone AS (DELETE FROM ${raw(table)} AS t WHERE ${condition} ${some} RETURNING ${size} AS bytes, ${when} AS at)
    SELECT count(*)::float8 AS count, coalesce(sum(bytes), 0)::float8 AS bytes, min(at) AS oldest FROM gone`);
  return foundOf(row);
}

/** `look` and `remove` of a kind that is old rows: some thousands in a statement. */
export function rowsKind(rows: OldRows) {
  return {
    look: (context: GcContext, age: number): Promise<Found> => lookAtRows(context, rows, age),
    remove: async (context: GcContext, age: number): Promise<Found> => {
      let all = nothing;
      for (;;) {
        context.signal.throwIfAborted();
        const gone = await deleteRows(context.database, rows, age, { limit: batch });
        all = added(all, gone);
        context.advance(gone.count);
        if (gone.count < batch) return all;
      }
    },
  };
}

export function added(one: Found, other: Found): Found {
  const { oldest } = one;
  return {
    count: one.count + other.count,
    bytes: one.bytes + other.bytes,
    oldest: oldest !== undefined && (other.oldest === undefined || oldest < other.oldest) ? oldest : other.oldest,
  };
}

function foundOf(row: SumRow | undefined): Found {
  return row === undefined ? nothing : { count: row.count, bytes: row.bytes, oldest: row.oldest ?? undefined };
}

function andWhere(condition: Sql | undefined): Sql {
  return condition === undefined ? empty : sql`AND (${condition})`;
}
