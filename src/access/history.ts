import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person } from '../people/person.ts';
import { collectionTree } from './collections.ts';
import { membersIn } from './members.ts';
import { maySeeCollection } from './visible.ts';

/** May this person read the earlier versions of any record? Those may who edit records. */
export function mayReadHistories(person: Person, { site }: IndexSnapshot): boolean {
  if (may(site, person, 'runbibedit')) return true;
  return [...collectionTree(site).byName.keys()].some((collection) => may(site, person, 'runbibedit', { collection }));
}

/**
 * Of this record, which they are shown? One that was deleted is in no collection: of that only
 * those who edit all records.
 */
export function mayReadHistory(person: Person, snapshot: IndexSnapshot, id: number): boolean {
  const { site } = snapshot;
  if (may(site, person, 'runbibedit')) return true;
  const edited = [...collectionTree(site).byName.values()].filter(({ collection: { name } }) =>
    may(site, person, 'runbibedit', { collection: name }),
  );
  return snapshot.segments.some(({ segment, live }) => {
    const ordinal = segment.ordinalOf(id);
    if (ordinal === -1 || !live.has(ordinal)) return false;
    return edited.some((placed) => membersIn(snapshot, segment, placed).has(ordinal));
  });
}

/** May this person see every restricted collection? */
export function seesAllCollections(person: Person, snapshot: IndexSnapshot): boolean {
  return collectionTree(snapshot.site).restricted.every((placed) => maySeeCollection(person, snapshot, placed));
}
