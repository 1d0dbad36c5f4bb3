import { createReadStream } from 'node:fs';
import { access, constants, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../../errors/errors.ts';
import { fileReason } from '../../errors/file-reason.ts';
import { type Merged, mergeAll } from '../../index/merging.ts';
import { isGzip } from '../../marc/readers/detect.ts';
import { takeLease } from '../../store/lease.ts';
import { recordErrors } from '../errors.ts';
import type { WriteMode } from '../modes.ts';
import { type LoadTotals, noneDone } from './coordinator.ts';
import { leastBytes } from './even-batches.ts';
import { type LoadOptions, type LoadReport, load } from './load.ts';
import type { LoadedBefore } from './loaded-before.ts';
import type { RecordOutcome } from './outcome.ts';
import { PendingKeys } from './pending.ts';
import type { RefusedRaw } from './protocol.ts';
import { rejectsFor, tryRejects } from './rejects.ts';
import { type KindCount, Tally } from './tally.ts';

export interface FileProgress extends LoadTotals {
  readonly file: string;
  /**
   * The part of the file that is done, from 0 to 1; undefined for standard input, whose size nobody
   * knows.
   */
  readonly part: number | undefined;
}

type OfOneFile =
  | 'size'
  | 'remembered'
  | 'onProgress'
  | 'onRefused'
  | 'onWarning'
  | 'onNotice'
  | 'onLoadedBefore'
  | 'onOutcomes'
  | 'rejects';

export interface FilesOptions extends Omit<LoadOptions, OfOneFile> {
  /** A file for the refused records, or a folder for files of them with the names of the inputs. */
  readonly rejects?: string | undefined;
  readonly stdin: Readable;
  readonly onProgress?: (progress: FileProgress) => void;
  /** `count`: how many of its kind there are in this file, this one too. */
  readonly onRefused?: (file: string, refused: RefusedRaw, count: number) => void;
  /** What became of each record, some at a time, as they are committed. */
  readonly onOutcomes?: (file: string, outcomes: readonly RecordOutcome[]) => void;
  readonly onWarning?: (file: string, sentence: string, count: number) => void;
  readonly onNotice?: (file: string, sentence: string) => void;
  readonly onLoadedBefore?: (file: string, before: LoadedBefore) => void;
  /** Called before each merge after the load; the records are searchable already. */
  readonly onMerge?: (next: Merged) => void;
  /** Called when a file stops before its end; the next one is loaded all the same. */
  readonly onFailure: (file: string, error: UserError) => void;
}

export interface FilesReport {
  readonly files: readonly FileReport[];
  /** 0: everything was loaded; 1: some of it was refused; 2: nothing could be loaded. */
  readonly status: 0 | 1 | 2;
}

const mostRecords = 10_000;

export interface FileReport extends LoadReport {
  readonly file: string;
  readonly refusals: readonly KindCount[];
  readonly warnings: readonly KindCount[];
  /** What the input says as a whole. */
  readonly notices: readonly string[];
  /** What became of its records, of the first `mostRecords`. */
  readonly records: readonly RecordOutcome[];
  /** Where its refused records are, when there are any. */
  readonly rejects: string | undefined;
  /** Code of the error that stopped it. */
  readonly error: string | undefined;
}

/**
 * Loads files one after the other; "-" is standard input. Where rejects go to a file, those of the
 * second input go to FILE.2, and so on. What cannot be read or written is told before anything is
 * loaded.
 */
export async function loadFiles(files: readonly string[], options: FilesOptions): Promise<FilesReport> {
  const rejects = options.dryRun === true ? files.map(() => undefined) : rejectsFor(files, options.rejects);
  for (const [place, file] of files.entries()) await checkFile(file, rejects[place]);
  for (const path of rejects) if (path !== undefined) tryRejects(path);
  const reports: FileReport[] = [];
  const remembered = new PendingKeys();
  for (const [place, file] of files.entries())
    reports.push(await loadFile(file, { ...options, remembered, rejects: rejects[place] }));
  if (options.dryRun !== true && reports.some((report) => written(report) > 0)) await settle(options);
  return { files: reports, status: statusOf(reports, options.mode) };
}

/** Merges what the load left in many segments, unless somebody else looks after the index now. */
async function settle({ database, url, indexFolder, onMerge, signal }: FilesOptions): Promise<void> {
  if (indexFolder === undefined) return;
  const lease = await takeLease(url, 'indexer', { label: 'merge after a load', wait: false, signal });
  if (lease === undefined) return;
  try {
    await mergeAll({ database, url, folder: indexFolder, signal }, onMerge);
  } finally {
    await lease.release();
  }
}

async function loadFile(file: string, options: FilesOptions & Pick<LoadOptions, 'remembered'>): Promise<FileReport> {
  let last: LoadTotals = { position: 0, ...noneDone };
  const size = file === '-' ? undefined : (await stat(file)).size;
  let read = 0;
  const onProgress = (totals: LoadTotals): void => {
    last = totals;
    // Compressed files are told by what was read of them, which runs ahead by the batches in work.
    const done = totals.bytes > (size ?? 0) ? read : Math.min(totals.bytes, read);
    options.onProgress?.({ ...totals, file, part: size === undefined ? undefined : done / Math.max(1, size) });
  };
  const stream = file === '-' ? options.stdin : createReadStream(file, { highWaterMark: 512 * 1024 });
  const bytes = counted(stream, (count) => {
    read += count;
  });
  const name = file === '-' ? 'standard input' : basename(file);
  const refused = new Tally();
  const warned = new Tally();
  const notices: string[] = [];
  const records: RecordOutcome[] = [];
  const told = () => ({
    notices,
    records,
    refusals: refused.kinds,
    warnings: warned.kinds,
    rejects: refused.kinds.length > 0 ? options.rejects : undefined,
  });
  try {
    const report = await load(
      { name, bytes },
      {
        ...options,
        size: await plainSize(file, size),
        onProgress,
        onRefused: (one) => {
          const count = refused.refused(one.reason);
          options.onRefused?.(file, one, count);
        },
        onOutcomes: (outcomes) => {
          records.push(...outcomes.slice(0, mostRecords - records.length));
          options.onOutcomes?.(file, outcomes);
        },
        onWarning: (sentence) => {
          const count = warned.warned(sentence);
          options.onWarning?.(file, sentence, count);
        },
        onNotice: (sentence) => {
          notices.push(sentence);
          options.onNotice?.(file, sentence);
        },
        onLoadedBefore: (before) => options.onLoadedBefore?.(file, before),
      },
    );
    return { file, error: undefined, ...report, ...told() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    options.onFailure(file, error);
    return { file, error: error.code, resumedAt: 0, loadedBefore: undefined, seconds: 0, ...last, ...told() };
  } finally {
    stream.destroy();
  }
}

/** Undefined where the size of a file says little of what is in it. */
async function plainSize(file: string, size: number | undefined): Promise<number | undefined> {
  if (size === undefined || size < leastBytes) return undefined;
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return isGzip(buffer) ? undefined : size;
  } finally {
    await handle.close();
  }
}

async function* counted(stream: Readable, count: (bytes: number) => void): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    count(chunk.length);
    yield chunk;
  }
}

async function checkFile(file: string, rejects: string | undefined): Promise<void> {
  if (file === '-') return;
  await requireFile(file);
  if (rejects !== undefined && resolve(rejects) === resolve(file)) {
    throw new UserError(recordErrors.rejectsFile, { file: rejects, reason: 'it is the file to be loaded' });
  }
}

/** Throws `noFile` for what cannot be read. */
export async function requireFile(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
    if ((await stat(file)).isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw new UserError(recordErrors.noFile, { file, reason: fileReason(error) }, error);
  }
}

function written({ inserted, replaced, merged, deleted }: LoadTotals): number {
  return inserted + replaced + merged + deleted;
}

/**
 * What was loaded to wait waits as it should; with another mode what waits is for somebody to look
 * at.
 */
export function statusOf(reports: readonly FileReport[], mode: WriteMode): 0 | 1 | 2 {
  const done = reports.some((report) => written(report) + report.unchanged + report.held > 0);
  const waits = mode !== 'hold' && reports.some(({ held }) => held > 0);
  const failed = reports.some((report) => report.refused > 0 || report.error !== undefined);
  if (!failed && !waits) return 0;
  return done ? 1 : 2;
}
