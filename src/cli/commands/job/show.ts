import { requireJob } from '../../../jobs/queue/read.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { jobLines } from '../../job-text.ts';
import { readJobId } from '../../read-job-id.ts';
import { withDatabase } from '../../with-database.ts';

export const show = defineSubcommand({
  summary: 'Show one job.',
  examples: [
    { command: 'job show 12', doc: 'How far it is, or what was done.' },
    { command: 'job show 12 --json', doc: 'For programs.' },
  ],
  arguments: { job: { doc: 'The number of the job.' } },
  options: jsonOption,
  run: async ({ arguments: { job }, options, settings, print, printJson }) => {
    const found = await withDatabase(settings(), (database) => requireJob(database, readJobId(job)));
    if (options.json) return printJson(found);
    for (const line of jobLines(found)) print(line);
  },
});
