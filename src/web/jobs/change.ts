import { UserError } from '../../errors/errors.ts';
import { jobErrors } from '../../jobs/errors.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import { readPriority } from '../../jobs/queue/read-when.ts';
import { type JobWish, setJobPriority, wishOfJob } from '../../jobs/queue/wishes.ts';
import type { Database } from '../../store/database.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { webErrors } from '../http/errors.ts';
import { type Reach, wishesOf } from './reach.ts';

/**
 * Does what is wanted of a job, once for each Idempotency-Key. Throws `apiNotAllowed` for what is
 * only for who looks after jobs, and what `wishOfJob` throws.
 */
export async function changeJob(
  database: Database,
  exchange: Exchange,
  reach: Reach,
  job: JobView,
  wish: JobWish,
): Promise<void> {
  await doOnce(database, exchange, { scope: 'jobs', asked: JSON.stringify([job.id, wish]) }, async (transaction) => {
    // By the state that it has now; what that does not allow is told by its own error.
    const state = await wishOfJob(transaction, job.id, wish);
    if (!wishesOf(reach, { state }).includes(wish)) throw notAllowed();
    return { state };
  });
}

/** Throws `priorityWrong`, and `apiNotAllowed`. */
export async function changePriority(
  database: Database,
  exchange: Exchange,
  reach: Reach,
  job: JobView,
  text: string,
): Promise<void> {
  if (reach.kind !== 'everybody') throw notAllowed();
  const priority = readPriority(text);
  if (job.ended !== null)
    throw new UserError(jobErrors.jobState, { id: job.id, state: job.state, what: 'get another priority' });
  const asked = JSON.stringify([job.id, 'priority', priority]);
  await doOnce(database, exchange, { scope: 'jobs', asked }, async (transaction) => {
    await setJobPriority(transaction, job.id, priority);
    return {};
  });
}

function notAllowed(): UserError {
  return new UserError(webErrors.apiNotAllowed, { action: 'cfgbibsched' });
}
