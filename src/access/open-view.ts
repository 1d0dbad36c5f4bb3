import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { openableRecords } from './visible.ts';

/** What a snapshot says of a record for one person. */
export interface Seen {
  readonly revision: number;
  /** May its page be shown? */
  readonly open: boolean;
}

/**
 * Looks up many records at once for a person: as `mayShow`, but the bitmaps are fetched once.
 * Undefined: no live version of the record is in the index.
 */
export function openView(person: Person, snapshot: IndexSnapshot): (id: number) => Seen | undefined {
  const openable = openableRecords(person, snapshot);
  return (id) => {
    for (let index = 0; index < snapshot.segments.length; index++) {
      const { segment, live } = snapshot.segments[index]!;
      const ordinal = segment.ordinalOf(id);
      if (ordinal === -1 || !live.has(ordinal)) continue;
      return { revision: segment.revisions[ordinal]!, open: openable[index]!.has(ordinal) };
    }
    return undefined;
  };
}
