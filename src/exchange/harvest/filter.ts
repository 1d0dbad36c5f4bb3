import type { MarcRecord } from '../../marc/record.ts';
import { isDeleted } from '../../records/deletion.ts';
import { askRecords } from '../../search/ask-records.ts';
import type { Site } from '../../site/site.ts';
import type { Steps } from './source.ts';

export interface Filtered {
  readonly way: 'kept' | 'dropped' | 'held';
  /** The question that decided. */
  readonly by: keyof Steps['filter'] | undefined;
}

const kept: Filtered = { way: 'kept', by: undefined };

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
  if (asked.length === 0 || records.length === 0) return records.map(() => kept);
  const found = askRecords(
    site,
    records.map((record) => ({ record, deleted: isDeleted(record) })),
    asked.map(({ question }) => question),
  );
  const answer = (kind: keyof Steps['filter']) => found[asked.findIndex((one) => one.kind === kind)];
  const [toDrop, toHold, toKeep] = [answer('drop'), answer('hold'), answer('keep')];
  return records.map((_, place) => {
    if (toDrop?.has(place) === true) return { way: 'dropped', by: 'drop' };
    if (toHold?.has(place) === true) return { way: 'held', by: 'hold' };
    return toKeep === undefined || toKeep.has(place) ? kept : { way: 'dropped', by: 'keep' };
  });
}
