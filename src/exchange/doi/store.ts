import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';

export const doiStates = ['reserved', 'draft', 'registered', 'findable'] as const;
export type DoiState = (typeof doiStates)[number];

export interface DoiRow {
  readonly doi: string;
  readonly record: number;
  /** As the agency last told it; reserved: it knows nothing of it. */
  readonly state: DoiState;
  readonly wanted: DoiState;
  readonly sentRevision: number | null;
  readonly triedRevision: number | null;
  readonly problem: string | null;
  readonly tries: number;
  /** The agency refused what the record says. */
  readonly untilChanged: boolean;
  readonly due: Date;
  readonly since: Date;
  readonly compared: Date | null;
  readonly reserved: Date;
}

export interface DoisAsked {
  readonly problems?: boolean;
  /** Of this record alone. */
  readonly record?: number;
  /** Not those that no record has since a restore. */
  readonly held?: boolean;
  /** Undefined: all. */
  readonly limit?: number;
  readonly offset?: number;
}

/** The newest first. */
export async function listDois(database: Queryable, asked: DoisAsked = {}): Promise<readonly DoiRow[]> {
  const { problems = false, record, held = false, limit, offset = 0 } = asked;
  return await database.query<DoiRow>(sql`
    SELECT doi, record_id AS record, state, wanted, sent_revision AS "sentRevision",
      tried_revision AS "triedRevision", problem, tries, until_changed AS "untilChanged", due, since, compared, reserved
    FROM doi WHERE (${!problems} OR problem IS NOT NULL) AND (${!held} OR record_id > 0) AND record_id = coalesce(${record ?? null}, record_id)
    ORDER BY reserved DESC, doi LIMIT ${limit ?? null} OFFSET ${offset}`);
}

export interface DoiCounts {
  readonly all: number;
  readonly problems: number;
  readonly reserved: number;
  readonly draft: number;
  readonly registered: number;
  readonly findable: number;
}

export async function countDois(database: Queryable): Promise<DoiCounts> {
  const [row] = await database.query<DoiCounts>(sql`
    SELECT count(*)::int AS all, count(problem)::int AS problems,
      count(*) FILTER (WHERE state = 'reserved')::int AS reserved, count(*) FILTER (WHERE state = 'draft')::int AS draft,
      count(*) FILTER (WHERE state = 'registered')::int AS registered,
      count(*) FILTER (WHERE state = 'findable')::int AS findable
    FROM doi`);
  return row!;
}

/** What the library wants of it now: what was wrong with an earlier wish is no matter any more. */
export async function wantDoi(database: Queryable, doi: string, wanted: DoiState): Promise<void> {
  await database.query(sql`
    UPDATE doi SET wanted = ${wanted}, since = now(), due = now(), tries = 0, problem = NULL, until_changed = false
    WHERE doi = ${doi}`);
}

/** It is as wanted. `revision`: of the record that the agency has now; undefined: as before. */
export async function noteSent(
  database: Queryable,
  doi: string,
  { state, revision }: { readonly state: DoiState; readonly revision: number | undefined },
): Promise<void> {
  await database.query(sql`
    UPDATE doi SET since = CASE WHEN state = ${state} AND problem IS NULL THEN since ELSE now() END,
      state = ${state}, sent_revision = coalesce(${revision ?? null}, sent_revision), problem = NULL, tries = 0,
      tried_revision = coalesce(${revision ?? null}, tried_revision), until_changed = false, compared = now()
    WHERE doi = ${doi}`);
}

export interface Failure {
  readonly problem: string;
  /** As the agency told it; undefined: as before. */
  readonly state?: DoiState;
  /** Milliseconds until it is tried again. */
  readonly wait: number;
  readonly revision: number | undefined;
  readonly untilChanged?: boolean;
}

/** It is tried again later. Since when something is wrong stays what it was. */
export async function noteFailure(
  database: Queryable,
  doi: string,
  { problem, state, wait, revision, untilChanged = false }: Failure,
): Promise<void> {
  await database.query(sql`
    UPDATE doi SET since = CASE WHEN problem IS NULL THEN now() ELSE since END, problem = ${problem}, tries = tries + 1, until_changed = ${untilChanged},
      state = coalesce(${state ?? null}, state),
      due = now() + ${wait} * interval '1 millisecond', tried_revision = coalesce(${revision ?? null}, tried_revision)
    WHERE doi = ${doi}`);
}

/** None is tried before: the agency asked for that, or does not let us in. */
export async function putOffAll(database: Queryable, wait: number): Promise<void> {
  await database.query(sql`UPDATE doi SET due = greatest(due, now() + ${wait} * interval '1 millisecond')`);
}

/** The agency was asked what it has. `state` undefined: it knows nothing of it. */
export async function noteCompared(
  database: Queryable,
  doi: string,
  { state, again }: { readonly state: DoiState | undefined; readonly again: boolean },
): Promise<void> {
  await database.query(sql`
    UPDATE doi SET compared = now(), since = CASE WHEN state = ${state ?? 'reserved'} THEN since ELSE now() END,
      state = ${state ?? 'reserved'},
      sent_revision = CASE WHEN ${again || state === undefined} THEN NULL ELSE sent_revision END,
      due = CASE WHEN ${again || state === undefined} THEN now() ELSE due END
    WHERE doi = ${doi}`);
}

/** Sent again at once, as if nothing were known of it. False: there is no such DOI. */
export async function sendAgain(database: Queryable, doi: string): Promise<boolean> {
  const rows = await database.query(sql`
    UPDATE doi SET sent_revision = NULL, due = now(), tries = 0 WHERE doi = lower(${doi}) AND record_id > 0 RETURNING doi`);
  return rows.length > 0;
}

/** What the library has now, as a text that differs when records, collections or the site do. */
export async function libraryState(database: Queryable): Promise<string> {
  const [row] = await database.query<{ state: string }>(sql`
    SELECT concat_ws(' ', (SELECT version FROM manifest), (SELECT max(seq) FROM delta),
      (SELECT max(number) FROM site_version)) AS state`);
  return row!.state;
}

export async function readPass(database: Queryable): Promise<{ readonly seen: string; readonly at: Date }> {
  const [row] = await database.query<{ seen: string; at: Date }>(sql`SELECT seen, at FROM doi_pass`);
  return row!;
}

export async function notePass(database: Queryable, seen: string): Promise<void> {
  await database.query(sql`UPDATE doi_pass SET seen = ${seen}, at = now()`);
}

/** Is one to be sent now? What stands still waits for a change of the library, or its time. */
export async function isAnyDue(database: Queryable): Promise<boolean> {
  const rows = await database.query(sql`
    SELECT FROM doi WHERE due <= now() AND (problem IS NOT NULL OR state <> wanted
      OR (wanted = 'findable' AND sent_revision IS NULL)
      OR (state <> 'reserved' AND compared IS NULL) OR compared < now() - interval '1 day')
    UNION ALL SELECT FROM doi_number WHERE lost_from IS NOT NULL LIMIT 1`);
  return rows.length > 0;
}

/** Those that are not as they should be for so long. */
export async function countStuck(database: Queryable, milliseconds: number): Promise<number> {
  const [row] = await database.query<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM doi
    WHERE (problem IS NOT NULL OR state <> wanted) AND since < now() - ${milliseconds} * interval '1 millisecond'`);
  return row!.count;
}
