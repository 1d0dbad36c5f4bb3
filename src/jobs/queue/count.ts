import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import type { JobState } from './job.ts';

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
