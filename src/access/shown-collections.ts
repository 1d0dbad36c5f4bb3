import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person, personKey } from '../people/person.ts';
import type { Collection } from '../site/site.ts';
import { collectionTree } from './collections.ts';
import { collectionCounts } from './visible.ts';

/** Of a snapshot, by site and person; whoever asks is not bounded, so what is kept is. */
const known = new WeakMap<IndexSnapshot, Map<string, ReadonlyMap<string, number>>>();
const mostKept = 100;

/**
 * The collections that a person is offered, with the number of records in each that the person may
 * see. An empty one is left out, unless one below it is offered, the site file says `show-empty`,
 * or the person may fill it.
 */
export function shownCollections(person: Person, snapshot: IndexSnapshot): ReadonlyMap<string, number> {
  const kept = known.get(snapshot) ?? new Map<string, ReadonlyMap<string, number>>();
  known.set(snapshot, kept);
  const key = `${snapshot.siteVersion} ${personKey(person)}`;
  const before = kept.get(key);
  if (before !== undefined) return before;
  const shown = computeShown(person, snapshot);
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, shown);
  return shown;
}

function computeShown(person: Person, snapshot: IndexSnapshot): ReadonlyMap<string, number> {
  const { site } = snapshot;
  const counts = collectionCounts(person, snapshot);
  const shown = new Map<string, number>();
  // Whoever fills a collection has to find it.
  const showsEmpty = (collection: string): boolean =>
    site.showsEmpty || may(site, person, 'runbibedit', { collection });
  const home = collectionTree(site).home?.collection;
  const visit = (collection: Collection): boolean => {
    const count = counts.get(collection.name);
    if (count === undefined) return false;
    const below = [...collection.children, ...collection.virtualChildren].map(visit);
    const isShown = count > 0 || collection === home || below.includes(true) || showsEmpty(collection.name);
    if (isShown) shown.set(collection.name, count);
    return isShown;
  };
  for (const root of site.collections) visit(root);
  return shown;
}
