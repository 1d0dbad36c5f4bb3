import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { HitSet, IndexSnapshot, LiveSegment } from '../index/snapshot.ts';
import { may, type Person } from '../people/person.ts';
import type { Notice } from '../search/notices.ts';
import type { Collection } from '../site/site.ts';
import { collectionTree, type PlacedCollection, regularBelow } from './collections.ts';
import { membersIn } from './members.ts';
import { namesOf, recordsNaming } from './named.ts';
import { inNoCollection, noCollection, seesNoCollection } from './no-collection.ts';

/**
 * Which collections are asked for: `collections` when any are named, else `collection`, else the
 * home collection.
 */
export interface Scope {
  readonly collection?: string;
  readonly collections?: readonly string[];
}

export interface Visible {
  /** Read-only. */
  readonly hits: HitSet;
  readonly notices: readonly Notice[];
  /** Restricted collections that were asked for and may not be seen: signing in might help. */
  readonly refused: readonly string[];
}

/**
 * The records of a scope that a person may see. Every way out of the library goes through here.
 *
 * A collection without a query is the union of its regular children; virtual children and
 * collections outside the tree count only when asked for by name. Restricted collections below one
 * that is asked for are added for those who may see them. A record of a restricted collection is
 * seen only by those who may see one (policy "any") or all (policy "all") of the restricted
 * collections it is in, wherever else it is; and by those whom the record names as owner or viewer,
 * from every collection it is in. Records of no collection are seen by those only who edit all
 * records, when they ask for `noCollection`.
 */
export function visibleRecords(person: Person, snapshot: IndexSnapshot, scope: Scope = {}): Visible {
  const tree = collectionTree(snapshot.site);
  const names = (scope.collections ?? []).length > 0 ? (scope.collections ?? []) : [scope.collection ?? ''];
  const notices: Notice[] = [];
  const refused: PlacedCollection[] = [];
  const asked: PlacedCollection[] = [];
  let asksNone = false;
  for (const name of names) {
    const placed = name === '' ? tree.home : tree.byName.get(name);
    if (name === noCollection && seesNoCollection(person, snapshot)) asksNone = true;
    else if (placed === undefined) notices.push({ kind: 'unknown-collection', text: name });
    else if (!maySeeCollection(person, snapshot, placed)) refused.push(placed);
    else asked.push(placed);
  }
  const permitted = tree.restricted.filter((placed) => maySeeCollection(person, snapshot, placed));
  const key = [asked, permitted]
    .map((list) => list.map(({ collection }) => collection.name).join('\u0001'))
    .join('\u0002');
  const hits = snapshot.segments.map((live) => {
    const ofCollections = remembered(live, snapshot.siteVersion, key, () =>
      visibleIn(snapshot, live, asked, permitted),
    );
    const seen = !asksNone
      ? ofCollections
      : remembered(live, snapshot.siteVersion, `${key}\u0003`, () =>
          RoaringBitmap32.or(ofCollections, RoaringBitmap32.and(inNoCollection(snapshot, live.segment), live.live)),
        );
    const naming = recordsNaming(person, snapshot, live.segment);
    if (naming.isEmpty) return seen;
    const reach = [...asked, ...refused];
    const own = JSON.stringify([key, asksNone, namesOf(person), reach.map(({ collection }) => collection.name)]);
    return remembered(live, snapshot.siteVersion, own, () =>
      RoaringBitmap32.or(seen, namedIn(snapshot, live, naming, reach)),
    );
  });
  return { hits, notices, refused: refused.map(({ collection }) => collection.name) };
}

/**
 * Of the records that name the person, those of these collections and of any below them. The caller
 * owns the result.
 */
function namedIn(
  snapshot: IndexSnapshot,
  { segment, live }: LiveSegment,
  naming: RoaringBitmap32,
  asked: readonly PlacedCollection[],
): RoaringBitmap32 {
  const { byName } = collectionTree(snapshot.site);
  const below = asked.flatMap(({ collection }) => regularBelow(collection)).map(({ name }) => byName.get(name)!);
  const reached = RoaringBitmap32.orMany([...asked, ...below].map((placed) => membersIn(snapshot, segment, placed)));
  return reached.andInPlace(naming).andInPlace(live);
}

/**
 * The first of the collections asked for, when none of them may be seen and nothing of them is
 * shown.
 */
export function refusedEntirely(person: Person, snapshot: IndexSnapshot, scope: Scope): string | undefined {
  const names = (scope.collections ?? []).length > 0 ? (scope.collections ?? []) : [scope.collection ?? ''];
  const { hits, refused } = visibleRecords(person, snapshot, scope);
  return refused.length === names.length && hits.every((bits) => bits.isEmpty) ? refused[0] : undefined;
}

