import { RoaringBitmap32 } from '../index/bitmap.ts';
import { indexVersion, type RecordVersion } from '../index/entry.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { memorySegment } from '../index/segment/open.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { MarcRecord } from '../marc/record.ts';
import type { Person } from '../people/person.ts';
import { analyzerOf } from '../search/search.ts';
import { openableRecords } from './visible.ts';

/** A collection may be of some numbers, or of what was added in some year. */
export type Absent = Pick<RecordVersion, 'id' | 'created' | 'modified'> & {
  /** Undefined: there is none. */
  readonly record: MarcRecord | undefined;
};

/**
 * Would a record be shown to a person if it were in the library? For one that was deleted: the
 * index has nothing of it any more, and that it was there is told to those only who could see it.
 * Takes a millisecond or two, for no record as well; a paper of 3,000 authors takes twenty.
 */
export function wouldShow(
  person: Person,
  snapshot: IndexSnapshot,
  { id, created, modified, record = nothing }: Absent,
): boolean {
  const version: RecordVersion = { id, revision: 1, deleted: false, created, modified, record };
  const inverter = createInverter();
  indexVersion(version, analyzerOf(snapshot.site), inverter);
  const segment = memorySegment(inverter.finish());
  const alone = { ...snapshot, segments: [{ segment, live: RoaringBitmap32.fromRange(0, 1) }], records: 1 };
  return openableRecords(person, alone)[0]?.has(0) === true;
}

const nothing: MarcRecord = { leader: '', fields: [] };
