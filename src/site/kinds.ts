import { type BuiltIn, builtInFile, builtInText } from './built-in.ts';
import { newestVersions } from './index-versions.ts';
import { parseSite } from './parse.ts';

/** A kind of material for which a built-in site file has a collection. */
export interface Kind {
  /** "book", as people type it. */
  readonly code: string;
  readonly name: string;
  readonly names: Readonly<Record<string, string>>;
  /** The words of the query: what it finds, and what of that belongs to other kinds. */
  readonly query: readonly [finds: string, ...without: string[]];
}

/** The collections that a built-in file has for kinds of material, and the one for the rest. */
export function kindsOf(builtIn: BuiltIn): { readonly kinds: readonly Kind[]; readonly rest: Omit<Kind, 'query'> } {
  const { site } = parseSite(builtInText(builtInFile(builtIn, newestVersions)));
  const all = (site?.collections[0]?.children ?? []).map(({ name, names, query = '' }): Kind => {
    const [finds = '', ...without] = query.split(/\s+/);
    return {
      code: /^material:(\w+)$/.exec(finds)?.[1] ?? finds.split(':')[0]!,
      name,
      names,
      query: [finds, ...without],
    };
  });
  const rest = all.findIndex(({ query }) => query[0].startsWith('-'));
  return { kinds: all.filter((_, i) => i !== rest), rest: all[rest]! };
}
