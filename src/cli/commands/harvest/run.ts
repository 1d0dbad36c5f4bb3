import { setTimeout as pause } from 'node:timers/promises';
import { askForRun, requireAsked } from '../../../exchange/harvest/ask.ts';
import { readSource } from '../../../exchange/harvest/source.ts';
import { requireJob } from '../../../jobs/queue/read.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { howFar } from '../../job-text.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './list.ts';

const lookEvery = 500;

export const run = defineSubcommand({
  summary: 'Harvest a source: what is new, some dates, or one record.',
  description: `It is a job: \`reperio serve\` and \`reperio tasks work\` do it, \`reperio job\` shows and stops it. Stopped or killed, it goes on at its page.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: 'harvest run partner --wait', doc: 'What is new since the last run.' },
    { command: 'harvest run partner --from 2026-01-01 --until 2026-01-31', doc: 'What the server dates so.' },
    { command: 'harvest run partner --identifier oai:repo.example:17', doc: 'One record, again.' },
    { command: 'harvest run partner --again', doc: 'All that it has, also what came before.' },
  ],
  arguments: nameArgument,
  options: {
    from: { type: 'text', value: 'DATE', doc: 'Changed there on this day or later (UTC).' },
    until: { type: 'text', value: 'DATE', doc: 'Changed there on this day or before.' },
    identifier: { type: 'text', value: 'ID', doc: 'Only this record.' },
    again: { type: 'flag', doc: 'Also what came as it had come before.' },
    as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
    wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { name }, options, settings, signal, stderr, print, printJson }) => {
    const { from, until, identifier, again, as: person } = options;
    const asked = requireAsked({ from, until, identifier, again });
    return await withDatabase(settings(), async (database) => {
      const source = await readSource(database, { name });
      const id = await database.transaction((transaction) => askForRun(transaction, source, asked, { person }));
      if (!options.wait) {
        if (options.json) printJson({ job: id, source: name });
        else print(`Job ${id}: harvest ${name}. See it with \`reperio job show ${id}\`.`);
        return 0;
      }
      for (let said = ''; ; ) {
        const job = await requireJob(database, id);
        const text = howFar(job, Date.now());
        if (job.ended !== null) {
          if (options.json) printJson(job);
          else print(`Job ${id} ${job.state}: ${text}`);
          return job.state !== 'done' ? 2 : job.problem === null ? 0 : 1;
        }
        if (text !== said && text !== '')
          stderr.write(`Job ${id}${job.state === 'waiting' ? ' waits' : ''}: ${text}\n`);
        said = text;
        await pause(lookEvery, undefined, { signal });
      }
    });
  },
});
