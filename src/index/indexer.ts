import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { currentSite } from '../site/versions.ts';
import { takeLease, whileHeld } from '../store/lease.ts';
import type { IndexContext } from './context.ts';
import { foldDeltas } from './fold.ts';
import { readManifest } from './manifest.ts';
import { chooseMerge, mergeAll } from './merging.ts';
import { rebuildIndex } from './rebuild.ts';
import { segmentRows } from './segment-store.ts';
import { sweepSegments } from './sweep.ts';

export interface IndexerOptions {
  /** More delta rows than this are folded at once. */
  readonly foldAbove: number;
  /** Fewer are folded when the oldest is known for so long, in ms. */
  readonly foldAfter: number;
  /** How often it looks for work, in ms. */
  readonly every: number;
  /** Work is left to others until nobody has done it for so long, in ms. */
  readonly standby: number;
  /** Sentences for the log. */
  readonly onWork?: (sentence: string) => void;
}

export const indexerDefaults: IndexerOptions = { foldAbove: 500, foldAfter: 60_000, every: 1_000, standby: 0 };

/** How long a node on standby waits for others, in ms: longer than they need to be restarted. */
export const indexerStandby = 120_000;

const sweepEvery = 10 * 60_000;
/** Seconds that a stored segment may be young and unnamed. */
const sweepOlderThan = 15 * 60;
const longestPause = 60_000;

type Work = 'rebuild' | 'fold' | 'merge';

interface Found {
  readonly work: Work | undefined;
  /** Version of the manifest: another one says that somebody works. */
  readonly manifest: number;
}

/**
 * Looks after the index until the signal aborts: folds deltas, merges segments of like size, makes the index anew when the site file asks for it, sweeps what
 * nobody names. Any number of these may run in a cluster: each piece of work is done by whoever gets the lease for it.
 */
export async function runIndexer(context: IndexContext, options: Partial<IndexerOptions> = {}): Promise<void> {
  const { foldAbove, foldAfter, every, standby, onWork } = { ...indexerDefaults, ...options };
  const { signal } = context;
  const oldest = { seq: '', since: 0 };
  const look = (): Promise<Found> => findWork(context, { foldAbove, foldAfter }, oldest);
  let waiting: { readonly manifest: number; readonly since: number } | undefined;
  let pause = every;
  let swept = 0;
  while (signal?.aborted !== true) {
    try {
      const { work, manifest } = await look();
      if (work === undefined) waiting = undefined;
      else if (waiting?.manifest !== manifest) waiting = { manifest, since: Date.now() };
      if (work !== undefined && waiting !== undefined && Date.now() - waiting.since >= standby)
        await doInTurn(context, work, look, onWork);
      if (Date.now() - swept > sweepEvery) {
        await sweepInTurn(context);
        swept = Date.now();
      }
      pause = every;
    } catch (error) {
      if (signal?.aborted) return;
      // The database is away, or something is damaged: whoever serves says so. Trying more and more rarely does no harm.
      onWork?.(`The index could not be looked after: ${error instanceof Error ? error.message : String(error)}`);
      pause = Math.min(longestPause, pause * 2);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Not while somebody works on the index: a rebuild of an hour stores segments all the time, and names them at its end. */
async function sweepInTurn({ database, url, signal }: IndexContext): Promise<void> {
  const lease = await takeLease(url, 'indexer', { label: 'index sweep', wait: false, signal });
  if (lease === undefined) return;
  try {
    await sweepSegments(database, { olderThan: sweepOlderThan });
  } finally {
    await lease.release();
  }
}

/** Two short statements when there is nothing to do. */
async function findWork(
  { database }: IndexContext,
  { foldAbove, foldAfter }: Pick<IndexerOptions, 'foldAbove' | 'foldAfter'>,
  oldest: { seq: string; since: number },
): Promise<Found> {
  const { indexDigest } = await currentSite(database);
  const [deltas] = await database.query<{ readonly count: number; readonly seq: string | null }>(
    sql`SELECT count(*)::integer AS count, min(seq)::text AS seq FROM delta`,
  );
  const { count, seq } = deltas!;
  // The clock starts when this process first sees the row, so that clocks of several machines need not agree.
  if (seq !== null && seq !== oldest.seq) Object.assign(oldest, { seq, since: Date.now() });
  const { version: manifest, segments: ids } = await readManifest(database);
  const segments = await segmentRows(database, ids);
  const work = (): Work | undefined => {
    if (segments.some((segment) => segment.indexDigest !== indexDigest)) return 'rebuild';
    if (count > foldAbove || (seq !== null && Date.now() - oldest.since >= foldAfter)) return 'fold';
    return chooseMerge(segments).length > 0 ? 'merge' : undefined;
  };
  return { work: work(), manifest };
}

async function doInTurn(
  context: IndexContext,
  seen: Work,
  look: () => Promise<Found>,
  onWork: IndexerOptions['onWork'],
): Promise<void> {
  const { url, signal } = context;
  const lease = await takeLease(url, 'indexer', { label: `index ${seen}`, wait: false, signal });
  if (lease === undefined) return;
  const inTurn = { ...context, signal: whileHeld(lease, signal) };
  try {
    // Whoever had the lease may have done it since.
    const { work } = await look();
    if (work === undefined) return;
    if (work === 'fold') {
      const rows = await foldDeltas(inTurn);
      onWork?.(`Folded ${rows} deltas into a segment.`);
    } else if (work === 'merge') {
      await mergeAll(inTurn, ({ segments, records }) =>
        onWork?.(`Merging ${segments} segments of ${records} records.`),
      );
    } else {
      onWork?.('The site file changed what is indexed: making the index anew.');
      const records = await rebuildIndex(inTurn);
      onWork?.(`The index was made anew: ${records} records.`);
    }
  } finally {
    await lease.release();
  }
}
