import type { Settings } from '../config/settings.ts';
import type { ContentStore } from '../files/content.ts';
import { forgetNames } from '../files/locked-document.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { ReadResult } from '../marc/raw.ts';
import { readRecords } from '../marc/readers/read.ts';
import type { WriteMode } from '../records/modes.ts';
import {
  countOutcomes,
  type UploadCounts,
  type UploadedRecord,
  type UploadOptions,
  uploadRecords,
} from '../records/upload.ts';
import { noteProgress, noteRecords, type Upload } from '../records/uploads.ts';
import { doneText } from '../records/what-was-done.ts';
import { inTransaction } from '../records/write.ts';
import type { Site } from '../site/site.ts';
import type { Database, Queryable } from '../store/database.ts';
import { sum } from './upload-counts.ts';
import { type DocumentsContext, type PreparedRecord, preparedRecords, uploadDocuments } from './upload-documents.ts';

/** In one transaction, where nothing is attached. */
const recordsAtOnce = 50;

export interface OneByOne {
  readonly job: Pick<RunningJob, 'signal' | 'file' | 'tell' | 'log' | 'name'>;
  readonly database: Database;
  readonly store: ContentStore;
  readonly settings: Settings;
  readonly site: Site;
  readonly file: { readonly digest: string; readonly bytes: number };
  /** Its row of upload. */
  readonly upload: number;
  readonly mode: WriteMode;
  readonly dryRun: boolean;
  readonly encoding?: string | undefined;
  readonly options: Pick<UploadOptions, 'force' | 'person' | 'reason' | 'rules' | 'guard' | 'source'>;
  readonly documents: Pick<DocumentsContext, 'maySee' | 'seesAll' | 'isOperator' | 'hasFiles' | 'network'>;
  /** How far a run before this one came. */
  readonly begun: Pick<Upload, 'position' | 'counts'>;
  readonly onDone?: (records: readonly UploadedRecord[]) => void;
}

/**
 * Writes records one by one: where each is asked about, or brings documents. One that brings some
 * has a transaction of its own, in which they are attached; what it names is fetched before. Taken
 * up again behind what was committed.
 */
export async function writeOneByOne(given: OneByOne): Promise<UploadCounts> {
  const { job, database, store, settings, site, file, upload, mode, dryRun, encoding, begun } = given;
  const analyzer = compileAnalyzer(site);
  const { person } = given.options;
  const documents = uploadDocuments({ ...given.documents, store, settings, job, upload, mode, dryRun, person });
  let { counts, position } = begun;
  const note = async (transaction: Queryable, done: readonly UploadedRecord[], last: number): Promise<void> => {
    await noteRecords(transaction, upload, done);
    await noteProgress(transaction, upload, { position: last, counts: sum(counts, countOutcomes(done)) });
  };
  const write = async (prepared: readonly PreparedRecord[]): Promise<void> => {
    const last = prepared.at(-1)?.one.position;
    if (last === undefined) return;
    job.signal.throwIfAborted();
    const byPosition = new Map(prepared.map((one) => [one.one.position, one]));
    const options: UploadOptions = {
      ...{ ...given.options, mode },
      documents: (one) => documents.of(byPosition.get(one.position)!),
    };
    const records = prepared.map(({ one }) => one);
    const done = await inTransaction(database, async (transaction) => {
      const results = await uploadRecords(transaction, analyzer, records, options);
      if (dryRun) throw new Undone(results);
      await note(transaction, results, last);
      return results;
    }).catch(undone);
    if (dryRun) await database.transaction((transaction) => note(transaction, done, last));
    counts = sum(counts, countOutcomes(done));
    position = last;
    for (const { warnings = [] } of done) for (const sentence of warnings) job.log('warn', sentence);
    given.onDone?.(done);
    job.tell({ done: last, sentence: doneText(mode, counts, { dryRun }) });
  };
  const bytes = await store.read(file.digest);
  let waiting: PreparedRecord[] = [];
  const records = behind(readRecords(bytes, { recordLimit: settings.recordLimit, encoding }), position);
  for await (const prepared of preparedRecords(records, documents)) {
    const isAlone = prepared.orders !== undefined;
    if (isAlone) {
      await write(waiting);
      waiting = [];
    }
    waiting.push(prepared);
    if (!isAlone && waiting.length < recordsAtOnce) continue;
    await write(waiting);
    waiting = [];
  }
  await write(waiting);
  await forgetNames(database, upload);
  return counts;
}

async function* behind(
  batches: AsyncIterable<readonly ReadResult[]>,
  position: number,
): AsyncGenerator<ReadResult, void, void> {
  for await (const batch of batches) for (const one of batch) if (one.position > position) yield one;
}

class Undone extends Error {
  readonly results: readonly UploadedRecord[];
  constructor(results: readonly UploadedRecord[]) {
    super('undone');
    this.results = results;
  }
}

function undone(error: unknown): readonly UploadedRecord[] {
  if (error instanceof Undone) return error.results;
  throw error;
}
