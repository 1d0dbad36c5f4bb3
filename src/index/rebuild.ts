import sql from 'sql-template-tag';
import { indexDigest } from '../site/digest.ts';
import { type IndexVersions, newestVersions, sameVersions } from '../site/index-versions.ts';
import { currentSite, siteAt } from '../site/versions.ts';
import type { Database, Transaction } from '../store/database.ts';
import { type Lease, takeLease } from '../store/lease.ts';
import type { IndexContext } from './context.ts';
import type { IndexWatch } from './entry.ts';
import { foldDeltas } from './fold.ts';
import { type SegmentMaker, segmentMaker, storedSegments } from './make-segments.ts';
import { isMixedIndex, publish, readManifest, tellFirstRelease } from './manifest.ts';
import { ensureFile } from './merging.ts';
import { nodesBehind } from './nodes-behind.ts';
import { requireKnown } from './require-known.ts';
import { openSegmentFile } from './segment/open.ts';
import { segmentRows } from './segment-store.ts';
import { allVersions, versionsOf } from './stored-records.ts';

export interface RebuildProgress {
  readonly records: number;
  readonly total: number;
}

export interface RebuildOptions extends IndexWatch {
  /**
   * Other versions come into force with the new index; `kept`: until an operator says otherwise.
   */
  readonly take?: { readonly versions: IndexVersions; readonly kept: boolean };
  /** Asked right before they do; a sentence stops it, and the index stays as it was. */
  readonly why?: () => Promise<string | undefined>;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Called when a load must end first; it is waited for so long, in ms, where that is said. */
  readonly onWait?: (holder: string) => void;
  readonly waitLimit?: number;
}

/** The index stays as it was, since something stood in the way at the end. */
export class RebuildStopped extends Error {}

const mostRounds = 100;

/**
 * Makes the whole index anew from the records, beside the live one, and puts it in its place by one
 * publication. What is loaded or written meanwhile stays live beside it: its revisions are higher.
 * Where other versions are taken, that is analysed again as well, so that the index is of one
 * analysis at every moment. Returns the number of records. Needs the lease.
 */
export async function rebuildIndex(context: IndexContext, options: RebuildOptions = {}): Promise<number> {
  const { database } = context;
  const { take, onProgress } = options;
  const maker = segmentMaker(await wanted(context, take?.versions));
  const [count] = await database.query<{ total: number }>(sql`SELECT last_id AS total FROM record_counter`);
  const replaced = new Set((await readManifest(database)).segments);
  const made: string[] = [];
  let records = 0;
  for await (const data of storedSegments(context, maker, allVersions(database), options)) {
    made.push(data.id);
    records += data.records;
    onProgress?.({ records, total: count!.total });
  }
  const loads = take === undefined ? undefined : await afterLoads(context, options);
  try {
    await replaceAll(context, maker, { made, replaced }, options);
  } finally {
    await loads?.release();
  }
  // Deltas of the old analysis would win over equal revisions in what is folded next.
  while ((await foldDeltas(context, options)) > 0);
  return records;
}

/**
 * A library without records takes the newest versions at once, if no node stands in the way: its
 * first load need not be analysed twice.
 */
export async function takeWhenEmpty(database: Database): Promise<void> {
  if (!(await takesNewest(database))) return;
  await database.transaction(async (transaction) => {
    const taken = await transaction.query(sql`
      UPDATE manifest SET version = version + 1, analysis = ${newestVersions.analysis}, format = ${newestVersions.format}
      WHERE segments = '{}' AND NOT kept AND NOT EXISTS (SELECT FROM record) AND NOT EXISTS (SELECT FROM delta)
      RETURNING version`);
    if (taken.length > 0) await tellFirstRelease(transaction, newestVersions);
  });
}

/**
 * After the records were put back from a backup, which has no index: whatever was there is gone,
 * and the next rebuild makes it by the newest versions.
 */
export async function forgetIndex(transaction: Transaction): Promise<void> {
  await transaction.query(sql`DELETE FROM delta`);
  await transaction.query(sql`
    UPDATE manifest SET version = version + 1, segments = '{}', kept = false,
      analysis = ${newestVersions.analysis}, format = ${newestVersions.format}`);
  await transaction.query(sql`DELETE FROM segment`);
  await tellFirstRelease(transaction, newestVersions);
}

