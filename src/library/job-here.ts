import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimJob } from '../jobs/queue/claim.ts';
import { jobChannel } from '../jobs/queue/enqueue.ts';
import type { JobKind, JobView } from '../jobs/queue/job.ts';
import { requireJob } from '../jobs/queue/read.ts';
import { runJob } from '../jobs/queue/run-job.ts';
import type { Database } from '../store/database.ts';
import { openRowLocks } from '../store/row-locks.ts';

const lookEvery = 500;

/**
 * Does one job in this process, or waits while another does it, which may have been quicker. Should
 * this process end before, another takes it up. The job at its end.
 */
export async function doJobHere({
  database,
  url,
  id,
  kinds,
  node = hostname(),
  signal,
  onWait,
  onProgress,
}: {
  readonly database: Database;
  readonly url: string;
  readonly id: number;
  readonly kinds: readonly JobKind[];
  readonly node?: string;
  readonly signal: AbortSignal;
  /** It has to wait for its turn. */
  readonly onWait?: () => void;
  readonly onProgress?: (job: JobView) => void;
}): Promise<JobView> {
  const locks = await openRowLocks(url, { label: 'job', channel: jobChannel, onWake: () => undefined });
  let isTold = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const claimed = await claimJob(
        locks,
        kinds.map(({ name }) => name),
        node,
        id,
      ).catch((error: { readonly code?: unknown }) => {
        // Another began one of the same exclusive name at this moment.
        if (error.code === '23505') return undefined;
        throw error;
      });
      if (claimed !== undefined) {
        const watch = setInterval(() => void requireJob(database, id).then(onProgress, () => undefined), 2_000);
        try {
          await runJob({ database, claimed, kind: kinds.find(({ name }) => name === claimed.kind)!, signal });
        } finally {
          clearInterval(watch);
          await locks.release(id).catch(() => undefined);
        }
      }
      const job = await requireJob(database, id);
      if (job.state === 'done' || job.state === 'failed' || job.state === 'stopped') return job;
      if (claimed === undefined) {
        if (!isTold) onWait?.();
        isTold = true;
        onProgress?.(job);
      }
      await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await locks.close().catch(() => undefined);
  }
}
