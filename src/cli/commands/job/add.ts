import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { enqueueJob, requireHours } from '../../../jobs/queue/enqueue.ts';
import type { JobView } from '../../../jobs/queue/job.ts';
import { requireJob } from '../../../jobs/queue/read.ts';
import { leastAsked, mostAsked, readWhen } from '../../../jobs/queue/read-when.ts';
import { requireFile } from '../../../records/load/files.ts';
import { writeModes } from '../../../records/modes.ts';
import { openStore } from '../../../store/open.ts';
import {
  type ArgumentDefinitions,
  type CommandContext,
  defineSubcommand,
  type OptionDefinitions,
} from '../../command.ts';
import { howFar } from '../../job-text.ts';

const lookEvery = 500;

export const add = defineSubcommand({
  summary: 'Ask for a job: load files of records.',
  description: `The files are kept in the file store until the job has ended, and any node loads them: \`reperio serve\` and \`reperio tasks work\` do jobs.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: 'job add load big.xml.gz', doc: 'Loads it beside what you do now.' },
    { command: 'job add load new.mrc --mode insert-or-replace --hours 22:00-06:00', doc: 'At night only.' },
    { command: 'job add load a.xml b.xml --sequence delivery --wait', doc: 'One after the other; waits for both.' },
  ],
  arguments: {
    kind: { doc: 'What to do.', choices: ['load'] },
    files: { doc: 'Files of records; a job for each.', many: true },
  },
  options: {
    mode: { type: 'text', value: 'MODE', doc: 'As that of `reperio load`; default insert.', choices: writeModes },
    source: { type: 'text', value: 'CODE', doc: 'The 003 for records that have none.' },
    encoding: { type: 'text', value: 'NAME', doc: 'The real encoding, if the input declares a wrong one.' },
    at: { type: 'text', value: 'TIME', doc: 'Not before this time: 22:00, 2026-12-24 20:00, or +2h.' },
    hours: { type: 'text', value: 'HOURS', doc: 'Only in these hours of the week: Mon-Fri 22:00-06:00.' },
    priority: {
      type: 'number',
      value: 'N',
      minimum: leastAsked,
      maximum: mostAsked,
      doc: 'The higher, the sooner; default 0.',
    },
    sequence: { type: 'text', value: 'NAME', doc: 'Jobs of one sequence are done one after the other.' },
    as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
    wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
  },
  failureStatus: 2,
  run: async (context) => {
    const { arguments: given, options, settings, signal, print } = context;
    for (const file of given.files) await requireFile(file);
    const hours = options.hours === undefined ? undefined : requireHours(options.hours);
    const at = options.at === undefined ? undefined : readWhen(options.at, new Date());
    const { openContentStore } = await import('../../../files/open.ts');
    const { receive } = await import('../../../files/receive.ts');
    const { loadKind } = await import('../../../library/job-kinds.ts');
    const { recordsFile } = await import('../../../library/upload-kind.ts');
    const store = await openStore(settings(), { signal });
    try {
      const { database } = store;
      const { mode = 'insert', source, encoding, priority, sequence, as: person } = options;
      const contents = openContentStore(database, settings());
      const ids: number[] = [];
      for (const file of given.files) {
        const content = await receive(contents, createReadStream(file), Number.POSITIVE_INFINITY);
        const id = await database.transaction((transaction) =>
          enqueueJob(transaction, {
            ...{
              kind: loadKind,
              name: basename(file),
              arguments: { mode, source, encoding },
              person,
              priority,
              sequence,
            },
            ...{ at, hours, files: [{ name: recordsFile, ...content }] },
          }),
        );
        ids.push(id);
        print(`Job ${id}: load ${basename(file)}. See it with \`reperio job show ${id}\`.`);
      }
      if (!options.wait) return 0;
      return await waitFor(ids, context, (id) => requireJob(database, id));
    } finally {
      await store.release();
    }
  },
});

async function waitFor(
  ids: readonly number[],
  {
    signal,
    stderr,
    print,
  }: Pick<CommandContext<ArgumentDefinitions, OptionDefinitions>, 'signal' | 'stderr' | 'print'>,
  look: (id: number) => Promise<JobView>,
): Promise<number> {
  let status = 0;
  for (const id of ids) {
    for (let said = ''; ; ) {
      const job = await look(id);
      const text = howFar(job, Date.now());
      if (job.ended !== null) {
        print(`Job ${id} ${job.state}: ${text}`);
        status = Math.max(status, job.state !== 'done' ? 2 : job.problem === null ? 0 : 1);
        break;
      }
      if (text !== said && text !== '') stderr.write(`job ${id}: ${text}\n`);
      said = text;
      await pause(lookEvery, undefined, { signal });
    }
  }
  return status;
}
