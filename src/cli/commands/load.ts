import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { fileBringsDocuments } from '../../library/brings-documents.ts';
import { indexFolderOf } from '../../library/index-folder.ts';
import { type LoadOfDocuments, loadWithDocuments } from '../../library/load-documents.ts';
import { requireEncoding } from '../../marc/readers/encoding.ts';
import { type FileReport, type FilesReport, loadFiles, statusOf } from '../../records/load/files.ts';
import type { HiddenFields } from '../../records/load/hidden.ts';
import type { LoadedBefore } from '../../records/load/loaded-before.ts';
import type { RecordOutcome } from '../../records/load/outcome.ts';
import { type KindCount, Tally } from '../../records/load/tally.ts';
import { type WriteMode, writeModes } from '../../records/modes.ts';
import { doneText, withChangedWay } from '../../records/what-was-done.ts';
import { openStore } from '../../store/open.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { loadProgress, nameOf } from '../load-progress.ts';

const batchBytes = 80_000_000;
/** Of each kind; the rest is counted. */
const shownRefusals = 20;
const shownWarnings = 5;

export const command = defineCommand({
  description: `Reads MARCXML, ISO 2709, MARC-in-JSON and text MARC, plain or compressed with gzip. Records are matched by 001 with 003, 035__a, OCLC number, 970__a, OAI
identifier (909COo, 035__a with a source in 035__9, or that of the harvest) and DOI (0247_). A record that cannot be loaded is refused, with its position,
001 and the reason; the load continues. A record with leader/05 d, or a deleted one of an OAI-PMH answer, deletes the record it matches.

Modes: insert adds records; replace puts the input in the place of what the library has; insert-or-replace does either; correct replaces all fields
with the tags and indicators that the input brings; append adds fields that are not there; delete removes fields that are identical; hold writes nothing
and lets the input wait for a person (\`reperio held\`). Input that would change nothing makes no new version. A record with the 005 of an earlier version is merged
with what others have changed since; where both changed the same, it waits.

Fields FFT, BDR and BDM of Invenio say what to do with documents. A file that has some becomes a job, which this command does: it fetches the documents, from
addresses of the setting fetch-urls and from the inbox, and attaches them as it writes each record. From standard input such records are refused.

A record that would replace one with hidden fields, and has none of them, is refused: use --keep-hidden or --drop-hidden, or the setting load-hidden for all loads.

Batches of records are committed with their index data and are searchable at once. An interrupted load continues where it
stopped when the same input is given again with the same mode. Exit status: 0 all records were loaded (with --mode hold: all wait, or change nothing), 1 some were refused or wait, 2 none could be loaded.`,
  examples: [
    { command: 'load records.xml', doc: 'Adds new records; records that the library has are refused.' },
    {
      command: 'load update.mrc --mode insert-or-replace',
      doc: 'Replaces the records that the library has and adds the others.',
    },
    { command: 'load fields.xml --mode correct', doc: 'Replaces the fields that fields.xml has, in its records.' },
    {
      command: 'load big.xml --mode replace --report done.jsonl',
      doc: 'Writes what became of each record: {"position": 1, "outcome": "merged", "id": 17, "revision": 4}.',
    },
    {
      command: 'load old.mrc --encoding windows-1252',
      doc: 'The file is in this encoding, whatever its leaders say.',
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
    mode: {
      type: 'text',
      value: 'MODE',
      doc: 'insert (default), replace, insert-or-replace, correct, append, delete, or hold.',
      choices: writeModes,
    },
    force: {
      type: 'flag',
      doc: 'With --mode replace: a record that is not there gets the number in its 001, which must be above the last number given.',
    },
    always: { type: 'flag', doc: 'Make a new version even where nothing changes.' },
    report: {
      type: 'text',
      value: 'FILE',
      doc: 'Write what became of each record to this file, one line of JSON for each.',
    },
    rejects: {
      type: 'text',
      value: 'FILE',
      doc: 'Write refused records to this file, to be corrected and loaded again; or to files in this folder.',
    },
    encoding: {
      type: 'text',
      value: 'NAME',
      doc: 'The real encoding, if the input declares a wrong one: utf-8, marc-8, windows-1252, iso-8859-2 ...',
    },
    'keep-hidden': {
      type: 'flag',
      doc: 'Replaced records keep their hidden fields if the input does not have these fields.',
    },
    'drop-hidden': {
      type: 'flag',
      doc: 'Replaced records lose their hidden fields if the input does not have these fields.',
    },
    resume: {
      type: 'flag',
      doc: 'Continue after the last record loaded from this input, even if that load was complete.',
    },
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
    const { workers, batchSize, recordLimit, loadHidden } = settings();
    const encoding = options.encoding === undefined ? undefined : requireEncoding(options.encoding);
    const hidden = hiddenFields(options['keep-hidden'], options['drop-hidden'], loadHidden as HiddenFields);
    if (options.force && options.mode !== 'replace') throw new UserError(cliErrors.forceWithoutReplace);
    const store = await openStore(settings(), { signal });
    const progress = loadProgress(stderr);
    const lines = options.report === undefined ? undefined : openReport(options.report);
    const named = (file: string): string => (files.length > 1 ? `${nameOf(file)}: ` : '');
    try {
      const { recordLimit: limit } = settings();
      const bringing = new Set<string>();
      for (const file of files)
        if (file !== '-' && (await fileBringsDocuments(file, { recordLimit: limit, encoding }))) bringing.add(file);
      const mode = (options.mode as WriteMode | undefined) ?? 'insert';
      const bringer = (file: string): Promise<FileReport> =>
        loadBringing({ database: store.database, url: store.url, settings: settings(), signal }, file, progress, {
          ...{ mode, force: options.force, always: options.always, dryRun: options['dry-run'], hidden },
          ...{ source: options.source, encoding, person: options.as },
        });
      const plain = (some: readonly string[]): Promise<FilesReport> =>
        loadFiles(some, {
          database: store.database,
          url: store.url,
          indexFolder: indexFolderOf(settings()),
          mode,
          workers,
          batch: { records: batchSize, bytes: batchBytes },
          recordLimit,
          source: options.source,
          encoding,
          person: options.as,
          hidden,
          force: options.force,
          always: options.always,
          dryRun: options['dry-run'],
          resume: options.restart ? 'never' : options.resume ? 'always' : 'unfinished',
          rejects: options.rejects === undefined ? undefined : rejectsPath(options.rejects),
          signal,
          stdin,
          onProgress: progress.show,
          onWait: (holder) => progress.say(`Waiting for ${holder} to finish its load.`),
          onResume: (position) => progress.say(`Continuing after record ${position}, where an earlier load stopped.`),
          onLoadedBefore: (file, before) => progress.say(`${nameOf(file)}: ${beforeText(before)}.`),
          onRefused: (file, { reason }, count) => {
            if (options.rejects !== undefined || count > shownRefusals) return;
            progress.say(`refused: ${named(file)}${reason.message}${count === 1 ? `\n   hint: ${reason.hint}` : ''}`);
          },
          onOutcomes: (file, outcomes) => lines?.add(file, outcomes),
          onWarning: (file, text, count) => {
            if (count <= shownWarnings) progress.say(`warning: ${named(file)}${text}`);
          },
          onNotice: (file, text) => progress.say(`${nameOf(file)}: ${text}`),
          onMerge: ({ segments, records }) =>
            progress.say(`All records are searchable. Merging ${segments} index segments of ${records} records.`),
          onFailure: (file, error) => progress.say(`error: ${named(file)}${error.message}\n hint: ${error.hint}`),
        });
      const report =
        bringing.size === 0
          ? await plain(files)
          : await inTurn(files, mode, { brings: (file) => bringing.has(file), plain, bringer });
      for (const one of report.files) if (bringing.has(one.file)) lines?.add(one.file, one.records);
      progress.finish();
      if (options.json)
        printJson({ ...report, files: report.files.map((one) => ({ mode, ...withChangedWay(mode, one) })) });
      else
        for (const file of report.files) {
          print(sentence(file, mode, options['dry-run']));
          for (const line of kindLines(file, options.rejects !== undefined)) print(line);
        }
      return report.status;
    } finally {
      lines?.close();
      progress.finish();
      await store.release();
    }
  },
});

/** Each in its turn, whichever way it takes. */
async function inTurn(
  files: readonly string[],
  mode: WriteMode,
  {
    brings,
    plain,
    bringer,
  }: {
    readonly brings: (file: string) => boolean;
    readonly plain: (files: readonly string[]) => Promise<FilesReport>;
    readonly bringer: (file: string) => Promise<FileReport>;
  },
): Promise<FilesReport> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(...(brings(file) ? [await bringer(file)] : (await plain([file])).files));
  return { files: reports, status: statusOf(reports, mode) };
}

