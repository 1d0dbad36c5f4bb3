import { setTimeout as pause } from 'node:timers/promises';
import { readLog } from '../../../jobs/queue/log.ts';
import { requireJob } from '../../../jobs/queue/read.ts';
import { defineSubcommand } from '../../command.ts';
import { readJobId } from '../../read-job-id.ts';
import { withDatabase } from '../../with-database.ts';

const lookEvery = 500;

export const log = defineSubcommand({
  summary: 'Show what a job has said.',
  description: 'Of a long log the first 2,000 and the last 8,000 lines are kept.',
  examples: [
    { command: 'job log 12', doc: 'Times are UTC.' },
    { command: 'job log 12 --follow', doc: 'Goes on until the job ends.' },
  ],
  arguments: { job: { doc: 'The number of the job.' } },
  options: { follow: { type: 'flag', short: 'f', doc: 'Go on until the job ends, sleeps or waits.' } },
  run: async ({ arguments: { job }, options, settings, signal, print }) => {
    const id = readJobId(job);
    await withDatabase(settings(), async (database) => {
      for (let after = 0; ; ) {
        const { state } = await requireJob(database, id);
        for (const { n, at, level, text } of await readLog(database, id, { after })) {
          const tag = level === 'info' ? '' : `${level === 'warn' ? 'warning' : 'error'}: `;
          print(`${at.toISOString().slice(0, 19).replace('T', ' ')}  ${tag}${text}`);
          after = n;
        }
        if (!options.follow || state !== 'running') return;
        await pause(lookEvery, undefined, { signal });
      }
    });
  },
});
