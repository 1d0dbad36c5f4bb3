import type { RecordVersion } from '../index/entry.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { MarcRecord } from '../marc/record.ts';
import type { Person } from '../people/person.ts';
import { aloneIn } from './alone.ts';
import { openableRecords } from './visible.ts';

/** A collection may be of some numbers, or of what was added in some year. */
export type Absent = Pick<RecordVersion, 'id' | 'created' | 'modified'> & {
  /** Undefined: there is none. */
  readonly record: MarcRecord | undefined;
};

/**
 * Would a record be shown to a person if it were in the library? For one that was deleted: the
 * index has nothing of it any more, and that it was there is told to those only who could see it.
 * Takes a millisecond or two, for no record as well.
 */
export function wouldShow(
  person: Person,
  snapshot: IndexSnapshot,
  { id, created, modified, record = nothing }: Absent,
): boolean {
  const version: RecordVersion = { id, revision: 1, deleted: false, created, modified, record };
  return openableRecords(person, aloneIn(snapshot, version))[0]?.has(0) === true;
}

const nothing: MarcRecord = { leader: '', fields: [] };
