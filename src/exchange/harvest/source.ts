import sql from 'sql-template-tag';
import type { Profile } from '../../description/similarity.ts';
import { UserError } from '../../errors/errors.ts';
import type { WriteMode } from '../../records/modes.ts';
import type { Queryable } from '../../store/database.ts';
import { harvestErrors } from './errors.ts';

/** How records are written. */
export const harvestModes = ['insert-or-replace', 'insert', 'replace', 'correct', 'append', 'hold'] as const;
export type HarvestMode = Extract<WriteMode, (typeof harvestModes)[number]>;

/** What is done with each record before it is written. */
export interface Steps {
  readonly convert: {
    /** Path in the metadata to MARC path, for formats that are not built in, or instead of them. */
    readonly table?: Readonly<Record<string, string>> | undefined;
    /** MARC path to value: in every record. */
    readonly add?: Readonly<Record<string, string>> | undefined;
  };
  /** Questions: the first that finds the record decides, in this order. */
  readonly filter: {
    readonly drop?: string | undefined;
    readonly hold?: string | undefined;
    /** What it does not find is dropped. */
    readonly keep?: string | undefined;
  };
  readonly match: {
    readonly profile: Profile;
    readonly new: 'insert' | 'hold' | 'drop';
    readonly matched: 'replace' | 'hold' | 'drop';
    readonly ambiguous: 'hold' | 'insert' | 'drop';
  };
}

export const usualSteps: Steps = {
  convert: {},
  filter: {},
  match: { profile: 'strict', new: 'insert', matched: 'replace', ambiguous: 'hold' },
};

export { type Profile, profiles } from '../../description/similarity.ts';

export const errorPolicies = ['go-on', 'stop'] as const;
export const deletionPolicies = ['delete', 'hold', 'ignore'] as const;

export interface NewSource {
  /** Letters, digits, hyphens: what people call it. It stands in for a 003 that records lack. */
  readonly name: string;
  readonly base: string;
  readonly prefix: string;
  /** None: all that the server has. */
  readonly sets: readonly string[];
  readonly mode: HarvestMode;
  readonly steps: Steps;
  readonly onError: (typeof errorPolicies)[number];
  readonly deleted: (typeof deletionPolicies)[number];
  readonly person: string | undefined;
}

export interface Source extends NewSource {
  readonly id: number;
  readonly schedule: number | undefined;
  readonly created: Date;
}

/** With how it is. */
export interface SourceView extends Source {
  readonly runs: number;
  readonly records: number;
  readonly refused: number;
  readonly lastRun: number | undefined;
  readonly lastBegan: Date | undefined;
  readonly lastEnded: Date | undefined;
  readonly lastProblem: string | undefined;
  /** Of its schedule. */
  readonly next: Date | undefined;
}

const columns = sql`s.id, s.name, s.base, s.prefix, s.sets, s.mode, s.steps, s.on_error AS "onError", s.deleted,
  s.schedule_id AS schedule, s.person, s.created`;

/** The number of the source. Throws `taken`. */
export async function addSource(transaction: Queryable, source: NewSource): Promise<number> {
  const { name, base, prefix, sets, mode, steps, onError, deleted, person } = source;
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO harvest_source (name, base, prefix, sets, mode, steps, on_error, deleted, person)
    VALUES (${name}, ${base}, ${prefix}, ${[...sets]}::text[], ${mode}, ${JSON.stringify(steps)}::jsonb, ${onError}, ${deleted},
      ${person ?? null})
    ON CONFLICT (name) DO NOTHING RETURNING id`);
  if (row === undefined) throw new UserError(harvestErrors.taken, { name });
  return row.id;
}

export async function setSchedule(transaction: Queryable, id: number, schedule: number): Promise<void> {
  await transaction.query(sql`UPDATE harvest_source SET schedule_id = ${schedule} WHERE id = ${id}`);
}

/**
 * What is asked for by another address or in another format begins from the start; what is known of
 * records stays. Its name stays: records are known by it. Throws `noSource`.
 */
export async function changeSource(transaction: Queryable, source: NewSource): Promise<void> {
  const { name, base, prefix, sets, mode, steps, onError, deleted } = source;
  const [before] = await transaction.query<{ id: number; base: string; prefix: string }>(
    sql`SELECT id, base, prefix FROM harvest_source WHERE name = ${name} FOR UPDATE`,
  );
  if (before === undefined) throw new UserError(harvestErrors.noSource, { name });
  await transaction.query(sql`
    UPDATE harvest_source SET base = ${base}, prefix = ${prefix}, sets = ${[...sets]}::text[], mode = ${mode},
      steps = ${JSON.stringify(steps)}::jsonb, on_error = ${onError}, deleted = ${deleted}
    WHERE id = ${before.id}`);
  const isElsewhere = base !== before.base || prefix !== before.prefix;
  // A set that is not asked for any more would go on where it was when it is asked for again.
  await transaction.query(sql`
    DELETE FROM harvest_cursor WHERE source_id = ${before.id}
      AND (${isElsewhere} OR NOT (set_spec = ANY (${sets.length === 0 ? [''] : [...sets]}::text[])))`);
}

/** With its runs and what is known of its records; those stay in the library. Throws `noSource`. */
export async function removeSourceIn(transaction: Queryable, name: string): Promise<void> {
  const [row] = await transaction.query<{ schedule: number | null }>(
    sql`DELETE FROM harvest_source WHERE name = ${name} RETURNING schedule_id AS schedule`,
  );
  if (row === undefined) throw new UserError(harvestErrors.noSource, { name });
  if (row.schedule !== null) await transaction.query(sql`DELETE FROM job_schedule WHERE id = ${row.schedule}`);
}

/** Throws `noSource`. */
export async function readSource(
  database: Queryable,
  by: { readonly name: string } | { readonly id: number },
): Promise<Source> {
  const condition = 'name' in by ? sql`s.name = ${by.name}` : sql`s.id = ${by.id}`;
  const [row] = await database.query<object>(sql`SELECT ${columns} FROM harvest_source AS s WHERE ${condition}`);
  if (row === undefined) throw new UserError(harvestErrors.noSource, { name: 'name' in by ? by.name : by.id });
  return defined<Source>(row);
}

/** By name. */
export async function listSources(database: Queryable): Promise<readonly SourceView[]> {
  const rows = await database.query<object>(sql`
    SELECT ${columns}, schedule.next,
      (SELECT count(*)::integer FROM harvest_run WHERE source_id = s.id) AS runs,
      (SELECT count(*)::integer FROM harvest_record WHERE source_id = s.id AND outcome <> 'refused') AS records,
      (SELECT count(*)::integer FROM harvest_record WHERE source_id = s.id AND outcome = 'refused') AS refused,
      last.id AS "lastRun", last.began AS "lastBegan", last.ended AS "lastEnded", last.problem AS "lastProblem"
    FROM harvest_source AS s LEFT JOIN job_schedule AS schedule ON schedule.id = s.schedule_id
    LEFT JOIN LATERAL (SELECT * FROM harvest_run WHERE source_id = s.id ORDER BY id DESC LIMIT 1) AS last ON true
    ORDER BY s.name`);
  return rows.map((row) => defined<SourceView>(row));
}

/** Nulls of a row as undefined. */
export function defined<T>(row: object): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
