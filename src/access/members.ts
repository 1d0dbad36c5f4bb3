import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { Segment } from '../index/segment.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { matching } from '../search/search.ts';
import { collectionTree, type PlacedCollection } from './collections.ts';

interface KnownMembers {
  readonly siteVersion: number;
  readonly byName: Map<string, RoaringBitmap32>;
}

const known = new WeakMap<Segment, KnownMembers>();

/**
 * The ordinals of a segment that belong to a collection, live or not. Computed once for each
 * segment and site version: a segment never changes. Read-only for the caller.
 */
export function membersIn(snapshot: IndexSnapshot, segment: Segment, placed: PlacedCollection): RoaringBitmap32 {
  let members = known.get(segment);
  if (members === undefined || members.siteVersion !== snapshot.siteVersion) {
    members = { siteVersion: snapshot.siteVersion, byName: new Map() };
    known.set(segment, members);
  }
  const { name } = placed.collection;
  const before = members.byName.get(name);
  if (before !== undefined) return before;
  const found = compute(snapshot, segment, placed);
  members.byName.set(name, found);
  return found;
}

/**
 * The same for a query of the site file that is no collection, as of a set for harvesters: hidden
 * paths count, and nothing is said of what anybody may see. Read-only for the caller.
 */
export function foundIn(snapshot: IndexSnapshot, segment: Segment, query: string): RoaringBitmap32 {
  let members = known.get(segment);
  if (members === undefined || members.siteVersion !== snapshot.siteVersion) {
    members = { siteVersion: snapshot.siteVersion, byName: new Map() };
    known.set(segment, members);
  }
  // No name of a collection begins so.
  const key = `\0${query}`;
  const before = members.byName.get(key);
  if (before !== undefined) return before;
  const found = askSegment(snapshot, segment, query);
  members.byName.set(key, found);
  return found;
}

function compute(snapshot: IndexSnapshot, segment: Segment, placed: PlacedCollection): RoaringBitmap32 {
  const { collection } = placed;
  if (collection.query !== undefined) return askSegment(snapshot, segment, collection.query);
  // Without a query: the union of the regular children that are as public as itself.
  const tree = collectionTree(snapshot.site);
  const children = collection.children
    .map((child) => tree.byName.get(child.name))
    .filter((child) => child !== undefined && child.restrictedBy.length === placed.restrictedBy.length);
  return RoaringBitmap32.orMany(children.map((child) => membersIn(snapshot, segment, child as PlacedCollection)));
}

function askSegment(snapshot: IndexSnapshot, segment: Segment, query: string): RoaringBitmap32 {
  const live = RoaringBitmap32.fromRange(0, segment.count);
  const alone: IndexSnapshot = { ...snapshot, segments: [{ segment, live }], records: segment.count };
  return matching(alone, query)[0] ?? new RoaringBitmap32();
}
