import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { indexVersion } from '../../index/entry.ts';
import { createInverter } from '../../index/segment/inverter.ts';
import { memorySegment } from '../../index/segment/open.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { isDeleted } from '../../records/deletion.ts';
import { analyzerOf, matching } from '../../search/search.ts';
import type { Site } from '../../site/site.ts';
import type { Steps } from './source.ts';

export type Filtered = 'kept' | 'dropped' | 'held';

/**
 * Asks the questions of a source of each record, as if the library had these and no others. The
 * first that finds it decides: drop, hold, keep.
 */
export function filterRecords(
  site: Site,
  filter: Steps['filter'],
  records: readonly MarcRecord[],
): readonly Filtered[] {
  const { drop, hold, keep } = filter;
  if ((drop ?? hold ?? keep) === undefined || records.length === 0) return records.map(() => 'kept');
  const analyzer = analyzerOf(site);
  const inverter = createInverter(analyzer.versions);
  const now = new Date();
  records.forEach((record, place) => {
    // What is deleted has no words; questions are about those that live.
    const version = { id: place + 1, revision: 1, deleted: isDeleted(record), created: now, modified: now, record };
    indexVersion(version, analyzer, inverter);
  });
  const segment = memorySegment(inverter.finish());
  const live = RoaringBitmap32.fromRange(0, segment.count);
  const snapshot = { version: '', site, siteVersion: 0, segments: [{ segment, live }], records: segment.count };
  const ask = (question: string | undefined) => (question === undefined ? undefined : matching(snapshot, question)[0]);
  const [dropped, held, kept] = [ask(drop), ask(hold), ask(keep)];
  return records.map((_, place) => {
    const ordinal = segment.ordinalOf(place + 1);
    if (dropped?.has(ordinal) === true) return 'dropped';
    if (held?.has(ordinal) === true) return 'held';
    return kept === undefined || kept.has(ordinal) ? 'kept' : 'dropped';
  });
}
