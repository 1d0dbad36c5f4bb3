import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { IndexVersions } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import type { Transaction } from '../store/database.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import { RoaringBitmap32 } from './bitmap.ts';
import { type ColumnCodes, compareSegments, type Difference } from './compare.ts';
import type { IndexContext } from './context.ts';
import { DeltaSegments } from './delta-segments.ts';
import { segmentsOf } from './make-segments.ts';
import { readManifest } from './manifest.ts';
import { type Repair, repairSegment } from './repair.ts';
import { requireKnown } from './require-known.ts';
import { SegmentDamaged } from './segment/errors.ts';
import { type MergedSegment, mergeToFile } from './segment/merge.ts';
import { openSegmentFile, segmentFileName, verifySegmentFile } from './segment/open.ts';
import type { StoredSegment } from './segment/stored-segment.ts';
import { fetchBlocks, fetchSegmentFile, StoredBlockDamaged, writeSegmentFile } from './segment-store.ts';
import { allVersions } from './stored-records.ts';

/** Damage that was found, and what was done about it. */
export interface Damage {
  readonly segment: string;
  readonly where: 'local file' | 'database';
  readonly problem: string;
  readonly outcome: Repair | 'fetched again' | 'left as it is';
}

export interface VerifyReport {
  readonly segments: number;
  readonly records: number;
  readonly damage: readonly Damage[];
  /**
   * Undefined when only checksums were asked for. Empty: the index says exactly what the records
   * give.
   */
  readonly differences: readonly Difference[] | undefined;
}

export interface VerifyOptions {
  /** Repair what is damaged. */
  readonly repair: boolean;
  /** Compare with what the records give, which takes as long as a rebuild. */
  readonly compare: boolean;
  /** Differences listed at most. */
  readonly most: number;
  readonly onProgress?: (sentence: string) => void;
}

/**
 * Checks every byte of the index here and in the database, then every term, posting and column
 * against the records. Needs the lease when it repairs.
 */
export async function verifyIndex(context: IndexContext, options: VerifyOptions): Promise<VerifyReport> {
  const { database } = context;
  const damage: Damage[] = [];
  const { segments } = await readManifest(database);
  for (const [place, id] of segments.entries()) {
    context.signal?.throwIfAborted();
    options.onProgress?.(`Checking segment ${place + 1} of ${segments.length}.`);
    damage.push(...(await checkSegment(context, id, options.repair)));
  }
  const [counter] = await database.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  const broken = damage.some(({ outcome }) => outcome === 'left as it is');
  const differences = options.compare && !broken ? await compareWithRecords(context, options) : undefined;
  return { segments: segments.length, records: counter!.last, damage, differences };
}

async function checkSegment(context: IndexContext, id: string, repair: boolean): Promise<readonly Damage[]> {
  const { database, folder } = context;
  const damage: Damage[] = [];
  const path = join(folder, segmentFileName(id));
  const localProblem = existsSync(path) ? await problemOf(() => verifySegmentFile(path)) : undefined;
  if (localProblem !== undefined && repair) await rm(path, { force: true });
  const storedProblem = await problemOf(async () => {
    for await (const _ of fetchBlocks(database, id)) context.signal?.throwIfAborted();
  });
  if (storedProblem !== undefined) {
    const outcome = repair ? await repairSegment(context, id) : 'left as it is';
    damage.push({ segment: id, where: 'database', problem: storedProblem, outcome });
  }
  if (localProblem !== undefined) {
    const again = repair && (await problemOf(() => fetchSegmentFile(database, folder, id))) === undefined;
    const outcome = again ? 'fetched again' : repair ? 'left: it is no longer in use' : 'left as it is';
    damage.push({ segment: id, where: 'local file', problem: localProblem, outcome });
  }
  return damage;
}

async function problemOf(check: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof SegmentDamaged || error instanceof StoredBlockDamaged) return error.message;
    throw error;
  }
}

/** In one snapshot of the database, so that loads may go on meanwhile. */
async function compareWithRecords(context: IndexContext, options: VerifyOptions): Promise<readonly Difference[]> {
  const { database, folder } = context;
  // A node that has fetched no segment yet has no such folder.
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'verify-'));
  try {
    return await database.transaction(
      async (transaction) => {
        options.onProgress?.('Merging the live segments.');
        const actual = await mergeLive(context, transaction, work);
        options.onProgress?.('Indexing the records again.');
        const expected = await indexAll(context, transaction, work);
        if (actual.id === expected.id) return [];
        options.onProgress?.('They differ: looking for where.');
        const { sorts, facets } = (await currentSite(transaction)).site;
        const codes = { sorts: sorts.map(({ code }) => code), facets: facets.map(({ code }) => code) };
        return compareFiles(actual, expected, codes, options.most);
      },
      { isolation: 'repeatable read', readOnly: true, timeout: 0 },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function mergeLive({ folder }: IndexContext, transaction: Transaction, work: string): Promise<MergedSegment> {
  const { site } = requireKnown(await currentSite(transaction));
  const deltas = new DeltaSegments();
  const { segments } = await readManifest(transaction);
  const rows = await transaction.query<{ seq: string }>(sql`SELECT seq::text AS seq FROM delta ORDER BY seq`);
  await deltas.hold(
    transaction,
    rows.map(({ seq }) => seq),
    site,
  );
  const opened: StoredSegment[] = [];
  for (const id of segments) {
    const path = join(folder, segmentFileName(id));
    opened.push(openSegmentFile(existsSync(path) ? path : await fetchSegmentFile(transaction, folder, id)));
  }
  return mergeFirstWins([...opened, ...deltas.segments], work, site.indexed);
}

async function indexAll({ signal }: IndexContext, transaction: Transaction, work: string): Promise<MergedSegment> {
  const { site } = requireKnown(await currentSite(transaction));
  const opened: StoredSegment[] = [];
  for await (const data of segmentsOf(allVersions(transaction), compileAnalyzer(site))) {
    signal?.throwIfAborted();
    opened.push(openSegmentFile(writeSegmentFile(work, data)));
  }
  return mergeFirstWins(opened, work, site.indexed);
}

/**
 * Everything in one segment, so that equal contents have equal ids however they were spread. Of
 * equal revisions a merge takes the last.
 */
function mergeFirstWins(segments: readonly StoredSegment[], folder: string, versions: IndexVersions): MergedSegment {
  const inputs = segments.map((segment) => ({ segment, live: RoaringBitmap32.fromRange(0, segment.count) }));
  const merged = mergeToFile(inputs.reverse(), folder, { dropDeletions: false, versions });
  for (const segment of segments) segment.close();
  return merged;
}

function compareFiles(
  actual: MergedSegment,
  expected: MergedSegment,
  codes: ColumnCodes,
  most: number,
): readonly Difference[] {
  const a = openSegmentFile(actual.path);
  const b = openSegmentFile(expected.path);
  try {
    return compareSegments(a, b, codes, most);
  } finally {
    a.close();
    b.close();
  }
}
