import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { harvestErrors } from './errors.ts';
import { defined } from './source.ts';
import type { StepCounts } from './tally.ts';

/** What a run is asked for; nothing: what is new since the last one. */
export interface RunAsked {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  /** Only this record. */
  readonly identifier?: string | undefined;
  /** Also what came as it had come before. */
  readonly again?: boolean | undefined;
}

export interface HarvestRun {
  readonly id: number;
  readonly source: number;
  readonly name: string;
  readonly job: number | undefined;
  readonly person: string | undefined;
  readonly asked: RunAsked;
  readonly began: Date;
  readonly ended: Date | undefined;
  readonly pages: number;
  readonly counts: StepCounts;
  readonly problem: string | undefined;
}

const columns = sql`r.id, r.source_id AS source, s.name, r.job_id AS job, r.person, r.asked, r.began, r.ended, r.pages, r.counts, r.problem`;

/** The run of a job: the same one when the job is taken up again. */
export async function beginRun(
  database: Queryable,
  {
    source,
    job,
    person,
    asked,
  }: Pick<HarvestRun, 'source' | 'person' | 'asked'> & { readonly job: number | undefined },
): Promise<HarvestRun> {
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO harvest_run (source_id, job_id, person, asked)
    VALUES (${source}, ${job ?? null}, ${person ?? null}, ${JSON.stringify(asked)}::jsonb)
    ON CONFLICT (job_id) DO UPDATE SET ended = NULL, problem = NULL RETURNING id`);
  return await readRun(database, row!.id);
}

export async function saveRun(
  transaction: Queryable,
  id: number,
  { pages, counts }: Pick<HarvestRun, 'pages' | 'counts'>,
): Promise<void> {
  await transaction.query(
    sql`UPDATE harvest_run SET pages = ${pages}, counts = ${JSON.stringify(counts)}::jsonb WHERE id = ${id}`,
  );
}

export async function endRun(database: Queryable, id: number, problem: string | undefined): Promise<void> {
  await database.query(sql`UPDATE harvest_run SET ended = now(), problem = ${problem ?? null} WHERE id = ${id}`);
}

/** Throws `noRun`. */
export async function readRun(database: Queryable, id: number): Promise<HarvestRun> {
  const [row] = await database.query<object>(
    sql`SELECT ${columns} FROM harvest_run AS r JOIN harvest_source AS s ON s.id = r.source_id WHERE r.id = ${id}`,
  );
  if (row === undefined) throw new UserError(harvestErrors.noRun, { id });
  return defined<HarvestRun>(row);
}

/** The newest first. */
export async function listRuns(
  database: Database,
  {
    source,
    offset = 0,
    limit,
  }: { readonly source?: number | undefined; readonly offset?: number; readonly limit: number },
): Promise<{ readonly rows: readonly HarvestRun[]; readonly total: number }> {
  const of = sql`WHERE (${source ?? null}::integer IS NULL OR r.source_id = ${source ?? null}::integer)`;
  const [counted] = await database.query<{ total: number }>(
    sql`SELECT count(*)::integer AS total FROM harvest_run AS r ${of}`,
  );
  const rows = await database.query<object>(sql`
    SELECT ${columns} FROM harvest_run AS r JOIN harvest_source AS s ON s.id = r.source_id ${of}
    ORDER BY r.id DESC OFFSET ${offset} LIMIT ${limit}`);
  return { rows: rows.map((row) => defined<HarvestRun>(row)), total: counted!.total };
}
