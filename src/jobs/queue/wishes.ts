import sql, { type Sql } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { jobErrors } from '../errors.ts';
import { jobChannel } from './enqueue.ts';
import type { JobState } from './job.ts';
import { notingEnds } from './noting-ends.ts';

/** What people want of a job, and of which states it can be wanted. */
export const jobWishes = ['sleep', 'wake', 'stop', 'run-now', 'acknowledge', 'delete'] as const;
export type JobWish = (typeof jobWishes)[number];

const ended: readonly JobState[] = ['done', 'failed', 'stopped'];

const ways: Readonly<
  Record<
    JobWish,
    { readonly from: readonly JobState[]; readonly change: (state: JobState) => Sql; readonly what: string }
  >
> = {
  sleep: {
    from: ['waiting', 'running'],
    // What runs does so at its next safe point.
    change: (state) => (state === 'running' ? sql`wish = 'sleep'` : sql`state = 'sleeping'`),
    what: 'be put to sleep',
  },
  wake: {
    from: ['sleeping', 'failed', 'stopped'],
    // What slept before its time waits for that again.
    change: () =>
      sql`state = 'waiting', attempts = 0, not_before = greatest(not_before, now()), ended = NULL, problem = NULL`,
    what: 'be woken',
  },
  stop: {
    from: ['waiting', 'running', 'sleeping'],
    change: (state) => (state === 'running' ? sql`wish = 'stop'` : sql`state = 'stopped', ended = now()`),
    what: 'be stopped',
  },
  'run-now': {
    from: ['waiting', 'sleeping', 'failed', 'stopped'],
    // Before all others, whatever its hours and its time.
    change: () =>
      sql`state = 'waiting', attempts = 0, not_before = now(), hours = NULL, priority = greatest(priority, 100), ended = NULL, problem = NULL`,
    what: 'be begun',
  },
  acknowledge: { from: ['failed'], change: () => sql`acknowledged = now()`, what: 'be acknowledged' },
  delete: { from: ended, change: () => sql``, what: 'be deleted: stop it first' },
};

/** In a transaction. The state it had. Throws `noJob` and `jobState`. */
export async function wishOfJob(transaction: Queryable, id: number, wish: JobWish): Promise<JobState> {
  const state = await lockJob(transaction, id);
  const { from, change, what } = ways[wish];
  if (!from.includes(state)) throw new UserError(jobErrors.jobState, { id, state, what });
  if (wish === 'delete') await transaction.query(sql`DELETE FROM job WHERE id = ${id}`);
  else
    await transaction.query(sql`
      WITH ended AS (UPDATE job SET ${change(state)} WHERE id = ${id} RETURNING id, state)
      ${notingEnds(sql`ended`, state)}`);
  // Who does this one looks at once.
  await transaction.query(sql`SELECT pg_notify(${jobChannel}, ${String(id)})`);
  return state;
}

/** What can be wanted of a job in this state. */
export function possibleWishes(state: JobState): readonly JobWish[] {
  return jobWishes.filter((wish) => ways[wish].from.includes(state));
}

/** The higher, the sooner it is begun. Throws `noJob`. */
export async function setJobPriority(transaction: Queryable, id: number, priority: number): Promise<void> {
  await lockJob(transaction, id);
  await transaction.query(sql`UPDATE job SET priority = ${priority} WHERE id = ${id}`);
  await transaction.query(sql`SELECT pg_notify(${jobChannel}, '')`);
}

async function lockJob(transaction: Queryable, id: number): Promise<JobState> {
  const [row] = await transaction.query<{ state: JobState }>(sql`SELECT state FROM job WHERE id = ${id} FOR UPDATE`);
  if (row === undefined) throw new UserError(jobErrors.noJob, { id });
  return row.state;
}
