import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexContext } from './context.ts';
import { newestVersions } from './live.ts';
import { publish, readManifest } from './manifest.ts';
import { mergeInWorker } from './segment/merge-in-worker.ts';
import { openSegmentFile, segmentFileName } from './segment/open.ts';
import { bytesInFile, fetchSegmentFile, type SegmentRow, segmentRows, storeSegment } from './segment-store.ts';

/**
 * So many segments of one tier become one: then a record is merged once for each factor of eight
 * that the library grows.
 */
const segmentsAtOnce = 8;
/**
 * While nobody writes, two of like size are enough, since each question asks each segment: then a
 * record is merged once for each doubling at most. Of more records than these none is made so: all
 * of it goes through the database's log and to each node.
 */
const quietRecords = 1_000_000;
/** Records below which a segment is of the lowest tier. */
const lowestTier = 1_000;

export interface Merged {
  readonly segments: number;
  readonly records: number;
}

type OnMerge = (next: Merged) => void;

/**
 * The segments to merge next, or none. Only segments made by the same analysis are mixed.
 * `isQuiet`: nobody has written for a while.
 */
export function chooseMerge(segments: readonly SegmentRow[], isQuiet = false): readonly SegmentRow[] {
  const tiers = new Map<string, SegmentRow[]>();
  for (const segment of segments) {
    const key = `${tierOf(segment.records)} ${segment.indexDigest}`;
    const tier = tiers.get(key) ?? [];
    tier.push(segment);
    tiers.set(key, tier);
  }
  const chosen = [...tiers.values()].flatMap((tier) => {
    if (tier.length >= segmentsAtOnce) return [tier.slice(0, segmentsAtOnce)];
    const some = isQuiet ? ofLikeSize(tier) : [];
    return some.length > 0 ? [some] : [];
  });
  return chosen.sort((a, b) => recordsOf(a) - recordsOf(b))[0] ?? [];
}

/** As many as may be, of which the largest has not more records than the others together. */
function ofLikeSize(tier: readonly SegmentRow[]): readonly SegmentRow[] {
  const ascending = tier.toSorted((a, b) => a.records - b.records);
  for (let count = ascending.length; count >= 2; count--) {
    const some = ascending.slice(0, count);
    const sum = recordsOf(some);
    if (sum <= quietRecords && 2 * some.at(-1)!.records <= sum) return some;
  }
  return [];
}

/** 0 up to `lowestTier` records, then one more for each factor of eight. */
function tierOf(records: number): number {
  return Math.max(0, Math.ceil(Math.log(Math.max(1, records) / lowestTier) / Math.log(segmentsAtOnce)));
}

function recordsOf(segments: readonly SegmentRow[]): number {
  return segments.reduce((sum, segment) => sum + segment.records, 0);
}

/** Merges until no tier is full. `onMerge` is told before each merge. Needs the lease. */
export async function mergeAll(context: IndexContext, onMerge?: OnMerge): Promise<void> {
  while (context.signal?.aborted !== true && (await mergeNext(context, false, onMerge)));
}

/** One merge, if there is any to do. Needs the lease. */
export async function mergeNext(context: IndexContext, isQuiet: boolean, onMerge?: OnMerge): Promise<boolean> {
  const { segments } = await readManifest(context.database);
  const chosen = chooseMerge(await segmentRows(context.database, segments), isQuiet);
  if (chosen.length === 0) return false;
  onMerge?.({ segments: chosen.length, records: recordsOf(chosen) });
  await mergeThese(context, chosen);
  return true;
}

async function mergeThese(context: IndexContext, chosen: readonly SegmentRow[]): Promise<void> {
  const { database, folder, signal } = context;
  await mkdir(folder, { recursive: true });
  const { segments, versions } = await readManifest(database);
  for (const id of segments) await ensureFile(context, id);
  const ids = chosen.map((segment) => segment.id);
  // What lost to a segment outside the merge need not be carried on either.
  const opened = segments.map((id) => openSegmentFile(join(folder, segmentFileName(id))));
  const newest = newestVersions(opened);
  for (const segment of opened) segment.close();
  const inputs = ids.map((id) => ({ path: join(folder, segmentFileName(id)), live: newest[segments.indexOf(id)]! }));
  const merged = await mergeInWorker(inputs, folder, { dropDeletions: false, versions }, signal);
  // Nothing, where others have a newer version of each record.
  const isEmpty = merged.records === 0;
  await database.transaction(
    async (transaction) => {
      if (!isEmpty) await storeSegment(transaction, bytesInFile(merged), chosen[0]!);
      const version = await publish(transaction, { add: isEmpty ? [] : [merged.id], remove: ids });
      if (version === undefined) throw new Error('segments were taken from the index while they were merged');
    },
    { timeout: 0 },
  );
  // Whoever reads them has them open; without a follower on this node nobody else would remove them
  // soon. Where one has all that is still current in the others, the merged one is that one.
  for (const { path } of inputs) if (isEmpty || path !== merged.path) await rm(path, { force: true });
  if (isEmpty) await rm(merged.path, { force: true });
}

/** The local file of a segment, fetched when it is not there. */
export async function ensureFile({ database, folder }: IndexContext, id: string): Promise<string> {
  const path = join(folder, segmentFileName(id));
  return existsSync(path) ? path : await fetchSegmentFile(database, folder, id);
}
