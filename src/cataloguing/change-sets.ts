import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Change } from '../marc/actions/action.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { cataloguingErrors } from './errors.ts';
import type { LookedUp } from './lookups.ts';

export type ChangeSetState = 'previewed' | 'applying' | 'applied' | 'undoing' | 'undone';

/** What became of a record of a change set. */
export const changeOutcomes = ['replaced', 'merged', 'unchanged', 'held', 'refused'] as const;
export type ChangeOutcome = (typeof changeOutcomes)[number];

/** The same change in all records that have it. */
export interface CountedChange extends Change {
  /** How often it is made, and in how many records. */
  readonly times: number;
  readonly records: number;
}

/** What a preview counted. */
export interface ChangeCounts {
  /** Records that were selected, and of these those that change. */
  readonly selected: number;
  readonly changed: number;
  /** For each action, in their order. */
  readonly actions: readonly { readonly times: number; readonly records: number }[];
  /** The most frequent different changes, and how many different ones there are. */
  readonly changes: readonly CountedChange[];
  readonly distinct: number;
  /** There are more than were told apart. */
  readonly isCut: boolean;
  /** What rules would do, where they look; older change sets do not say it. */
  readonly rules?: RuleCounts | undefined;
}

/** What rules of the site would keep from being written, if all changes were made. */
export interface RuleCounts {
  readonly refused: number;
  readonly held: number;
  /** The first of each, by their numbers. */
  readonly first: readonly {
    readonly id: number;
    readonly outcome: 'refused' | 'held';
    /** Without stops: "rule title: 245__a is missing". */
    readonly reasons: readonly string[];
  }[];
}

export interface ChangeSet {
  readonly id: number;
  readonly at: Date;
  /** Undefined: it was made at a terminal. */
  readonly person: string | undefined;
  readonly name: string;
  /** In YAML. */
  readonly task: string;
  readonly selection: string;
  /** What it looked up in knowledge bases, if it does. */
  readonly knowledge: LookedUp | undefined;
  readonly state: ChangeSetState;
  readonly counts: ChangeCounts;
  readonly outcomes: Readonly<Partial<Record<ChangeOutcome, number>>>;
  /** Changes that are not to be made, by `changeKey`. */
  readonly leftOut: readonly string[];
  readonly job: number | undefined;
  readonly undoJob: number | undefined;
  readonly ended: Date | undefined;
}

export interface NewChangeSet {
  readonly person: string | undefined;
  readonly name: string;
  readonly task: string;
  readonly selection: string;
  readonly counts: ChangeCounts;
  readonly records: readonly PreviewedRecord[];
  readonly knowledge?: LookedUp | undefined;
}

/** A record that changes, at the version that was looked at. */
export interface PreviewedRecord {
  readonly id: number;
  readonly revision: number;
}

const columns = sql`id::float8 AS id, at, person, name, task, selection, knowledge, state, counts, outcomes,
  left_out AS "leftOut", job_id AS job, undo_job_id AS "undoJob", ended`;

type Row = { readonly [K in keyof ChangeSet]: ChangeSet[K] | null };

