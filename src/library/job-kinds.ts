import { createReadStream } from 'node:fs';
import { checksKind, duplicatesKind } from '../cataloguing/ask-walks.ts';
import { changeSetKind } from '../cataloguing/change-set-kind.ts';
import type { Settings } from '../config/settings.ts';
import { countVerb, grouped } from '../errors/grouped.ts';
import { harvestKind } from '../exchange/harvest/ask.ts';
import { openContentStore } from '../files/open.ts';
import { receive } from '../files/receive.ts';
import type { JobKind, RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { requireEncoding } from '../marc/readers/encoding.ts';
import type { LoadTotals } from '../records/load/coordinator.ts';
import { requireFile } from '../records/load/files.ts';
import type { HiddenFields } from '../records/load/hidden.ts';
import { load } from '../records/load/load.ts';
import { type WriteMode, writeModes } from '../records/modes.ts';
import { beginUpload, setUploadJob } from '../records/uploads.ts';
import { doneText } from '../records/what-was-done.ts';
import type { Database } from '../store/database.ts';
import { contentBringsDocuments } from './brings-documents.ts';
import { callbackKind, runCallback } from './callback-job.ts';
import { runChangeSet } from './change-set-job.ts';
import { doiKind, runDois } from './doi-job.ts';
import { runHarvest } from './harvest-job.ts';
import { indexFolderOf } from './index-folder.ts';
import { runUpload } from './upload-job.ts';
import { recordsFile, uploadKind } from './upload-kind.ts';
import { checksOutcome, duplicatesOutcome, tellerOf } from './walk-jobs.ts';

/** What a job `load` is asked with; its file is `recordsFile`. */
export interface LoadArguments {
  readonly mode: WriteMode;
  readonly source?: string | undefined;
  readonly encoding?: string | undefined;
  readonly hidden?: HiddenFields | undefined;
  /** A file of the node that does it, read when the job begins; else it was given with it. */
  readonly path?: string | undefined;
}

/** Loads take turns, whoever asks for them. */
export const loadKind = { name: 'load', exclusive: 'load' } as const;

const batchBytes = 80_000_000;
/** Of each load; the rest is counted. */
const mostRefusalsLogged = 1_000;

/** What people can ask for, whatever node does it. */
export function jobKinds(database: Database, url: string, settings: Settings): readonly JobKind[] {
  return [
    {
      ...loadKind,
      summary: 'Load a file of records.',
      run: (job) => loadRecords(job, database, url, settings),
    },
    {
      ...uploadKind,
      summary: 'Write the records of an upload.',
      run: (job) => runUpload(job, database, url, settings),
    },
    {
      ...changeSetKind,
      summary: 'Apply or undo a change of many records.',
      run: (job) => runChangeSet(job, database, url, settings),
    },
    {
      ...duplicatesKind,
      summary: 'Look for duplicates among records that are new or changed.',
      run: (job) => duplicatesOutcome(settings, tellerOf(job)),
    },
    {
      ...checksKind,
      summary: 'Run the rules for records over those that are new or changed.',
      run: (job) => checksOutcome(database, settings, tellerOf(job)),
    },
    {
      ...callbackKind,
      summary: 'Tell the sender of an upload what became of it.',
      run: (job) => runCallback(job, database, settings),
    },
    {
      ...harvestKind,
      summary: 'Harvest records from a server of OAI-PMH.',
      run: (job) => runHarvest(job, database, settings),
    },
    {
      ...doiKind,
      summary: 'Make, send and compare DOIs.',
      run: (job) => runDois(job, database, settings),
    },
  ];
}

async function loadRecords(job: RunningJob, database: Database, url: string, settings: Settings): Promise<Outcome> {
  const { mode, source, encoding, hidden, path } = loadArguments(job.arguments);
  const contents = openContentStore(database, settings);
  const isFirst = job.checkpoint === undefined;
  if (path !== undefined && isFirst) {
    // So that it is the same file when the job is taken up again, whatever becomes of it.
    await requireFile(path);
    await job.attach({
      name: recordsFile,
      ...(await receive(contents, createReadStream(path), Number.POSITIVE_INFINITY)),
    });
  }
  const file = await job.file(recordsFile);
  const begun = job.checkpoint as { readonly upload?: number } | undefined;
  if (
    begun?.upload !== undefined ||
    (isFirst && (await contentBringsDocuments(contents, file.digest, { recordLimit: settings.recordLimit, encoding })))
  )
    return await loadAsUpload(job, database, url, settings, begun?.upload);
  const bytes = await contents.read(file.digest);
  const { workers, batchSize, recordLimit, loadHidden, nodeName } = settings;
  job.log('info', `Loading ${grouped(file.bytes)} bytes on ${nodeName}, mode ${mode}.`);
  await job.keep({ begun: true });
  let refused = 0;
  let last: LoadTotals | undefined;
  const report = await load(
    { name: job.name, bytes },
    {
      ...{
        database,
        url,
        indexFolder: indexFolderOf(settings),
        mode,
        workers,
        recordLimit,
        source,
        person: job.person,
      },
      batch: { records: batchSize, bytes: batchBytes },
      encoding: encoding === undefined ? undefined : requireEncoding(encoding),
      hidden: hidden ?? (loadHidden as HiddenFields),
      // What a run before this one has loaded is in the library.
      resume: isFirst ? 'never' : 'unfinished',
      signal: job.signal,
      onProgress: (totals) => {
        last = totals;
        job.tell({ done: Math.min(totals.bytes, file.bytes), total: file.bytes, sentence: doneText(mode, totals) });
      },
      onRefused: ({ reason }) => {
        if (++refused <= mostRefusalsLogged) job.log('warn', `Refused: ${reason.message} ${reason.hint}`);
      },
      onWarning: (sentence) => job.log('warn', sentence),
      onNotice: (sentence) => job.log('info', sentence),
      onWait: (holder) => job.log('info', `It waits for ${holder} to finish its load.`),
      onResume: (position) => job.log('info', `It goes on after record ${grouped(position)}.`),
    },
  ).catch((error: unknown) => {
    if (last !== undefined) job.log('info', `So far: ${doneText(mode, last)}.`);
    throw error;
  });
  const did = `${doneText(mode, report)}${isFirst ? '' : ', since it was taken up again'}.`;
  // What was loaded to wait waits as it should.
  const waits =
    report.held === 0 || mode === 'hold'
      ? []
      : [`${countVerb(report.held, 'waits', 'wait')} for a person: reperio held list.`];
  const refusals =
    report.refused === 0
      ? []
      : [`${countVerb(report.refused, 'was', 'were')} refused: the log of the job says which and why.`];
  const problems = [...refusals, ...waits];
  return problems.length === 0 ? { did } : { did, problem: problems.join(' ') };
}

/** What brings documents is written record by record, and remembered as an upload. */
async function loadAsUpload(
  job: RunningJob,
  database: Database,
  url: string,
  settings: Settings,
  known: number | undefined,
): Promise<Outcome> {
  const { mode, source, encoding, hidden } = loadArguments(job.arguments);
  const upload = known ?? (await beginUpload(database, { person: job.person, way: 'terminal', name: job.name, mode }));
  if (known === undefined) {
    await setUploadJob(database, upload, job.id);
    await job.keep({ upload });
    job.log('info', `Its records bring documents (FFT): they are fetched, and it is upload ${upload}.`);
  }
  const given = { upload, mode, force: false, dryRun: false, source, encoding };
  return await runUpload(
    { ...job, arguments: { ...given, hidden: hidden ?? (settings.loadHidden as HiddenFields) } },
    database,
    url,
    settings,
  );
}

/** They were checked when the job was asked for, perhaps by another release. */
function loadArguments(given: Readonly<Record<string, unknown>>): LoadArguments {
  const { mode } = given as Partial<LoadArguments>;
  if (mode === undefined || !writeModes.includes(mode)) throw new Error(`a load has no mode ${String(mode)}`);
  return given as unknown as LoadArguments;
}
