/**
 * The tables of OAI-PMH. Dates are seconds since 1970. What makes lists complete is in two
 * statements: `giveDates` locks the clock first, so that dates become visible in their order, and
 * `listPage` reads the clock and the entries up to it at one moment.
 */
import sql, { type Sql } from 'sql-template-tag';
import type { Queryable, Transaction } from '../../store/database.ts';
import { type Change, noteTold, nothingTold, type Told, toldSet } from './changes.ts';
import type { Place } from './token.ts';

/** The moment up to which a list is complete. */
export interface Clock {
  readonly until: number;
  readonly timeline: number;
}

export interface Entry {
  readonly record: number;
  readonly revision: number;
  readonly gone: boolean;
  readonly place: Place;
  /** Ids of the sets that the record is in; where it is gone, that it was in. */
  readonly sets: readonly number[];
}

export interface Page extends Clock {
  readonly entries: readonly Entry[];
}

export interface PageAsked {
  /** Empty: all records. */
  readonly spec: string;
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly after: Place;
  readonly limit: number;
}

export const seconds = (column: string): Sql => sql([`extract(epoch FROM ${column})::float8`]);
/** The second of this moment: a cast would round it up. */
const now = sql`date_trunc('second', clock_timestamp())`;

export interface EntryRow {
  readonly until: number;
  readonly timeline: number;
  readonly record_id: number | null;
  readonly revision: number;
  readonly gone: boolean;
  readonly seq: number;
  readonly stamp: number;
  readonly sets: readonly number[] | null;
}

/** Entries behind a place, by their dates, up to the clock. One walk in an index, however deep. */
export async function listPage(database: Queryable, asked: PageAsked): Promise<Page> {
  const { spec, from, until, limit } = asked;
  // Numbers begin at 1.
  const start = { stamp: from ?? 0, seq: 0 };
  const after = isBefore(asked.after, start) ? start : asked.after;
  const upper = until === undefined ? sql`stamped_until` : sql`least(stamped_until, to_timestamp(${until}::float8))`;
  const whole = spec === '';
  const rows = await database.query<EntryRow>(sql`
    SELECT ${seconds('clock.stamped_until')} AS until, clock.timeline, record_id, page.revision, page.gone, page.seq,
      ${seconds('page.stamp')} AS stamp, page.sets
    FROM (SELECT stamped_until, library.timeline FROM oai_clock, library) AS clock LEFT JOIN LATERAL (
      SELECT e.record_id, e.revision, e.gone, e.seq, e.stamp, ${whole ? sql`e.sets` : sql`w.sets`} AS sets
      FROM oai_entry AS e ${whole ? sql`` : sql`JOIN oai_entry AS w ON w.set_id = 0 AND w.record_id = e.record_id`}
      WHERE e.set_id = ${whole ? sql`0` : sql`(SELECT id FROM oai_set WHERE spec = ${spec})`}
        AND (e.stamp, e.seq) > (to_timestamp(${after.stamp}::float8), ${after.seq}) AND e.stamp <= ${upper}
      ORDER BY e.stamp, e.seq LIMIT ${limit}) AS page ON true
    ORDER BY page.stamp, page.seq`);
  return { until: rows[0]!.until, timeline: rows[0]!.timeline, entries: rows.flatMap(entryOf) };
}

function isBefore(one: Place, other: Place): boolean {
  return one.stamp < other.stamp || (one.stamp === other.stamp && one.seq < other.seq);
}

export function entryOf({ record_id, revision, gone, seq, stamp, sets }: EntryRow): readonly Entry[] {
  if (record_id === null) return [];
  return [{ record: record_id, revision, gone, place: { stamp, seq: Number(seq) }, sets: sets ?? [] }];
}

/** The entry of one record among all; undefined: harvesters were never told of it. */
export async function readEntry(
  database: Queryable,
  record: number,
): Promise<Clock & { readonly entry: Entry | undefined }> {
  const [row] = await database.query<EntryRow>(sql`
    SELECT ${seconds('stamped_until')} AS until, library.timeline, record_id, revision, gone,
      oai_entry.seq, ${seconds('stamp')} AS stamp, sets
    FROM library CROSS JOIN oai_clock LEFT JOIN oai_entry
      ON set_id = 0 AND record_id = ${record} AND stamp <= stamped_until`);
  return { until: row!.until, timeline: row!.timeline, entry: entryOf(row!)[0] };
}

