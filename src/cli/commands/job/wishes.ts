import { readPriority } from '../../../jobs/queue/read-when.ts';
import { type JobWish, setJobPriority, wishOfJob } from '../../../jobs/queue/wishes.ts';
import { defineSubcommand } from '../../command.ts';
import { readJobId } from '../../read-job-id.ts';
import { withDatabase } from '../../with-database.ts';

const job = { job: { doc: 'The numbers of the jobs.', many: true } } as const;

/**
 * A command that wants one thing of jobs. `said` is what is printed of one, by the state it had.
 */
function wishCommand(wish: JobWish, summary: string, description: string, said: (state: string) => string) {
  return defineSubcommand({
    summary,
    description,
    examples: [{ command: `job ${wish} 12`, doc: summary }],
    arguments: job,
    options: {},
    run: async ({ arguments: { job: ids }, settings, print }) => {
      await withDatabase(settings(), async (database) => {
        for (const id of ids.map(readJobId))
          print(`Job ${id} ${said(await database.transaction((transaction) => wishOfJob(transaction, id, wish)))}.`);
      });
    },
  });
}

export const sleep = wishCommand(
  'sleep',
  'Put a job to sleep until somebody wakes it.',
  'One that runs does so where that loses nothing, mostly within a second or two; then it goes on from there, on any node.',
  (state) => (state === 'running' ? 'will sleep in a moment' : 'sleeps'),
);

export const wake = wishCommand(
  'wake',
  'Wake a job that sleeps, or try one again that failed or was stopped.',
  'It goes on where it was.',
  () => 'waits for its turn',
);

export const stop = wishCommand(
  'stop',
  'Stop a job.',
  'One that runs ends where that loses nothing. What it has done stays. `job wake` takes it up again.',
  (state) => (state === 'running' ? 'will stop in a moment' : 'is stopped'),
);

export const runNow = wishCommand(
  'run-now',
  'Begin a job before all others, whatever its hours and its time.',
  'It gets priority 100, unless it has a higher one.',
  () => 'is next',
);

export const acknowledge = wishCommand(
  'acknowledge',
  'Mark a failed job as seen.',
  'Checks and pages do not count it any more.',
  () => 'is acknowledged',
);

export const remove = wishCommand(
  'delete',
  'Delete a job that has ended, with its log.',
  'What it has done stays. Jobs are deleted 90 days after their end by themselves.',
  () => 'is deleted',
);

export const priority = defineSubcommand({
  summary: 'Set the priority of a job.',
  description:
    'The higher, the sooner it is begun; 0 is usual. Those of 100 and more go before all others; below -10 a job waits until somebody begins it.',
  examples: [{ command: 'job priority 12 50', doc: 'Before those of 0.' }],
  arguments: {
    job: { doc: 'The number of the job.' },
    priority: { doc: 'From -100 to 1000.' },
  },
  options: {},
  run: async ({ arguments: { job: id, priority: text }, settings, print }) => {
    const value = readPriority(text);
    await withDatabase(settings(), (database) =>
      database.transaction((transaction) => setJobPriority(transaction, readJobId(id), value)),
    );
    print(`Job ${id} has priority ${value}.`);
  },
});
