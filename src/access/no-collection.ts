import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { Segment } from '../index/segment.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person, readsAsThemselves } from '../people/person.ts';
import { collectionTree } from './collections.ts';
import { membersIn } from './members.ts';

/**
 * Under this name those who edit all records search for those that are in no collection, which
 * nobody else sees: a record that lost its 980 would be lost to everybody.
 */
export const noCollection = 'In no collection';

export function seesNoCollection(person: Person, { site }: IndexSnapshot): boolean {
  return may(site, person, 'runbibedit') && readsAsThemselves(person) && !collectionTree(site).byName.has(noCollection);
}

/** Is there such a collection to ask for, for this person? */
export function isCollectionFor(person: Person, snapshot: IndexSnapshot, name: string): boolean {
  if (collectionTree(snapshot.site).byName.has(name)) return true;
  return name === noCollection && seesNoCollection(person, snapshot);
}

const known = new WeakMap<Segment, { readonly siteVersion: number; readonly found: RoaringBitmap32 }>();

/** The ordinals of a segment, live or not, that no collection has. Read-only for the caller. */
export function inNoCollection(snapshot: IndexSnapshot, segment: Segment): RoaringBitmap32 {
  const { siteVersion, site } = snapshot;
  const before = known.get(segment);
  if (before !== undefined && before.siteVersion === siteVersion) return before.found;
  const found = RoaringBitmap32.fromRange(0, segment.count);
  for (const placed of collectionTree(site).byName.values()) found.andNotInPlace(membersIn(snapshot, segment, placed));
  known.set(segment, { siteVersion, found });
  return found;
}
