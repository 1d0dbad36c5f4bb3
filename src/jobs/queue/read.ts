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
  readonly offset?: number;
  readonly limit: number;
}

/**
 * Those that run or wait first, in the order in which they are begun; then those at their end, the
 * newest first.
 */
export async function listJobs(
  database: Queryable,
  { states, person, offset = 0, limit }: JobFilter,
): Promise<{ readonly rows: readonly JobView[]; readonly total: number }> {
  const ofState = states === undefined || states.length === 0 ? sql`true` : sql`state = ANY (${[...states]})`;
  const ofPerson = person === undefined ? sql`true` : sql`person = ${person}`;
  const these = sql`${ofState} AND ${ofPerson}`;
  const [counted] = await database.query<{ total: number }>(sql`SELECT count(*)::int AS total FROM job WHERE ${these}`);
  const rows = await database.query<JobView>(sql`
    ${selection(these)}
    ORDER BY array_position(ARRAY['running', 'waiting', 'sleeping'], state) NULLS LAST, ended DESC NULLS LAST, priority DESC, id
    OFFSET ${offset} LIMIT ${limit}`);
  return { rows, total: counted!.total };
}

/** Throws `noJob`. */
export async function requireJob(database: Queryable, id: number): Promise<JobView> {
  const [row] = await database.query<JobView>(selection(sql`id = ${id}`));
  if (row === undefined) throw new UserError(jobErrors.noJob, { id });
  return row;
}

function selection(condition: Sql): Sql {
  return sql`
    SELECT id, kind, name, person, state, wish, priority, sequence, hours, on_node AS "onNode", schedule_id AS schedule, progress, attempts, node, created, began, ended, did, problem,
      CASE WHEN state = 'waiting' AND not_before > now() THEN not_before END AS due,
      (extract(epoch FROM coalesce(ended, CASE WHEN state = 'running' THEN now() END) - began) * 1000)::float8 AS took,
      acknowledged IS NOT NULL AS acknowledged, before.after, before."afterState"
    FROM job LEFT JOIN LATERAL (
      SELECT other.id AS after, other.state AS "afterState" FROM job AS other
      WHERE job.state = 'waiting' AND other.sequence = job.sequence AND other.id < job.id AND other.state <> 'done'
      ORDER BY other.id LIMIT 1) AS before ON true
    WHERE ${condition}`;
}
