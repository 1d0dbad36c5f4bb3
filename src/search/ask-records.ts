import { RoaringBitmap32 } from '../index/bitmap.ts';
import { indexVersion } from '../index/entry.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { memorySegment } from '../index/segment/open.ts';
import type { MarcRecord } from '../marc/record.ts';
import type { Site } from '../site/site.ts';
import { analyzerOf, matching } from './search.ts';

export interface AskedRecord {
  readonly record: MarcRecord;
  /** What is deleted has no words: questions are about those that live. */
  readonly deleted: boolean;
}

/**
 * Asks questions of records that need not be in the library, as if it had these and no others: for
 * each question the places of those that it finds. Takes some milliseconds.
 */
export function askRecords(
  site: Site,
  records: readonly AskedRecord[],
  questions: readonly string[],
): readonly ReadonlySet<number>[] {
  const analyzer = analyzerOf(site);
  const inverter = createInverter(analyzer.versions);
  const now = new Date();
  records.forEach(({ record, deleted }, place) => {
    const version = { id: place + 1, revision: 1, deleted, created: now, modified: now, record };
    indexVersion(version, analyzer, inverter);
  });
  const segment = memorySegment(inverter.finish());
  const live = RoaringBitmap32.fromRange(0, segment.count);
  const snapshot = { version: '', site, siteVersion: 0, segments: [{ segment, live }], records: segment.count };
  return questions.map((question) => {
    const [found] = matching(snapshot, question);
    return new Set([...records.keys()].filter((place) => found?.has(segment.ordinalOf(place + 1)) === true));
  });
}