/** Its number. In a transaction. */
export async function addChangeSet(transaction: Queryable, set: NewChangeSet): Promise<number> {
  const { person, name, task, selection, counts, records, knowledge } = set;
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO change_set (person, name, task, selection, counts, knowledge)
    VALUES (${person ?? null}, ${name.slice(0, 500)}, ${task}, ${selection.slice(0, 4_000)},
      ${JSON.stringify(counts)}::jsonb, ${knowledge === undefined ? null : JSON.stringify(knowledge)}::jsonb)
    RETURNING id::float8 AS id`);
  const { id } = row!;
  await transaction.query(sql`
    INSERT INTO change_set_record (change_set_id, record_id, from_revision)
    SELECT ${id}, record_id, revision
    FROM unnest(${records.map((one) => one.id)}::integer[], ${records.map((one) => one.revision)}::integer[])
      AS previewed (record_id, revision)`);
  return id;
}

/** Throws a UserError when there is none. */
export async function readChangeSet(database: Queryable, id: number): Promise<ChangeSet> {
  const [row] = await database.query<Row>(sql`SELECT ${columns} FROM change_set WHERE id = ${id}`);
  if (row === undefined) throw new UserError(cataloguingErrors.noChangeSet, { id });
  return changeSetOf(row);
}

/** The same, and nobody else changes its state before the end of the transaction. */
export async function lockChangeSet(transaction: Transaction, id: number): Promise<ChangeSet> {
  await transaction.query(sql`SELECT 1 FROM change_set WHERE id = ${id} FOR UPDATE`);
  return await readChangeSet(transaction, id);
}

export interface ChangeSetsAsked {
  /** Only theirs; undefined: everybody's. */
  readonly person?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** The newest first. */
export async function listChangeSets(
  database: Queryable,
  { person, offset, limit }: ChangeSetsAsked,
): Promise<{ readonly sets: readonly ChangeSet[]; readonly total: number }> {
  const rows = await database.query<Row & { readonly total: number }>(sql`
    SELECT ${columns}, (count(*) OVER ())::integer AS total FROM change_set
    WHERE ${person ?? null}::text IS NULL OR person = ${person ?? null}
    ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`);
  return { sets: rows.map(({ total: _, ...row }) => changeSetOf(row)), total: rows[0]?.total ?? 0 };
}

function changeSetOf(row: Row): ChangeSet {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value ?? undefined]),
  ) as unknown as ChangeSet;
}

/** A record of a change set, with what became of it. */
export interface ChangeSetRecord {
  readonly id: number;
  readonly from: number;
  readonly to: number | undefined;
  readonly leftOut: boolean;
  readonly outcome: ChangeOutcome | undefined;
  readonly undoOutcome: ChangeOutcome | undefined;
}

/** Those with a higher number than `after`, ascending. */
export async function changeSetRecords(
  database: Queryable,
  id: number,
  { after, limit, outcome }: { readonly after: number; readonly limit: number; readonly outcome?: ChangeOutcome },
): Promise<readonly ChangeSetRecord[]> {
  const rows = await database.query<{ readonly [K in keyof ChangeSetRecord]: ChangeSetRecord[K] | null }>(sql`
    SELECT record_id AS id, from_revision AS "from", to_revision AS "to", left_out AS "leftOut", outcome,
      undo_outcome AS "undoOutcome"
    FROM change_set_record
    WHERE change_set_id = ${id} AND record_id > ${after}::bigint AND (${outcome ?? null}::text IS NULL OR outcome = ${outcome ?? null})
    ORDER BY record_id LIMIT ${limit}`);
  return rows.map(
    (row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value ?? undefined]),
      ) as unknown as ChangeSetRecord,
  );
}

/** Which changes, and which of these records, are left out; others of `shown` are not. */
export async function leaveOut(
  transaction: Transaction,
  id: number,
  { changes, shown, records }: { changes: readonly string[]; shown: readonly number[]; records: readonly number[] },
): Promise<void> {
  await transaction.query(sql`UPDATE change_set SET left_out = ${JSON.stringify(changes)}::jsonb WHERE id = ${id}`);
  await transaction.query(sql`
    UPDATE change_set_record SET left_out = record_id = ANY (${[...records]}::bigint[])
    WHERE change_set_id = ${id} AND record_id = ANY (${[...shown]}::bigint[])`);
}

export async function setState(
  transaction: Transaction,
  id: number,
  state: ChangeSetState,
  { job, undoJob }: { readonly job?: number; readonly undoJob?: number } = {},
): Promise<void> {
  await transaction.query(sql`
    UPDATE change_set SET state = ${state}, job_id = coalesce(${job ?? null}, job_id),
      undo_job_id = coalesce(${undoJob ?? null}, undo_job_id),
      ended = CASE WHEN ${state} IN ('applied', 'undone') THEN now() ELSE ended END
    WHERE id = ${id}`);
}

/** How many are to be changed. */
export async function countToChange(database: Queryable, id: number): Promise<number> {
  const [row] = await database.query<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM change_set_record WHERE change_set_id = ${id} AND NOT left_out`);
  return row!.count;
}
