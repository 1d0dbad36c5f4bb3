import sql, { type Sql } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { jobErrors } from '../errors.ts';
import type { JobState, JobView } from './job.ts';

export interface JobFilter {
  /** Of these states; all when there are none. */
  readonly states?: readonly JobState[];
  /** Asked for by this person. */
  readonly person?: string;
  readonly part?: JobPart;
  readonly offset?: number;
  readonly limit: number;
}

/**
 * active: what runs, waits or sleeps, and what failed until somebody has acknowledged that. done:
 * what else ended within a day; archived: before.
 */
export type JobPart = 'active' | 'done' | 'archived';

const isOfNoInterest = sql`NOT (job.state = 'failed' AND job.acknowledged IS NULL)`;
const parts: Readonly<Record<JobPart, Sql>> = {
  active: sql`(job.ended IS NULL OR (job.state = 'failed' AND job.acknowledged IS NULL))`,
  done: sql`job.ended >= now() - interval '1 day' AND ${isOfNoInterest}`,
  archived: sql`job.ended < now() - interval '1 day' AND ${isOfNoInterest}`,
};

/**
 * Those that run or wait first, in the order in which they are begun; then those at their end, the
 * newest first.
 */
export async function listJobs(
  database: Queryable,
  { states, person, part, offset = 0, limit }: JobFilter,
): Promise<{ readonly rows: readonly JobView[]; readonly total: number }> {
  const ofState = states === undefined || states.length === 0 ? sql`true` : sql`job.state = ANY (${[...states]})`;
  const ofPerson = person === undefined ? sql`true` : sql`job.person = ${person}`;
  const these = sql`${ofState} AND ${ofPerson} AND ${part === undefined ? sql`true` : parts[part]}`;
  const [counted] = await database.query<{ total: number; open: number }>(
    sql`SELECT count(*)::int AS total, count(*) FILTER (WHERE ended IS NULL)::int AS open FROM job WHERE ${these}`,
  );
  const { total, open } = counted!;
  // Each part by its own index, however many have ended.
  const first = await database.query<JobView>(sql`
    ${selection(sql`${these} AND job.ended IS NULL`)}
    ORDER BY array_position(ARRAY['running', 'waiting', 'sleeping'], job.state), job.priority DESC, job.id
    OFFSET ${offset} LIMIT ${limit}`);
  if (first.length === limit) return { rows: first, total };
  const ended = await database.query<JobView>(sql`
    ${selection(sql`${these} AND job.ended IS NOT NULL`)}
    ORDER BY job.ended DESC, job.id DESC
    OFFSET ${Math.max(0, offset - open)} LIMIT ${limit - first.length}`);
  return { rows: [...first, ...ended], total };
}

/** Throws `noJob`. */
export async function requireJob(database: Queryable, id: number): Promise<JobView> {
  const [row] = await database.query<JobView>(selection(sql`job.id = ${id}`));
  if (row === undefined) throw new UserError(jobErrors.noJob, { id });
  return row;
}

function selection(condition: Sql): Sql {
  return sql`
    SELECT id, kind, name, person, state, wish, priority, sequence, hours, on_node AS "onNode", schedule_id AS schedule, progress, attempts, node, created, began, ended, did, problem,
      CASE WHEN state IN ('waiting', 'sleeping') AND not_before > now() THEN not_before END AS due,
      (extract(epoch FROM coalesce(ended, CASE WHEN state = 'running' THEN now() END) - began) * 1000)::float8 AS took,
      acknowledged IS NOT NULL AS acknowledged, before.after, before."afterState"
    FROM job LEFT JOIN LATERAL (
      SELECT other.id AS after, other.state AS "afterState" FROM job AS other
      WHERE job.state = 'waiting' AND other.sequence = job.sequence AND other.id < job.id AND other.state <> 'done'
      ORDER BY other.id LIMIT 1) AS before ON true
    WHERE ${condition}`;
}
