import sql from 'sql-template-tag';
import { grouped } from '../../errors/grouped.ts';
import type { Queryable } from '../../store/database.ts';
import { type JobState, jobStates, leastPriority } from './job.ts';

export interface JobCount {
  readonly kind: string;
  readonly state: JobState;
  readonly count: number;
}

/** How many jobs there are of each kind and state. */
export async function countJobs(database: Queryable): Promise<readonly JobCount[]> {
  return database.query<JobCount>(
    sql`SELECT kind, state, count(*)::int AS count FROM job GROUP BY kind, state ORDER BY kind, state`,
  );
}

/**
 * "2 running, 5 waiting, 1 failed"; undefined: there are none. Acknowledged ones are among the
 * failed.
 */
export function countsText(counts: readonly JobCount[]): string | undefined {
  const said = jobStates.flatMap((state) => {
    const count = counts.filter((one) => one.state === state).reduce((sum, one) => sum + one.count, 0);
    return count === 0 ? [] : [`${grouped(count)} ${state}`];
  });
  return said.length === 0 ? undefined : said.join(', ');
}

/** What somebody should look at. */
export interface JobTrouble {
  /** Seconds that the oldest job which is due waits for its turn; 0: none does. */
  readonly waiting: number;
  /** The number, kind, name and node of that job. */
  readonly oldest: string | null;
  readonly running: number;
  /** Failed jobs that nobody has acknowledged. */
  readonly failed: number;
  /** The last of them: its number, kind, name and what it says. */
  readonly lastFailed: string | null;
  /** Schedules that make no more jobs. */
  readonly schedules: number;
}

/** Those that are begun only by hand, or behind one of their sequence, wait for somebody. */
export async function jobTrouble(database: Queryable): Promise<JobTrouble> {
  const [row] = await database.query<JobTrouble>(sql`
    SELECT coalesce(extract(epoch FROM clock_timestamp() - oldest.since)::float8, 0) AS waiting, oldest.text AS oldest,
      (SELECT count(*)::int FROM job WHERE state = 'running') AS running,
      (SELECT count(*)::int FROM job WHERE state = 'failed' AND acknowledged IS NULL) AS failed,
      (SELECT id || ', ' || kind || ' ' || name || ': ' || coalesce(problem, '') FROM job
        WHERE state = 'failed' AND acknowledged IS NULL ORDER BY ended DESC LIMIT 1) AS "lastFailed",
      (SELECT count(*)::int FROM job_schedule WHERE problem IS NOT NULL) AS schedules
    FROM (SELECT) AS one LEFT JOIN LATERAL (
      SELECT not_before AS since, id || ', ' || kind || ' ' || name || coalesce(' (only on ' || on_node || ')', '') AS text
      FROM job WHERE state = 'waiting' AND not_before <= clock_timestamp() AND priority >= ${leastPriority}
        AND NOT EXISTS (SELECT FROM job AS before WHERE before.sequence = job.sequence AND before.id < job.id AND before.state <> 'done')
      ORDER BY not_before LIMIT 1) AS oldest ON true`);
  return row!;
}
