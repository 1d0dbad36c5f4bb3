import type { Site } from '../site/site.ts';
import type { CurrentSite } from '../site/versions.ts';
import { type Analyzer, compileAnalyzer } from './analysis/analyzer.ts';
import type { IndexContext } from './context.ts';
import { type IndexWatch, indexVersion, type RecordVersion } from './entry.ts';
import { createInverter } from './segment/inverter.ts';
import type { SegmentData } from './segment/output.ts';
import { bytesInMemory, originOf, type SegmentOrigin, storeSegment, writeSegmentFile } from './segment-store.ts';

/** A segment ends at the first of both: what is held in memory at once. */
const recordsOfSegment = 25_000;
const bytesOfSegment = 100_000_000;

/** How segments are made of records: one analysis, for one site file. */
export interface SegmentMaker {
  readonly site: Site;
  readonly analyzer: Analyzer;
  readonly origin: SegmentOrigin;
}

export function segmentMaker(current: Pick<CurrentSite, 'site' | 'indexDigest'>): SegmentMaker {
  return { site: current.site, analyzer: compileAnalyzer(current.site), origin: originOf(current) };
}

/**
 * Makes segments and stores them, here and in the database, published by nobody yet. Gives each
 * when it is stored.
 */
export async function* storedSegments(
  { database, folder, signal }: IndexContext,
  { analyzer, origin }: SegmentMaker,
  versions: AsyncIterable<readonly RecordVersion[]>,
  watch: IndexWatch = {},
): AsyncGenerator<SegmentData, void, void> {
  for await (const data of segmentsOf(versions, analyzer, watch)) {
    signal?.throwIfAborted();
    writeSegmentFile(folder, data);
    await database.transaction((transaction) => storeSegment(transaction, bytesInMemory(data), origin), { timeout: 0 });
    yield data;
  }
}

/** Turns versions, in ascending number, into segments of bounded size. */
export async function* segmentsOf(
  versions: AsyncIterable<readonly RecordVersion[]>,
  analyzer: Analyzer,
  { onProblem, onPage }: IndexWatch = {},
): AsyncGenerator<SegmentData, void, void> {
  let inverter = createInverter(analyzer.versions);
  for await (const page of versions) {
    tellPage(page, onPage);
    for (const version of page) {
      indexVersion(version, analyzer, inverter, onProblem);
      if (inverter.records < recordsOfSegment && inverter.bytes < bytesOfSegment) continue;
      yield inverter.finish();
      inverter = createInverter(analyzer.versions);
    }
  }
  if (inverter.records > 0) yield inverter.finish();
}

export function tellPage(page: readonly RecordVersion[], onPage: IndexWatch['onPage']): void {
  const first = page[0];
  if (first !== undefined) onPage?.(first.id, page.at(-1)!.id);
}