/** Is it a library without records, of other versions, that takes the newest ones? */
export async function takesNewest(database: Database): Promise<boolean> {
  const { segments, versions, kept } = await readManifest(database);
  if (kept || segments.length > 0 || sameVersions(versions, newestVersions)) return false;
  if ((await nodesBehind(database, newestVersions)).length > 0) return false;
  const [found] = await database.query<{ any: boolean }>(
    sql`SELECT EXISTS (SELECT FROM record) OR EXISTS (SELECT FROM delta) AS any`,
  );
  return found?.any === false;
}

/**
 * Analyses the records of these live segments again, and puts the result in their place. Returns
 * how many records they had. Needs the lease.
 */
export async function reindexSegments(
  context: IndexContext,
  ids: readonly string[],
  watch: IndexWatch = {},
): Promise<number> {
  const { database } = context;
  const maker = segmentMaker(requireKnown(await currentSite(database)));
  const records = await recordsIn(context, ids);
  const made: string[] = [];
  for await (const { id } of storedSegments(context, maker, versionsOf(database, records), watch)) made.push(id);
  await database.transaction((transaction) => publish(transaction, { add: made, remove: ids }));
  return records.length;
}

/**
 * A load that has begun writes by what was in force then, until its end: this is our turn after it.
 * Throws RebuildStopped when it takes too long.
 */
async function afterLoads(
  { url, signal }: IndexContext,
  { onWait, waitLimit }: RebuildOptions,
): Promise<Lease | undefined> {
  const limit = waitLimit === undefined ? undefined : AbortSignal.timeout(waitLimit);
  const signals = [signal, limit].filter((one) => one !== undefined);
  try {
    const until = signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
    return await takeLease(url, 'load', { label: 'index', wait: true, ...(onWait && { onWait }), ...until });
  } catch (error) {
    if (limit?.aborted === true && signal?.aborted !== true)
      throw new RebuildStopped(`a load has not ended for ${Math.round((waitLimit ?? 0) / 1000)} s`);
    throw error;
  }
}

async function wanted({ database }: IndexContext, versions: IndexVersions | undefined) {
  const current = requireKnown(await currentSite(database));
  if (versions === undefined) return current;
  const site = await siteAt(database, current.number, versions);
  return { site, indexDigest: indexDigest(site) };
}

async function replaceAll(
  context: IndexContext,
  maker: SegmentMaker,
  { made, replaced }: { readonly made: string[]; readonly replaced: Set<string> },
  options: RebuildOptions,
): Promise<void> {
  const { database } = context;
  const { take, why } = options;
  for (let round = 1; ; round++) {
    context.signal?.throwIfAborted();
    const stale = await staleSince(context, maker, replaced);
    const again = versionsOf(database, await recordsIn(context, stale));
    for await (const { id } of storedSegments(context, maker, again, options)) made.push(id);
    for (const id of stale) replaced.add(id);
    const reason = await why?.();
    if (reason !== undefined) throw new RebuildStopped(reason);
    try {
      const version = await database.transaction((transaction) =>
        publish(transaction, { add: [...new Set(made)], remove: [...replaced], ...(take && { take }) }),
      );
      if (version !== undefined) return;
      throw new Error('segments were taken from the index while it was rebuilt');
    } catch (error) {
      // Somebody published by the old analysis in between: that is analysed again too.
      if (!isMixedIndex(error) || round === mostRounds) throw error;
    }
  }
}

/** Live segments beside these that were made in another way than `maker` makes them. */
async function staleSince(
  { database }: IndexContext,
  { origin }: SegmentMaker,
  replaced: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { segments } = await readManifest(database);
  const rows = await segmentRows(
    database,
    segments.filter((id) => !replaced.has(id)),
  );
  return rows.filter(({ indexDigest: digest }) => digest !== origin.indexDigest).map(({ id }) => id);
}

/** The numbers of all records that these segments have a version of. */
async function recordsIn(context: IndexContext, ids: readonly string[]): Promise<readonly number[]> {
  const records = new Set<number>();
  for (const id of ids) {
    const segment = openSegmentFile(await ensureFile(context, id));
    for (const record of segment.ids) records.add(record);
    segment.close();
  }
  return [...records];
}
