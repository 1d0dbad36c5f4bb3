import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UserError } from '../../../errors/errors.ts';
import { enqueueJob, requireHours } from '../../../jobs/queue/enqueue.ts';
import { leastAsked, mostAsked, readWhen } from '../../../jobs/queue/read-when.ts';
import { addSchedule, listSchedules } from '../../../jobs/queue/schedules.ts';
import { type Rhythm, readCron, readEvery } from '../../../jobs/queue/when.ts';
import { requireFile } from '../../../records/load/files.ts';
import { writeModes } from '../../../records/modes.ts';
import { openStore } from '../../../store/open.ts';
import { defineSubcommand } from '../../command.ts';
import { cliErrors } from '../../errors.ts';
import { timeText } from '../../job-text.ts';
import { requireLibrary } from '../../require-library.ts';
import { waitForJobs } from '../../wait-for-jobs.ts';

export const add = defineSubcommand({
  summary: 'Ask for a job: load files of records.',
  description: `With --every or --cron it is asked for again and again, until \`job unschedule\`: each time the file is read again, on this node, under its path. Times that were missed are made up for once; a time that comes before the last job has ended waits for that. Times are those of the setting time-zone.
Without, the files are kept in the file store until the job has ended, and any node loads them: \`reperio serve\` and \`reperio tasks work\` do jobs.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: 'job add load big.xml.gz', doc: 'Loads it beside what you do now.' },
    { command: 'job add load new.mrc --mode insert-or-replace --window 22:00-06:00', doc: 'At night only.' },
    {
      command: 'job add load /srv/feed/new.xml --mode insert-or-replace --cron "30 2 * * Mon-Fri"',
      doc: 'At half past two on working days.',
    },
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
    every: { type: 'text', value: 'TIME', doc: 'Again and again, from --at or from now on: 15min, 6h, 1d, 1w.' },
    cron: { type: 'text', value: 'EXPRESSION', doc: 'Again and again: minute, hour, day, month, day of the week.' },
    window: { type: 'text', value: 'HOURS', doc: 'Only in these hours of the week: Mon-Fri 22:00-06:00.' },
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
    const { timeZone, nodeName } = settings();
    const hours = options.window === undefined ? undefined : requireHours(options.window);
    const at = options.at === undefined ? undefined : readWhen(options.at, new Date(), timeZone);
    const rhythm = rhythmOf(options, timeZone);
    const { openContentStore } = await import('../../../files/open.ts');
    const { receive } = await import('../../../files/receive.ts');
    const { loadKind } = await import('../../../library/job-kinds.ts');
    const { recordsFile } = await import('../../../library/upload-kind.ts');
    const store = await openStore(requireLibrary(settings()), { signal });
    try {
      const { database } = store;
      const { mode = 'insert', source, encoding, priority, sequence, as: person } = options;
      const said = { person, priority, sequence, hours, at, timeZone };
      if (rhythm !== undefined) {
        for (const file of given.files) {
          const id = await database.transaction((transaction) =>
            addSchedule(transaction, {
              ...{ ...said, kind: loadKind, name: basename(file), rhythm, onNode: nodeName },
              arguments: { mode, source, encoding, path: resolve(file) },
            }),
          );
          const next = (await listSchedules(database)).find((schedule) => schedule.id === id)?.next;
          const when = next === undefined ? '' : `, next ${timeText(next)}`;
          print(`Schedule ${id}: load ${basename(file)}${when}. See it with \`reperio jobs schedules\`.`);
        }
        return 0;
      }
      const contents = openContentStore(database, settings());
      const ids: number[] = [];
      for (const file of given.files) {
        const content = await receive(contents, createReadStream(file), Number.POSITIVE_INFINITY);
        const id = await database.transaction((transaction) =>
          enqueueJob(transaction, {
            ...{ ...said, kind: loadKind, name: basename(file), arguments: { mode, source, encoding } },
            files: [{ name: recordsFile, ...content }],
          }),
        );
        ids.push(id);
        print(`Job ${id}: load ${basename(file)}. See it with \`reperio job show ${id}\`.`);
      }
      if (!options.wait) return 0;
      return await waitForJobs(database, ids, context);
    } finally {
      await store.release();
    }
  },
});

/** Undefined: it is asked for once. */
function rhythmOf(
  { every, cron, wait }: { readonly every?: string; readonly cron?: string; readonly wait?: boolean },
  timeZone: string | undefined,
): Rhythm | undefined {
  if (every === undefined && cron === undefined) return undefined;
  const given = Object.entries({ every, cron, wait }).filter(([, value]) => value !== undefined && value !== false);
  const [first, second] = given.map(([name]) => `--${name}`);
  if (second !== undefined) throw new UserError(cliErrors.optionsExclude, { first: first!, second });
  return every === undefined ? readCron(cron!, timeZone) : readEvery(every);
}
