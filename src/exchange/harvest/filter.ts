import type { MarcRecord } from '../../marc/record.ts';
import { isDeleted } from '../../records/deletion.ts';
import { askRecords } from '../../search/ask-records.ts';
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
  const asked = (['drop', 'hold', 'keep'] as const).flatMap((kind) =>
    filter[kind] === undefined ? [] : [{ kind, question: filter[kind] }],
  );
  if (asked.length === 0 || records.length === 0) return records.map(() => 'kept');
  const found = askRecords(
    site,
    records.map((record) => ({ record, deleted: isDeleted(record) })),
    asked.map(({ question }) => question),
  );
  const answer = (kind: keyof Steps['filter']) => found[asked.findIndex((one) => one.kind === kind)];
  const [dropped, held, kept] = [answer('drop'), answer('hold'), answer('keep')];
  return records.map((_, place) => {
    if (dropped?.has(place) === true) return 'dropped';
    if (held?.has(place) === true) return 'held';
    return kept === undefined || kept.has(place) ? 'kept' : 'dropped';
  });
}