/** A file whose records bring documents: a job of this process. */
async function loadBringing(
  context: Parameters<typeof loadWithDocuments>[0],
  file: string,
  progress: ReturnType<typeof loadProgress>,
  load: LoadOfDocuments,
): Promise<FileReport> {
  const started = performance.now();
  const { upload, records, problem, job } = await loadWithDocuments(context, file, load, {
    job: (id) =>
      progress.say(
        `${nameOf(file)} has fields FFT, BDR or BDM, so its documents are fetched, and job ${id} writes its records one by one. Should this command be interrupted, \`reperio tasks work\` or a server goes on with it.`,
      ),
    wait: () => progress.say('Another process does it, or it waits for another load.'),
    progress: (sentence) => progress.say(`${nameOf(file)}: ${sentence}`),
  });
  if (problem !== undefined) progress.say(`error: ${nameOf(file)}: job ${job}: ${problem}`);
  const refused = new Tally();
  const warned = new Tally();
  for (const { outcome, code = '', message = '', hint = '' } of records)
    if (outcome === 'refused') {
      const count = refused.refused({ code, message, hint });
      if (count <= shownRefusals) progress.say(`refused: ${message}`);
    }
  const {
    inserted = 0,
    replaced = 0,
    merged = 0,
    unchanged = 0,
    deleted = 0,
    held = 0,
    refused: wrong = 0,
  } = upload.counts;
  const outcomes = records.map(({ position, outcome, id, revision, code, message }) => ({
    ...{ position, outcome, id, revision, ...(code !== undefined && { code }) },
    ...(message !== undefined && { message }),
  }));
  return {
    ...{ file, position: records.at(-1)?.position ?? 0, bytes: 0, resumedAt: 0, loadedBefore: undefined },
    ...{ inserted, replaced, merged, unchanged, deleted, held, refused: wrong },
    passedOver: upload.counts['passed-over'] ?? 0,
    ...{ refusals: refused.kinds, warnings: warned.kinds, notices: [], records: outcomes, rejects: undefined },
    error: problem === undefined ? undefined : 'REPERIO_LOAD_JOB',
    seconds: (performance.now() - started) / 1000,
  };
}

