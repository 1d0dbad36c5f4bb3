import type { Value, YamlReader } from '../yaml/yaml-reader.ts';
import { readNames } from './parse-names.ts';
import { type Collection, type CollectionView, collectionViews } from './site.ts';

/** A query of the file, to be checked when the whole site is known. */
export interface WrittenQuery {
  readonly query: string;
  readonly line: number;
  readonly name: string;
}

/** The order of a collection, to be checked likewise. */
export interface WrittenOrder {
  readonly order: string;
  readonly line: number;
  readonly name: string;
}

export interface ReadCollections {
  readonly roots: readonly Collection[];
  readonly names: ReadonlySet<string>;
}

export function readCollections(
  reader: YamlReader,
  value: Value | undefined,
  queries: WrittenQuery[],
  orders: WrittenOrder[],
): ReadCollections {
  const lines = new Map<string, number>();
  const readAll = (list: Value | undefined): readonly Collection[] => reader.items(list).flatMap(read);
  const read = (item: Value): readonly Collection[] => {
    const members = reader.members(item, [
      'name',
      'names',
      'query',
      'restricted',
      'order',
      'view',
      'children',
      'virtual-children',
    ]);
    if (members.name === undefined) {
      reader.report(item.line, `${item.name} has no name.`);
      return [];
    }
    const name = reader.text(members.name) ?? '';
    const before = lines.get(name);
    if (before !== undefined)
      reader.report(members.name.line, `There is already a collection '${name}', in line ${before}.`);
    else lines.set(name, members.name.line);
    const query = members.query === undefined ? undefined : reader.text(members.query);
    if (query !== undefined && members.query !== undefined) {
      queries.push({ query, line: members.query.line, name: `The query of the collection '${name}'` });
    }
    const order = members.order === undefined ? undefined : reader.text(members.order);
    if (order !== undefined && members.order !== undefined)
      orders.push({ order, line: members.order.line, name: `The order of the collection '${name}'` });
    const children = readAll(members.children);
    const virtualChildren = readAll(members['virtual-children']);
    if (query === undefined && children.length === 0 && virtualChildren.length === 0) {
      reader.report(item.line, `The collection '${name}' needs a query or children: without them it is always empty.`);
    }
    return [
      {
        name,
        names: readNames(reader, members.names),
        query,
        restricted: reader.flag(members.restricted),
        order,
        view: readView(reader, members.view),
        children,
        virtualChildren,
      },
    ];
  };
  const roots = readAll(value);
  if (roots.length === 0) reader.report(value?.line ?? 1, 'The file has no collections: no record could be found.');
  return { roots, names: new Set(lines.keys()) };
}

function readView(reader: YamlReader, value: Value | undefined): CollectionView | undefined {
  const text = value === undefined ? undefined : reader.text(value);
  if (value === undefined || text === undefined) return undefined;
  const view = collectionViews.find((one) => one === text);
  if (view === undefined)
    reader.report(value.line, `The view '${text}' is not known. It is ${collectionViews.join(' or ')}.`);
  return view;
}