/** All records that a person may open, by whatever collection. */
export function openableRecords(person: Person, snapshot: IndexSnapshot): HitSet {
  const { byName } = collectionTree(snapshot.site);
  const none = seesNoCollection(person, snapshot) ? [noCollection] : [];
  return visibleRecords(person, snapshot, { collections: [...byName.keys(), ...none] }).hits;
}

export function maySeeCollection(person: Person, snapshot: IndexSnapshot, { restrictedBy }: PlacedCollection): boolean {
  if (restrictedBy.length === 0) return true;
  return restrictedBy.some((collection) => may(snapshot.site, person, 'viewrestrcoll', { collection }));
}

/** May a person see the library at all, if not all of it? */
export function isOpenTo(person: Person, snapshot: IndexSnapshot): boolean {
  const { home } = collectionTree(snapshot.site);
  return home === undefined || maySeeCollection(person, snapshot, home);
}

function visibleIn(
  snapshot: IndexSnapshot,
  { segment, live }: LiveSegment,
  asked: readonly PlacedCollection[],
  permitted: readonly PlacedCollection[],
): RoaringBitmap32 {
  const members = (placed: PlacedCollection) => membersIn(snapshot, segment, placed);
  const { restricted, byName } = collectionTree(snapshot.site);
  const below = asked.flatMap(({ collection }) => regularBelow(collection)).map(({ name }) => byName.get(name));
  const added = permitted.filter((placed) => below.includes(placed));
  const visible = RoaringBitmap32.orMany([...asked, ...added].map(members));
  visible.andInPlace(live);
  const forbidden = RoaringBitmap32.orMany(restricted.filter((placed) => !permitted.includes(placed)).map(members));
  if (snapshot.site.restrictedPolicy === 'any') {
    forbidden.andNotInPlace(RoaringBitmap32.orMany(permitted.map(members)));
  }
  return visible.andNotInPlace(forbidden);
}

interface KnownSets {
  readonly siteVersion: number;
  readonly sets: Map<string, RoaringBitmap32>;
}

const knownSets = new WeakMap<LiveSegment, KnownSets>();
/** A set of a million records takes up to 128 kB. */
const maximumKnownSets = 64;

function remembered(
  live: LiveSegment,
  siteVersion: number,
  key: string,
  compute: () => RoaringBitmap32,
): RoaringBitmap32 {
  let known = knownSets.get(live);
  if (known === undefined || known.siteVersion !== siteVersion) {
    known = { siteVersion, sets: new Map() };
    knownSets.set(live, known);
  }
  const before = known.sets.get(key);
  if (before !== undefined) return before;
  const computed = compute();
  const [oldest] = known.sets.keys();
  if (known.sets.size >= maximumKnownSets && oldest !== undefined) known.sets.delete(oldest);
  known.sets.set(key, computed);
  return computed;
}

/**
 * How many records of each collection a person may see, by name; collections that the person may
 * not see are left out.
 */
export function collectionCounts(person: Person, snapshot: IndexSnapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [name, placed] of collectionTree(snapshot.site).byName) {
    if (!maySeeCollection(person, snapshot, placed)) continue;
    const { hits } = visibleRecords(person, snapshot, { collection: name });
    counts.set(
      name,
      hits.reduce((sum, bits) => sum + bits.size, 0),
    );
  }
  return counts;
}

/**
 * The regular collections below one that a person may see, each with its visible records: what the
 * collection facet offers.
 */
export function collectionsBelow(
  person: Person,
  snapshot: IndexSnapshot,
  name: string,
): readonly { readonly collection: Collection; readonly hits: HitSet }[] {
  const { home, byName } = collectionTree(snapshot.site);
  const placed = name === '' ? home : byName.get(name);
  if (placed === undefined) return [];
  return regularBelow(placed.collection)
    .filter((collection) => maySeeCollection(person, snapshot, byName.get(collection.name) as PlacedCollection))
    .map((collection) => ({
      collection,
      hits: visibleRecords(person, snapshot, { collection: collection.name }).hits,
    }));
}

/**
 * May a record's own page be shown? It may when any collection shows it, also one that is reached
 * by name only. `unknown`: there is no such record; `no` covers records of no collection too, and
 * is to be answered like `unknown`.
 */
export function mayShow(person: Person, snapshot: IndexSnapshot, id: number): 'yes' | 'no' | 'deleted' | 'unknown' {
  let wasDeleted = false;
  for (const [index, { segment, live }] of snapshot.segments.entries()) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal === -1) continue;
    if (!live.has(ordinal)) {
      wasDeleted = true;
      continue;
    }
    return openableRecords(person, snapshot)[index]?.has(ordinal) ? 'yes' : 'no';
  }
  return wasDeleted ? 'deleted' : 'unknown';
}