function hiddenFields(keep: boolean, drop: boolean, otherwise: HiddenFields): HiddenFields {
  if (keep && drop) throw new UserError(cliErrors.keepAndDrop);
  return keep ? 'keep' : drop ? 'drop' : otherwise;
}

/** One line of JSON for each record. Throws UserError when it cannot be written. */
function openReport(path: string): {
  readonly add: (file: string, outcomes: readonly RecordOutcome[]) => void;
  readonly close: () => void;
} {
  try {
    const handle = openSync(path, 'w');
    return {
      add: (file, outcomes) => {
        writeSync(handle, outcomes.map((outcome) => `${JSON.stringify({ file, ...outcome })}\n`).join(''));
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(cliErrors.reportFile, { file: path, reason }, error);
  }
}

/** A slash at the end says that it is a folder. */
function rejectsPath(given: string): string {
  return given.endsWith(sep) ? `${resolve(given)}${sep}` : resolve(given);
}

function beforeText({ loaded, records }: LoadedBefore): string {
  const at = loaded.toISOString().slice(0, 16).replace('T', ' ');
  return `exactly these records were loaded on ${at} UTC (${countOf(records, 'record')})`;
}

function sentence(report: FileReport, mode: WriteMode, dryRun: boolean): string {
  const { file, inserted, replaced, merged, unchanged, held, deleted, passedOver, warnings, seconds } = report;
  const rate =
    seconds > 0
      ? `, ${grouped(Math.round((inserted + replaced + merged + unchanged + held + deleted) / seconds))} records/s`
      : '';
  const warned = warnings.reduce((sum, { count }) => sum + count, 0);
  const more = passedOver > 0 ? [`${countOf(passedOver, 'deletion')} of unknown records`] : [];
  const remarks = warned > 0 ? `, ${countOf(warned, 'warning')}` : '';
  return `${file}: ${doneText(mode, report, { dryRun, more, leads: true })}${remarks} (${seconds.toFixed(1)} s${rate})`;
}

/** Refusals and warnings by kind, unless each of them was said and there is nothing to sum up. */
function kindLines({ refusals, warnings, rejects }: FileReport, keepsRejects: boolean): readonly string[] {
  const line = ({ count, what }: KindCount, name: string, shown: number, rest: string): string => {
    const more = count > shown ? ` (${grouped(count - shown)} more of this kind${rest})` : '';
    return `${grouped(count).padStart(9)}  ${name}: ${what}${more}`;
  };
  const isSaid = (kinds: readonly KindCount[], shown: number): boolean =>
    kinds.reduce((sum, { count }) => sum + count, 0) <= shown;
  const shown = keepsRejects ? 0 : shownRefusals;
  const rest = keepsRejects ? '' : '; --rejects FOLDER keeps all';
  const lines: string[] = [];
  if (!isSaid(refusals, shown))
    for (const kind of refusals)
      lines.push(line(kind, 'refused', keepsRejects ? Number.POSITIVE_INFINITY : shown, rest));
  if (!isSaid(warnings, shownWarnings))
    for (const kind of warnings) lines.push(line(kind, 'warning', shownWarnings, ''));
  if (rejects !== undefined)
    lines.push(`           Refused records are in ${rejects}, the reasons in ${rejects}.reasons.`);
  return lines;
}

function countOf(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
