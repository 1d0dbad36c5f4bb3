import { setTimeout as pause } from 'node:timers/promises';
import { requireJob } from '../jobs/queue/read.ts';
import type { Database } from '../store/database.ts';
import type { ArgumentDefinitions, CommandContext, OptionDefinitions } from './command.ts';
import { howFar } from './job-text.ts';

const lookEvery = 500;

/**
 * Waits for the end of jobs, and says how far they are. The exit status: 0 done, 1 something is to
 * be looked at, 2 one failed or was stopped.
 */
export async function waitForJobs(
  database: Database,
  ids: readonly number[],
  {
    signal,
    stderr,
    print,
  }: Pick<CommandContext<ArgumentDefinitions, OptionDefinitions>, 'signal' | 'stderr' | 'print'>,
): Promise<number> {
  let status = 0;
  for (const id of ids) {
    // Without the time that is left, which would make a line of each second.
    for (let said: string | undefined; ; ) {
      const job = await requireJob(database, id);
      const text = howFar(job, Date.now());
      if (job.ended !== null) {
        print(`Job ${id} ${job.state}: ${text}`);
        status = Math.max(status, job.state !== 'done' ? 2 : job.problem === null ? 0 : 1);
        break;
      }
      const sentence = job.state === 'waiting' ? text.replace(/^.*? more\b/, '') : text;
      if (sentence !== said && text !== '')
        stderr.write(`Job ${id}${job.state === 'waiting' ? ' waits' : ''}: ${text}\n`);
      said = sentence;
      await pause(lookEvery, undefined, { signal });
    }
  }
  return status;
}
