import { indexDigest } from '../site/digest.ts';
import type { Site } from '../site/site.ts';

/** What a base is for in the site file. */
export interface KnowledgeUse {
  readonly kind: 'synonyms' | 'query-synonyms' | 'labels' | 'rank' | 'checks';
  /** Of the field, the facet or the ranking; the name of the rule. */
  readonly code: string;
}

export function usesOf(site: Site, base: string): readonly KnowledgeUse[] {
  return [
    ...site.fields.flatMap(({ code, index }): readonly KnowledgeUse[] => [
      ...(index?.synonyms?.base === base ? [{ kind: 'synonyms' as const, code }] : []),
      ...(index?.querySynonyms?.base === base ? [{ kind: 'query-synonyms' as const, code }] : []),
    ]),
    ...site.facets.filter(({ labels }) => labels === base).map(({ code }) => ({ kind: 'labels' as const, code })),
    ...site.checks
      .filter(({ check }) => check.kind === 'enum' && check.base === base)
      .map(({ name }) => ({ kind: 'checks' as const, code: name })),
    ...site.ranks.filter((rank) => rank.base === base).map(({ code }) => ({ kind: 'rank' as const, code })),
  ];
}

/** How a base of the library stands to what the site has of it. */
export type KnowledgeStanding = 'unused' | 'applied' | 'changed' | 'changed-indexed';

/** `table`: what the base has now. `changed-indexed`: records would be indexed again. */
export function standingOf(site: Site, base: string, table: ReadonlyMap<string, string>): KnowledgeStanding {
  if (!site.libraryBases.includes(base)) return 'unused';
  const applied = Object.entries(site.knowledge[base] ?? {});
  if (applied.length === table.size && applied.every(([key, value]) => table.get(key) === value)) return 'applied';
  const after = { ...site, knowledge: { ...site.knowledge, [base]: Object.fromEntries(table) } };
  return indexDigest(after) === indexDigest(site) ? 'changed' : 'changed-indexed';
}
