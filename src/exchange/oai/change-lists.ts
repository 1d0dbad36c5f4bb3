/**
 * Change lists of ResourceSync: what harvesters are told of all records, in pieces of so many
 * numbers each. A record stands in one of them, with its last change: an entry that gets a new
 * number moves to the last list. What is dated with the second that still goes on is not told yet,
 * so whoever has read up to a date has all of it.
 */
import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { type Entry, type EntryRow, entryOf, seconds } from './store.ts';

/** Numbers of a list, and so the most entries that it can have: what a sitemap may hold. */
export const numbersOfList = 50_000;

export interface ChangeList {
  /** It has the numbers from 50,000 N + 1. */
  readonly number: number;
  /**
   * Date of its first entry, in seconds; `until`: of that of the next list, undefined for the last
   * one.
   */
  readonly from: number;
  readonly until: number | undefined;
}

export interface ChangeLists {
  /** Those that have entries, in their order. */
  readonly lists: readonly ChangeList[];
  /** Everything dated before this second may be told. */
  readonly before: number;
  /** Changes with anything that can be read in them. */
  readonly version: string;
}

/** An entry of a list. */
export interface ListedChange extends Entry {
  /** It was not open before. */
  readonly created: boolean;
}

/** One look into an index for each list. */
export async function readChangeLists(database: Queryable): Promise<ChangeLists> {
  const [state] = await database.query<{ before: number; seq: string; last: string; timeline: number }>(sql`
    SELECT ${seconds('stamped_until')} AS before, seq, library.timeline,
      coalesce((SELECT seq FROM oai_entry WHERE set_id = 0 AND stamp < stamped_until ORDER BY stamp DESC, seq DESC LIMIT 1), 0) AS last
    FROM oai_clock, library`);
  const { before, seq, last, timeline } = state!;
  const rows = await database.query<{ number: number; from: number }>(sql`
    WITH RECURSIVE list (number, stamp) AS (
      (SELECT (seq - 1) / ${numbersOfList}, stamp FROM oai_entry WHERE set_id = 0 ORDER BY seq LIMIT 1)
      UNION ALL
      SELECT next.number, next.stamp FROM list, LATERAL (
        SELECT (seq - 1) / ${numbersOfList} AS number, stamp FROM oai_entry
        WHERE set_id = 0 AND seq > (list.number + 1) * ${numbersOfList} ORDER BY seq LIMIT 1) AS next)
    SELECT number::float8 AS number, ${seconds('stamp')} AS from FROM list
    WHERE stamp < to_timestamp(${before}::float8) ORDER BY list.number`);
  return {
    lists: rows.map((row, place) => ({ ...row, until: rows[place + 1]?.from })),
    before,
    version: `${timeline} ${seq} ${last}`,
  };
}

/** The next entries of a list behind a number, dated before a second. */
export async function readChanges(
  database: Queryable,
  asked: { readonly list: number; readonly after: number; readonly before: number; readonly limit: number },
): Promise<readonly ListedChange[]> {
  const { list, after, before, limit } = asked;
  const rows = await database.query<EntryRow & { readonly created: boolean }>(sql`
    SELECT record_id, revision, gone, created, seq, ${seconds('stamp')} AS stamp, NULL AS sets FROM oai_entry
    WHERE set_id = 0 AND seq > ${Math.max(after, list * numbersOfList)} AND seq <= ${(list + 1) * numbersOfList}
      AND stamp < to_timestamp(${before}::float8)
    ORDER BY seq LIMIT ${limit}`);
  return rows.flatMap((row) => entryOf(row).map((entry) => ({ ...entry, created: row.created })));
}
