import { treeOf } from '../yaml/known-trees.ts';
import { isNothing, keyOf, mapped, memberOf, mergedRoot } from '../yaml/merge.ts';
import type { Node } from '../yaml/tree.ts';
import { suggest } from '../yaml/yaml-reader.ts';
import { type BuiltIn, builtInFile, builtIns, builtInText } from './built-in.ts';
import type { IndexVersions } from './index-versions.ts';

type Report = (line: number, message: string) => void;

/** Sections whose keys are names that the file chooses. */
const named: readonly string[] = ['fields', 'sort', 'rank', 'facets', 'knowledge'];

/** Which built-in file a site file extends; undefined: it says everything itself. */
export function extendedBy(root: Node | null): { readonly name: BuiltIn; readonly line: number } | undefined {
  if (root?.kind !== 'map') return undefined;
  const item = root.items.find((one) => keyOf(one) === 'extends');
  if (item === undefined) return undefined;
  const said = item.value?.kind === 'scalar' ? item.value.value : undefined;
  // The reader tells of a wrong one; what follows from it is no other mistake.
  return { name: builtIns.find((one) => one === said) ?? 'default', line: item.key?.line ?? 1 };
}

/** What a site file means: itself, or what it says over the built-in file that it extends. */
export function wholeRoot(root: Node | null, versions: IndexVersions, report: Report = () => undefined): Node | null {
  const extended = extendedBy(root);
  if (extended === undefined || root?.kind !== 'map') return root;
  const inherited = treeOf(builtInText(builtInFile(extended.name, versions))).root;
  if (inherited?.kind !== 'map') throw new Error(`the built-in site file ${extended.name} has no sections`);
  const own = mapped(root, (section, value) =>
    named.includes(section) ? withoutUnknown(section, memberOf(inherited, section), value, report) : value,
  );
  const left = withHomeName(withoutFields(inherited, removedFields(root)), memberOf(memberOf(root, 'site'), 'name'));
  return left?.kind === 'map' && own?.kind === 'map' ? mergedRoot(left, own, extended.line) : root;
}

/** Without names that are taken away though nothing is inherited under them; each is a mistake. */
function withoutUnknown(
  section: string,
  inherited: Node | null | undefined,
  own: Node | null,
  report: Report,
): Node | null {
  if (own?.kind !== 'map') return own;
  const known = inherited?.kind === 'map' ? inherited.items.map((item) => keyOf(item) ?? '') : [];
  const items = own.items.filter((item) => {
    const key = keyOf(item);
    if (key === undefined || !isNothing(item.value) || known.includes(key)) return true;
    const { line } = item.key ?? own;
    report(line, `${section}.${key} is not inherited, so it cannot be removed.${suggest(key, known)}`);
    return false;
  });
  return { ...own, items };
}

function removedFields(own: Node): ReadonlySet<string> {
  const fields = memberOf(own, 'fields');
  if (fields?.kind !== 'map') return new Set();
  return new Set(fields.items.filter(({ value }) => isNothing(value)).map((item) => keyOf(item) ?? ''));
}

/** Whoever removes a field removes it from all that is inherited with it. */
function withoutFields(inherited: Node, removed: ReadonlySet<string>): Node | null {
  if (removed.size === 0) return inherited;
  const isRemoved = (node: Node | null | undefined): boolean =>
    node?.kind === 'scalar' && removed.has(String(node.value));
  const withoutUnion = (index: Node | null): Node | null =>
    mapped(index, (key, value) =>
      key === 'union' && value?.kind === 'list'
        ? { ...value, items: value.items.filter((item) => !isRemoved(item)) }
        : value,
    );
  const sections: Readonly<Record<string, (code: string, value: Node | null) => Node | null | undefined>> = {
    fields: (_, field) => mapped(field, (key, value) => (key === 'index' ? withoutUnion(value) : value)),
    sort: (_, sort) => (isRemoved(memberOf(sort, 'by')) ? undefined : sort),
    facets: (_, facet) => (isRemoved(memberOf(facet, 'field')) ? undefined : facet),
    rank: (_, rank) =>
      mapped(rank, (key, value) =>
        key === 'weights' ? mapped(value, (field, weight) => (removed.has(field) ? undefined : weight)) : value,
      ),
  };
  return mapped(inherited, (section, value) => {
    const change = sections[section];
    return change === undefined ? value : mapped(value, change);
  });
}

/** An inherited home collection has the name of the library. */
function withHomeName(inherited: Node | null, name: Node | null | undefined): Node | null {
  if (name === null || name === undefined) return inherited;
  const first = name.kind === 'map' ? name.items[0]?.value : name;
  if (first?.kind !== 'scalar') return inherited;
  const isTaken = (node: Node | null): boolean =>
    node?.kind === 'list'
      ? node.items.some(isTaken)
      : node?.kind === 'map' &&
        [memberOf(node, 'name'), memberOf(node, 'children')].some((one) =>
          one?.kind === 'scalar' ? one.value === first.value : isTaken(one ?? null),
        );
  return mapped(inherited, (section, collections) => {
    if (section !== 'collections' || collections?.kind !== 'list' || isTaken(collections)) return collections;
    const [home, ...others] = collections.items;
    const called = mapped(home ?? null, (key, value) =>
      key === 'name' ? first : key === 'names' ? (name.kind === 'map' ? name : undefined) : value,
    );
    return { ...collections, items: [called, ...others] };
  });
}
