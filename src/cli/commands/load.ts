import { resolve } from 'node:path';
import { indexFolderOf } from '../../library/open.ts';
import { type FileReport, loadFiles } from '../../records/load/files.ts';
import { type WriteMode, writeModes } from '../../records/matching.ts';
import { openStore } from '../../store/open.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { loadProgress } from '../load-progress.ts';

const batchBytes = 80_000_000;
const shownWarnings = 20;

export const command = defineCommand({
  description: `Reads MARCXML, ISO 2709, MARC-in-JSON and text MARC, plain or compressed with gzip. Records are matched by 001 with 003, 035__a, 970__a, OAI
identifier (909COo, or 035__a with a source in 035__9) and DOI (0247_). A record that cannot be loaded is refused, with its position, 001 and the reason;
the load continues.

Batches of records are committed with their index data and are searchable at once. An interrupted load continues where it
stopped when the same input is given again with the same mode. Exit status: 0 all records were loaded, 1 some were refused, 2 none could be loaded.`,
  examples: [
    { command: 'load records.xml', doc: 'Adds new records; records that the library has are refused.' },
    {
      command: 'load update.mrc --mode insert-or-replace',
      doc: 'Replaces the records that the library has and adds the others.',
    },
    {
      command: 'load big.xml.gz --rejects bad.xml',
      doc: 'Writes refused records to bad.xml, and the reasons to bad.xml.reasons.',
    },
    { command: 'load update.xml --mode replace --as ada', doc: 'Records who made these versions.' },
    { command: 'load records.xml --dry-run', doc: 'Shows what would happen, and changes nothing.' },
    { command: 'demo-data --records 10000 | reperio load -', doc: 'Loads standard input.' },
  ],
  arguments: { files: { doc: 'Files of records; - is standard input.', many: true } },
  options: {
    mode: { type: 'text', value: 'MODE', doc: 'insert (default), replace, or insert-or-replace.', choices: writeModes },
    rejects: {
      type: 'text',
      value: 'FILE',
      doc: 'Write refused records to this file, to be corrected and loaded again.',
    },
    resume: { type: 'flag', doc: 'Continue after what was loaded of this input, even if that load was finished.' },
    restart: { type: 'flag', doc: 'Start at the first record, even if an earlier load of this input was interrupted.' },
    source: {
      type: 'text',
      value: 'CODE',
      doc: 'The 003 for records that have none: then their 001 is not taken for a record number here.',
    },
    as: {
      type: 'text',
      value: 'NAME',
      doc: 'Name of the cataloguer, for the history and for cataloguer:NAME in searches.',
    },
    'dry-run': { type: 'flag', doc: 'Read, check and match everything, and change nothing.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { files }, options, settings, signal, stdin, stderr, print, printJson }) => {
    const { workers, batchSize, recordLimit } = settings();
    const store = await openStore(settings(), { signal });
    const progress = loadProgress(stderr);
    let warnings = 0;
    try {
      const report = await loadFiles(files, {
        database: store.database,
        url: store.url,
        indexFolder: indexFolderOf(settings()),
        mode: (options.mode as WriteMode | undefined) ?? 'insert',
        workers,
        batch: { records: batchSize, bytes: batchBytes },
        recordLimit,
        source: options.source,
        person: options.as,
        dryRun: options['dry-run'],
        resume: options.restart ? 'never' : options.resume ? 'always' : 'unfinished',
        rejects: options.rejects === undefined ? undefined : resolve(options.rejects),
        signal,
        stdin,
        onProgress: progress.show,
        onWait: (holder) => progress.say(`Waiting for ${holder} to finish its load.`),
        onResume: (position) => progress.say(`Continuing after record ${position}, where an earlier load stopped.`),
        onRefused: ({ reason }) => {
          if (options.rejects === undefined) progress.say(`refused: ${reason.message} ${reason.hint}`);
        },
        onWarning: (sentence) => {
          if (++warnings <= shownWarnings) progress.say(`warning: ${sentence}`);
        },
        onMerge: ({ segments, records }) =>
          progress.say(`All records are searchable. Merging ${segments} index segments of ${records} records.`),
        onFailure: (_, error) => progress.say(`error: ${error.message}\nhint: ${error.hint}`),
      });
      progress.finish();
      if (warnings > shownWarnings) stderr.write(`... and ${warnings - shownWarnings} more warnings.\n`);
      if (options.json) printJson(report);
      else for (const file of report.files) print(sentence(file, options['dry-run']));
      return report.status;
    } finally {
      progress.finish();
      await store.release();
    }
  },
});

function sentence({ file, inserted, replaced, refused, seconds }: FileReport, dryRun: boolean): string {
  const would = dryRun ? 'would be ' : '';
  const rate = seconds > 0 ? `, ${Math.round((inserted + replaced) / seconds)} records/s` : '';
  return `${file}: ${inserted} ${would}inserted, ${replaced} ${would}replaced, ${refused} ${would}refused (${seconds.toFixed(1)} s${rate})`;
}
