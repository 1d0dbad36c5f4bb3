import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { withCurrentBases } from '../../checks/current-bases.ts';
import { UserError } from '../../errors/errors.ts';
import { takeWhenEmpty } from '../../index/rebuild.ts';
import { requireKnown } from '../../index/require-known.ts';
import { originOf } from '../../index/segment-store.ts';
import { splitRecords } from '../../marc/readers/read.ts';
import { type CurrentSite, currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { holdSharedLease, takeLease } from '../../store/lease.ts';
import { recordErrors } from '../errors.ts';
import type { ModeRules, WriteMode } from '../modes.ts';
import { type BatchLimits, InputReader } from './batches.ts';
import { Coordinator, type LoadTotals, noneDone } from './coordinator.ts';
import { batchSizes } from './even-batches.ts';
import type { HiddenFields } from './hidden.ts';
import { knownInputs, type LoadedBefore, loadedBefore, noteLoaded } from './loaded-before.ts';
import type { RecordOutcome } from './outcome.ts';
import { PendingKeys } from './pending.ts';
import type { ProgressRow, RefusedRaw } from './protocol.ts';
import { noRejects, openRejects, type Rejects } from './rejects.ts';
import { beginRun, endRun } from './runs.ts';
import { LoadWorker } from './worker-handle.ts';

export interface LoadInput {
  /** For messages and the history: a file name, or "standard input". */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface LoadOptions {
  readonly database: Database;
  readonly url: string;
  /** DATA/index. */
  readonly indexFolder: string | undefined;
  readonly mode: WriteMode;
  readonly workers: number;
  /** Batches end at the first of both, or sooner, so that all workers have some of the input. */
  readonly batch: BatchLimits;
  /** Of the input in bytes, not compressed, where somebody knows. */
  readonly size?: number | undefined;
  readonly recordLimit: number;
  /** The code that stands in for a missing 003. */
  readonly source?: string | undefined;
  /** What the input is in, where its own word for it is wrong: a name of `requireEncoding`. */
  readonly encoding?: string | undefined;
  /** Who does it, as cataloguer: and the history name them. */
  readonly person?: string | undefined;
  /** What becomes of hidden fields that a replacing record lacks; default: it is refused. */
  readonly hidden?: HiddenFields | undefined;
  /** A record that --mode replace does not find gets the number in its 001. */
  readonly force?: boolean | undefined;
  /** Also a record that changes nothing makes a version. */
  readonly always?: boolean | undefined;
  /** What did it, for the history; default "load MODE NAME". */
  readonly reason?: string | undefined;
  /** A field that a replacing record has not is gone, also one that the site file would keep. */
  readonly whole?: boolean | undefined;
  /** Do rules of the site look at what comes? Default: yes. */
  readonly checked?: boolean | undefined;
  /** Matches and counts, and changes nothing. */
  readonly dryRun?: boolean;
  /** What the files before would have changed, in a dry run of several. */
  readonly remembered?: PendingKeys | undefined;
  /**
   * never: from the beginning. unfinished: where an earlier load of this input stopped, if it did
   * not come to its end. always: also behind the end of one that did, which leaves nothing to do
   * when the input has not grown.
   */
  readonly resume: 'never' | 'unfinished' | 'always';
  /** Path of the rejects file. */
  readonly rejects?: string | undefined;
  readonly onProgress?: (totals: LoadTotals) => void;
  readonly onWarning?: (sentence: string) => void;
  readonly onRefused?: (refused: RefusedRaw) => void;
  readonly onOutcomes?: (outcomes: readonly RecordOutcome[]) => void;
  /** What the input says as a whole, for example that there is nothing new. */
  readonly onNotice?: (sentence: string) => void;
  /**
   * Called when the very same records were loaded before: at the start of a small input, at the end
   * of others.
   */
  readonly onLoadedBefore?: (before: LoadedBefore) => void;
  /** Called when the load waits for another. */
  readonly onWait?: (holder: string) => void;
  /** Called with the position after which an earlier load is taken up. */
  readonly onResume?: (position: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadReport extends LoadTotals {
  /** The position after which this run took up an earlier load; 0 for one from the beginning. */
  readonly resumedAt: number;
  readonly loadedBefore: LoadedBefore | undefined;
  readonly seconds: number;
}

/**
 * Loads an input of any size: batches of records, each committed with its index data, so that
 * everything up to some record is in the library and searchable whenever and however the load ends.
 * Loads take turns. Throws a UserError when nothing more can be done; refused records do not stop
 * it.
 */
export async function load(input: LoadInput, options: LoadOptions): Promise<LoadReport> {
  const { url, onWait, signal } = options;
  const started = performance.now();
  const lease = await takeLease(url, 'load', { label: `load ${input.name}`, wait: true, onWait, signal });
  try {
    const report = await (options.dryRun === true ? loadInTurn(input, options, undefined) : loadNoted(input, options));
    return { ...report, seconds: (performance.now() - started) / 1000 };
  } finally {
    await lease?.release();
  }
}

/** With a row in the list of loads. */
async function loadNoted(input: LoadInput, options: LoadOptions): Promise<Omit<LoadReport, 'seconds'>> {
  const { database, mode, person } = options;
  const run = await beginRun(database, { name: input.name, mode, person });
  let last: Omit<LoadTotals, 'position'> = noneDone;
  const onProgress = (totals: LoadTotals): void => {
    last = totals;
    options.onProgress?.(totals);
  };
  try {
    const report = await loadInTurn(input, { ...options, onProgress }, run);
    await endRun(database, run, report);
    return report;
  } catch (error) {
    // The database may be what is away: then it stands there without an end.
    await endRun(database, run, last, error instanceof UserError ? error.code : 'bug').catch(() => undefined);
    throw error;
  }
}

async function loadInTurn(
  input: LoadInput,
  options: LoadOptions,
  run: number | undefined,
): Promise<Omit<LoadReport, 'seconds'>> {
  const { database, mode, dryRun = false } = options;
  const reader = new InputReader(
    splitRecords(input.bytes, { recordLimit: options.recordLimit, encoding: options.encoding }),
  );
  const name = await reader.name();
  const known = await knownInputs(database, name);
  let before = reader.isNamedWhole ? loadedBefore(known, Buffer.from(name, 'hex')) : undefined;
  if (before !== undefined) options.onLoadedBefore?.(before);
  const earlier = await earlierProgress(database, name, options);
  const progress = earlier ?? (await freshProgress(database, name, mode));
  if (earlier !== undefined) options.onResume?.(earlier.position);
  const rejects = options.rejects === undefined || dryRun ? noRejects : openRejects(options.rejects, progress.position);
  if (!dryRun) await takeWhenEmpty(database);
  const current = requireKnown(await currentSite(database));
  const site = await withCurrentBases(database, current.site);
  const workers = startWorkers(input, options, { ...current, site }, run);
  const numbers = await holdSharedLease(options.url, 'numbers');
  const coordinator = new Coordinator({
    database,
    workers,
    mode,
    force: options.force === true,
    dryRun,
    pending: (dryRun ? options.remembered : undefined) ?? new PendingKeys(),
    rejects,
    numbers,
    progress,
    onProgress: options.onProgress ?? (() => undefined),
    onWarning: options.onWarning ?? (() => undefined),
    onRefused: options.onRefused ?? (() => undefined),
    onOutcomes: options.onOutcomes ?? (() => undefined),
    onNotice: options.onNotice ?? (() => undefined),
  });
  const check = (prefix: Uint8Array | undefined): void => {
    if (prefix !== undefined && Buffer.compare(prefix, progress.prefix) === 0) return;
    throw new UserError(recordErrors.notSameInput, { input: input.name, position: progress.position });
  };
  try {
    const { batch, size, workers: count } = options;
    const sizes = batchSizes(batch, { size, workers: count, mode });
    const batches = reader.batches(sizes, progress.position, check);
    const totals = await untilAborted(coordinator.run(batches), options.signal);
    if (before === undefined && earlier === undefined) {
      before = loadedBefore(known, coordinator.progress.prefix);
      if (before !== undefined) options.onLoadedBefore?.(before);
    }
    if (!dryRun) {
      await markFinished(database, progress);
      await noteLoaded(database, input.name, coordinator.progress);
    }
    return { ...totals, resumedAt: earlier?.position ?? 0, loadedBefore: before };
  } catch (error) {
    throw stopped(error, coordinator.totals.position);
  } finally {
    await close(workers, rejects, reader);
    await numbers.release();
  }
}

function startWorkers(
  input: LoadInput,
  options: LoadOptions,
  current: CurrentSite,
  run: number | undefined,
): LoadWorker[] {
  const { url, indexFolder, source = '' } = options;
  const reason = options.reason ?? `load ${options.mode} ${input.name}`;
  const hidden = options.hidden ?? 'refuse';
  const { hiddenPaths, strongTags, provenancePaths } = current.site;
  const modes: ModeRules = { strongTags: options.whole === true ? [] : strongTags, provenancePaths };
  const setup = {
    url,
    site: current.site,
    origin: originOf(current),
    indexFolder,
    reason,
    person: options.person,
    source,
    encoding: options.encoding,
    dryRun: options.dryRun === true,
    mode: options.mode,
    modes,
    hidden,
    hiddenPaths: hidden === 'drop' ? [] : hiddenPaths,
    always: options.always === true,
    checked: options.checked !== false,
    run,
  };
  const workers = Array.from({ length: options.workers }, () => new LoadWorker(setup));
  workers[0]?.start();
  return workers;
}

async function close(workers: readonly LoadWorker[], rejects: Rejects, reader: InputReader): Promise<void> {
  rejects.close();
  await Promise.all(workers.map((worker) => worker.end()));
  // A read of a stream that says nothing more would be waited for without end.
  await Promise.race([reader.close(), sleep(100, undefined, { ref: false })]).catch(() => undefined);
}

async function earlierProgress(
  database: Database,
  input: string,
  { mode, resume }: LoadOptions,
): Promise<ProgressRow | undefined> {
  if (resume === 'never') return undefined;
  const [row] = await database.query<ProgressRow & { readonly finished: boolean }>(sql`
    SELECT input, mode, position, accepted, refused, prefix, last_id_before AS "lastIdBefore", finished
    FROM load_progress WHERE input = ${input} AND mode = ${mode}`);
  if (row === undefined || row.position === 0) return undefined;
  return row.finished && resume !== 'always' ? undefined : row;
}

async function freshProgress(database: Database, input: string, mode: WriteMode): Promise<ProgressRow> {
  const [counter] = await database.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  return { input, mode, position: 0, accepted: 0, refused: 0, prefix: new Uint8Array(), lastIdBefore: counter!.last };
}

async function markFinished(database: Database, { input, mode }: ProgressRow): Promise<void> {
  await database.query(sql`
    UPDATE load_progress SET finished = true, updated = now() WHERE input = ${input} AND mode = ${mode}`);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => undefined);
  }
}

/** What is not about a record stops the load; the sentence says how far it came. */
function stopped(error: unknown, position: number): unknown {
  if (error instanceof UserError && error.code === recordErrors.notSameInput.code) return error;
  if (!(error instanceof UserError)) return error;
  const reason = `${error.message} ${error.hint}`.replace(/[.\s]+$/, '');
  return new UserError(recordErrors.loadStopped, { position, reason }, error);
}
