import type { Node } from './tree.ts';

type Mapping = Extract<Node, { kind: 'map' }>;
type Item = Mapping['items'][number];

/**
 * What a file says over what it inherits: maps are joined key by key at every depth, all else takes
 * the place of what was there, and a key with nothing or `false` takes it away. Keys of the root
 * are sections: one with nothing in it stays, and is empty. Lines of what is inherited are those of
 * the place in the own file that it is joined to.
 */
export function mergedRoot(inherited: Mapping, own: Mapping, line: number): Mapping {
  return joined(inherited, own, line, true);
}

function joined(inherited: Mapping, own: Mapping, line: number, keepsEmpty: boolean): Mapping {
  const ownItems = new Map(own.items.map((item) => [keyOf(item), item]));
  const items: Item[] = [];
  for (const item of inherited.items) {
    const over = ownItems.get(keyOf(item));
    ownItems.delete(keyOf(item));
    if (over === undefined) items.push(relinedItem(item, line));
    else if (!isNothing(over.value)) items.push({ key: over.key, value: laidOver(item.value, over) });
    else if (keepsEmpty) items.push({ key: over.key, value: null });
  }
  // A key that stands there twice is told of by the reader.
  return { kind: 'map', line: own.line, items: [...items, ...ownItems.values()] };
}

function laidOver(inherited: Node | null, over: Item): Node | null {
  if (inherited?.kind !== 'map' || over.value?.kind !== 'map') return over.value;
  return joined(inherited, over.value, over.key?.line ?? over.value.line, false);
}

/** Nothing, or `false`: what takes away. */
export function isNothing(node: Node | null): boolean {
  return node === null || (node.kind === 'scalar' && (node.value === null || node.value === false));
}

export function keyOf({ key }: Item): string | undefined {
  if (key?.kind !== 'scalar' || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

/** The value of a key of a map. */
export function memberOf(node: Node | null | undefined, key: string): Node | null | undefined {
  return node?.kind === 'map' ? node.items.find((item) => keyOf(item) === key)?.value : undefined;
}

/** The map without some of its keys, or with other values. */
export function mapped(
  node: Node | null,
  change: (key: string, value: Node | null) => Node | null | undefined,
): Node | null {
  if (node?.kind !== 'map') return node;
  const items = node.items.flatMap((item) => {
    const value = change(keyOf(item) ?? '', item.value);
    return value === undefined ? [] : [{ key: item.key, value }];
  });
  return { ...node, items };
}

function relinedItem({ key, value }: Item, line: number): Item {
  return { key: relined(key, line), value: relined(value, line) };
}

/** The same, as if it stood in this line. */
export function relined(node: Node | null, line: number): Node | null {
  if (node?.kind === 'list') return { ...node, line, items: node.items.map((item) => relined(item, line)) };
  if (node?.kind === 'map') return { ...node, line, items: node.items.map((item) => relinedItem(item, line)) };
  return node === null ? null : { ...node, line };
}
