import type { Collection, Site } from '../site/site.ts';

/** A collection where it stands in the tree. */
export interface PlacedCollection {
  readonly collection: Collection;
  /** Names of those above it, from the root; of several places the last one. */
  readonly above: readonly string[];
  /** Names of the restricted collections that it is or stands below; empty for a public one. */
  readonly restrictedBy: readonly string[];
}

export interface CollectionTree {
  readonly home: PlacedCollection | undefined;
  readonly byName: ReadonlyMap<string, PlacedCollection>;
  readonly restricted: readonly PlacedCollection[];
}

const trees = new WeakMap<Site, CollectionTree>();

/** All collections of a site by name, in the order of the site file. */
export function collectionTree(site: Site): CollectionTree {
  const known = trees.get(site);
  if (known !== undefined) return known;
  const byName = new Map<string, PlacedCollection>();
  const place = (collection: Collection, above: readonly string[], restrictedAbove: readonly string[]) => {
    const restrictedBy = collection.restricted ? [...restrictedAbove, collection.name] : restrictedAbove;
    byName.set(collection.name, { collection, above, restrictedBy });
    for (const child of [...collection.children, ...collection.virtualChildren])
      place(child, [...above, collection.name], restrictedBy);
  };
  for (const root of site.collections) place(root, [], []);
  const tree: CollectionTree = {
    home: byName.get(site.collections[0]?.name ?? ''),
    byName,
    restricted: [...byName.values()].filter(({ restrictedBy }) => restrictedBy.length > 0),
  };
  trees.set(site, tree);
  return tree;
}

/** The regular collections below one, at any depth, in the order of the tree. */
export function regularBelow(collection: Collection): readonly Collection[] {
  return collection.children.flatMap((child) => [child, ...regularBelow(child)]);
}