/** Entries that are counted for a list with bounds; a longer one has no size. */
const mostCounted = 20_000;

/** How many entries a list has, where that is known soon. */
export async function listSize(
  database: Queryable,
  { spec, from, until }: Pick<PageAsked, 'spec' | 'from' | 'until'>,
): Promise<number | undefined> {
  if (from === undefined && until === undefined) {
    const [row] = await database.query<{ entries: number }>(sql`SELECT entries FROM oai_set WHERE spec = ${spec}`);
    return row?.entries ?? 0;
  }
  const lower = from === undefined ? sql`true` : sql`stamp >= to_timestamp(${from}::float8)`;
  const upper = until === undefined ? sql`true` : sql`stamp <= to_timestamp(${until}::float8)`;
  const [row] = await database.query<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM (
      SELECT FROM oai_entry WHERE set_id = (SELECT id FROM oai_set WHERE spec = ${spec}) AND ${lower} AND ${upper}
        AND stamp <= (SELECT stamped_until FROM oai_clock) LIMIT ${mostCounted + 1}) AS counted`);
  return row!.count > mostCounted ? undefined : row!.count;
}

/** The moment, and the date of the oldest entry. */
export async function readClock(database: Queryable): Promise<Clock & { readonly earliest: number }> {
  const [row] = await database.query<{ until: number; timeline: number; earliest: number | null }>(sql`
    SELECT ${seconds('stamped_until')} AS until, library.timeline,
      (SELECT ${seconds('min(stamp)')} FROM oai_entry WHERE set_id = 0) AS earliest
    FROM oai_clock, library`);
  return { until: row!.until, timeline: row!.timeline, earliest: row!.earliest ?? row!.until };
}

/** The number under which a record has this identifier from elsewhere (909CO $o). */
export async function recordOfKey(database: Queryable, identifier: string): Promise<number | undefined> {
  const [row] = await database.query<{ record_id: number }>(
    sql`SELECT record_id FROM identifier WHERE kind = 'oai' AND value = ${identifier} LIMIT 1`,
  );
  return row?.record_id;
}

export interface SetRow {
  readonly id: number;
  readonly spec: string;
  readonly gone: boolean;
  readonly records: number;
  readonly entries: number;
  /** It is being touched: records up to this number have a new date. */
  readonly touching: number | null;
}

/** Sets that harvesters were told of, that of all first. */
export function readSets(database: Queryable): Promise<readonly SetRow[]> {
  return database.query<SetRow>(sql`SELECT id, spec, gone, records, entries, touching FROM oai_set ORDER BY id`);
}

// --- what the stamper alone does
// ------------------------------------------------------------------

/** From now on this database process gives dates, and no other. */
export async function takeClock(database: Queryable, holder: number): Promise<void> {
  await database.query(sql`UPDATE oai_clock SET holder = ${holder}`);
}

/**
 * Sets of the site file get ids; those that it has no longer are marked. In the order of `specs`.
 */
export async function enterSets(database: Queryable, specs: readonly string[]): Promise<readonly number[]> {
  await database.query(sql`
    INSERT INTO oai_set (spec) SELECT spec FROM unnest(${specs}::text[]) AS spec
    ON CONFLICT (spec) DO NOTHING`);
  await database.query(sql`
    UPDATE oai_set SET gone = NOT gone WHERE id <> 0 AND gone = (spec = ANY(${specs}::text[]))`);
  const ids = new Map((await readSets(database)).map(({ id, spec }) => [spec, id]));
  return specs.map((spec) => ids.get(spec)!);
}

const readAtOnce = 20_000;

/** All that harvesters were told. A million entries take some seconds. */
export async function readTold(database: Queryable, signal: AbortSignal): Promise<Told> {
  const told = nothingTold();
  let set = 0;
  let record = 0;
  for (;;) {
    signal.throwIfAborted();
    const rows = await database.query<{ set_id: number; record_id: number; revision: number; gone: boolean }>(sql`
      SELECT set_id, record_id, revision, gone FROM oai_entry WHERE (set_id, record_id) > (${set}, ${record})
      ORDER BY set_id, record_id LIMIT ${readAtOnce}`);
    for (const { set_id, record_id, revision, gone } of rows) {
      if (set_id === 0) noteTold(told, { id: record_id, revision, gone, sets: [], left: [] });
      const { live, ever } = toldSet(told, set_id);
      ever.add(record_id);
      if (!gone) live.add(record_id);
    }
    const last = rows.at(-1);
    if (last === undefined) return told;
    [set, record] = [last.set_id, last.record_id];
  }
}

/** What the moved clock says. */
export interface Moved {
  /** False: another process gives dates now. */
  readonly held: boolean;
  readonly until: number;
  /** The timeline is not that of the last dates: the library was restored, or there were none. */
  readonly timeline: 'same' | 'first' | 'restored';
  /** Ids of sets that shall be touched. */
  readonly touching: readonly number[];
}

/** Everything that was committed is dated: answers may say so. */
export async function moveClock(database: Queryable, holder: number): Promise<Moved> {
  const [row] = await database.query<Omit<Moved, 'held' | 'touching'> & { touching: readonly number[] | null }>(sql`
    UPDATE oai_clock SET stamped_until = greatest(stamped_until, ${now}) WHERE holder = ${holder}
    RETURNING ${seconds('stamped_until')} AS until,
      CASE WHEN timeline IS NULL THEN 'first' WHEN timeline = (SELECT timeline FROM library) THEN 'same'
        ELSE 'restored' END AS timeline,
      (SELECT array_agg(id ORDER BY id) FROM oai_set WHERE touching IS NOT NULL) AS touching`);
  if (row === undefined) return { held: false, until: 0, timeline: 'same', touching: [] };
  return { held: true, until: row.until, timeline: row.timeline, touching: row.touching ?? [] };
}

/** Takes the timeline of the library. After a restore all entries are to get a new date. */
export async function takeTimeline(transaction: Queryable, restored: boolean): Promise<void> {
  await transaction.query(sql`UPDATE oai_clock SET timeline = (SELECT timeline FROM library)`);
  if (restored) await transaction.query(sql`UPDATE oai_set SET touching = 0 WHERE id = 0`);
}

/**
 * Gives these records the next numbers and the date of this moment, in their sets. Returns false
 * when another process gives dates now.
 */
export async function giveDates(
  transaction: Transaction,
  holder: number,
  changes: readonly Change[],
  told: Told,
): Promise<boolean> {
  const [clock] = await transaction.query<{ seq: number; stamp: string }>(sql`
    UPDATE oai_clock SET seq = seq + ${changes.length}, stamped_until = greatest(stamped_until, ${now})
    WHERE holder = ${holder} RETURNING seq - ${changes.length} AS seq, stamped_until::text AS stamp`);
  if (clock === undefined) return false;
  const rows = rowsOf(changes);
  await transaction.query(sql`
    INSERT INTO oai_entry (set_id, record_id, revision, gone, seq, stamp, sets, created)
    SELECT set_id, record_id, revision, gone, ${Number(clock.seq)}::bigint + n, ${clock.stamp}::timestamptz, sets::integer[],
      set_id = 0 AND NOT gone
    FROM unnest(${rows.set}::integer[], ${rows.record}::integer[], ${rows.revision}::integer[], ${rows.gone}::boolean[],
      ${rows.n}::integer[], ${rows.sets}::text[]) AS row (set_id, record_id, revision, gone, n, sets)
    ON CONFLICT (set_id, record_id) DO UPDATE SET revision = excluded.revision, gone = excluded.gone,
      seq = excluded.seq, stamp = excluded.stamp, sets = excluded.sets, created = excluded.created AND oai_entry.gone`);
  const { ids, records, entries } = countsOf(changes, told);
  await transaction.query(sql`
    UPDATE oai_set SET records = records + more, entries = entries + new
    FROM unnest(${ids}::integer[], ${records}::integer[], ${entries}::integer[]) AS row (set_id, more, new)
    WHERE id = set_id`);
  return true;
}

/** One row for each set of a record, as columns. */
function rowsOf(changes: readonly Change[]) {
  const columns = {
    set: [] as number[],
    record: [] as number[],
    revision: [] as number[],
    gone: [] as boolean[],
    n: [] as number[],
    sets: [] as (string | null)[],
  };
  changes.forEach(({ id, revision, gone, sets, left }, place) => {
    const add = (set: number, isGone: boolean, inSets: string | null): void => {
      columns.set.push(set);
      columns.record.push(id);
      columns.revision.push(revision);
      columns.gone.push(isGone);
      columns.n.push(place + 1);
      columns.sets.push(inSets);
    };
    add(0, gone, sets.length === 0 ? null : `{${sets.join()}}`);
    for (const set of left) add(set, true, null);
    if (!gone) for (const set of sets) add(set, false, null);
  });
  return columns;
}

/** By how much the counts of sets grow. */
function countsOf(changes: readonly Change[], told: Told) {
  const grown = new Map<number, { records: number; entries: number }>();
  const note = (set: number, id: number, isLive: boolean): void => {
    const known = told.sets.get(set);
    const counts = grown.get(set) ?? { records: 0, entries: 0 };
    counts.records += Number(isLive) - Number(known?.live.has(id) ?? false);
    counts.entries += known?.ever.has(id) ? 0 : 1;
    grown.set(set, counts);
  };
  for (const { id, gone, sets, left } of changes) {
    note(0, id, !gone);
    for (const set of left) note(set, id, false);
    if (!gone) for (const set of sets) note(set, id, true);
  }
  return {
    ids: [...grown.keys()],
    records: [...grown.values()].map(({ records }) => records),
    entries: [...grown.values()].map(({ entries }) => entries),
  };
}

// --- touching a set ------------------------------------------------------------------------------

/** Asks that all records of a set get a new date; false: there is no such set. */
export async function askToTouch(database: Queryable, spec: string): Promise<boolean> {
  const found = await database.query(
    sql`UPDATE oai_set SET touching = 0 WHERE spec = ${spec} AND (id = 0 OR NOT gone) RETURNING id`,
  );
  return found.length > 0;
}

/**
 * Gives the next records of a set that is being touched a new date, wherever they are listed; how
 * many, 0 at its end. What is done is done when the process ends.
 */
export async function touchSome(transaction: Queryable, set: number, limit: number): Promise<number> {
  // First, as in `giveDates`: who has it gives dates.
  const [clock] = await transaction.query<{ seq: number; stamp: string }>(sql`
    UPDATE oai_clock SET seq = seq + ${limit}, stamped_until = greatest(stamped_until, ${now})
    RETURNING seq - ${limit} AS seq, stamped_until::text AS stamp`);
  const [state] = await transaction.query<{ touching: number | null }>(
    sql`SELECT touching FROM oai_set WHERE id = ${set}`,
  );
  if (state === undefined || state.touching === null) return 0;
  const rows = await transaction.query<{ record_id: number }>(sql`
    SELECT record_id FROM oai_entry WHERE set_id = ${set} AND record_id > ${state.touching}
    ORDER BY record_id LIMIT ${limit}`);
  const records = rows.map(({ record_id }) => record_id);
  await transaction.query(sql`
    UPDATE oai_entry AS e SET seq = ${Number(clock!.seq)}::bigint + n, stamp = ${clock!.stamp}::timestamptz, created = false
    FROM unnest(${records}::integer[]) WITH ORDINALITY AS row (id, n)
    WHERE e.set_id = ANY(ARRAY(SELECT id FROM oai_set WHERE entries > 0)) AND e.record_id = row.id
      AND (e.set_id = ${set} OR e.set_id = 0 OR NOT e.gone)`);
  await transaction.query(
    sql`UPDATE oai_set SET touching = ${records.length < limit ? null : records.at(-1)!} WHERE id = ${set}`,
  );
  return records.length;
}
