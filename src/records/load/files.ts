import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../../errors/errors.ts';
import { type Merged, mergeAll } from '../../index/merging.ts';
import { takeLease } from '../../store/lease.ts';
import { recordErrors } from '../errors.ts';
import { type LoadTotals, noneDone } from './coordinator.ts';
import { type LoadOptions, type LoadReport, load } from './load.ts';

export interface FileProgress extends LoadTotals {
  readonly file: string;
  /**
   * The part of the file that is done, from 0 to 1; undefined for standard input, whose size nobody
   * knows.
   */
  readonly part: number | undefined;
}

export interface FilesOptions extends Omit<LoadOptions, 'onProgress'> {
  readonly stdin: Readable;
  readonly onProgress?: (progress: FileProgress) => void;
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

export interface FileReport extends LoadReport {
  readonly file: string;
  /** Code of the error that stopped it. */
  readonly error: string | undefined;
}

/**
 * Loads files one after the other; "-" is standard input. The rejects of the second file go to
 * FILE.2, and so on.
 */
export async function loadFiles(files: readonly string[], options: FilesOptions): Promise<FilesReport> {
  for (const file of files) await checkFile(file, options.rejects);
  const reports: FileReport[] = [];
  for (const [place, file] of files.entries()) {
    const rejects = options.rejects === undefined || place === 0 ? options.rejects : `${options.rejects}.${place + 1}`;
    reports.push(await loadFile(file, { ...options, rejects }));
  }
  if (options.dryRun !== true && reports.some((report) => written(report) > 0)) await settle(options);
  return { files: reports, status: statusOf(reports) };
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

async function loadFile(file: string, options: FilesOptions): Promise<FileReport> {
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
  try {
    return { file, error: undefined, ...(await load({ name, bytes }, { ...options, onProgress })) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    options.onFailure(file, error);
    return { file, error: error.code, resumedAt: 0, seconds: 0, ...last };
  } finally {
    stream.destroy();
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
  try {
    await access(file, constants.R_OK);
    if ((await stat(file)).isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(recordErrors.noFile, { file, reason }, error);
  }
  if (rejects !== undefined && resolve(rejects) === resolve(file)) {
    throw new UserError(recordErrors.rejectsFile, { file: rejects, reason: 'it is the file to be loaded' });
  }
}

function written({ inserted, replaced, deleted }: LoadTotals): number {
  return inserted + replaced + deleted;
}

function statusOf(reports: readonly FileReport[]): 0 | 1 | 2 {
  const done = reports.some((report) => written(report) > 0);
  const failed = reports.some((report) => report.refused > 0 || report.error !== undefined);
  if (!failed) return 0;
  return done ? 1 : 2;
}
