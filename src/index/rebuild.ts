import sql from 'sql-template-tag';
import { currentSite } from '../site/versions.ts';
import { type Analyzer, compileAnalyzer } from './analysis/analyzer.ts';
import type { IndexContext } from './context.ts';
import { indexVersion, type RecordVersion } from './entry.ts';
import { foldDeltas } from './fold.ts';
import { publish, readManifest } from './manifest.ts';
import { createInverter } from './segment/inverter.ts';
import type { SegmentData } from './segment/output.ts';
import { bytesInMemory, storeSegment, writeSegmentFile } from './segment-store.ts';
import { allVersions } from './stored-records.ts';

/** A segment of a rebuild ends at the first of both: what is held in memory at once. */
const recordsOfSegment = 25_000;
const bytesOfSegment = 200_000_000;

export interface RebuildProgress {
  readonly records: number;
  readonly total: number;
}

/**
 * Makes the whole index anew from the records, beside the live one, and puts it in its place by one publication. What is loaded or written meanwhile stays
 * live beside it: its revisions are higher. Returns the number of records. Needs the lease.
 */
export async function rebuildIndex(
  context: IndexContext,
  onProgress: (progress: RebuildProgress) => void = () => undefined,
): Promise<number> {
  const { database, folder, signal } = context;
  const { site, indexDigest } = await currentSite(database);
  const before = await readManifest(database);
  const [count] = await database.query<{ total: number }>(sql`SELECT last_id AS total FROM record_counter`);
  const made: string[] = [];
  let records = 0;
  for await (const data of segmentsOf(allVersions(database), compileAnalyzer(site))) {
    signal?.throwIfAborted();
    writeSegmentFile(folder, data);
    await database.transaction((transaction) => storeSegment(transaction, bytesInMemory(data), indexDigest), {
      timeout: 0,
    });
    made.push(data.id);
    records += data.records;
    onProgress({ records, total: count!.total });
  }
  await database.transaction(async (transaction) => {
    const version = await publish(transaction, { add: made, remove: before.segments });
    if (version === undefined) throw new Error('segments were taken from the index while it was rebuilt');
  });
  // Deltas of the old analysis would win over equal revisions in what is folded next.
  while ((await foldDeltas(context)) > 0);
  return records;
}

/** Turns versions, in ascending number, into segments of bounded size. */
export async function* segmentsOf(
  versions: AsyncIterable<readonly RecordVersion[]>,
  analyzer: Analyzer,
): AsyncGenerator<SegmentData, void, void> {
  let inverter = createInverter();
  for await (const page of versions) {
    for (const version of page) indexVersion(version, analyzer, inverter);
    if (inverter.records < recordsOfSegment && inverter.bytes < bytesOfSegment) continue;
    yield inverter.finish();
    inverter = createInverter();
  }
  if (inverter.records > 0) yield inverter.finish();
}
