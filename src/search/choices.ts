import type { Notice } from './notices.ts';

/**
 * Values chosen from facets in one request. Every link of a page repeats them all, so a page grows
 * with their square.
 */
export const mostChosenValues = 50;

const not = 'not.';

export interface Choices {
  readonly facets: Readonly<Record<string, readonly string[]>>;
  /** facet.not.CODE */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
  readonly notices: readonly Notice[];
}

/**
 * The arguments facet.CODE and facet.not.CODE, each value once. What is no facet or too much is
 * left out and named.
 */
export function choicesOf(args: URLSearchParams, isFacet: (code: string) => boolean): Choices {
  const facets = new Map<string, string[]>();
  const excluded = new Map<string, string[]>();
  const unknown = new Set<string>();
  let count = 0;
  for (const [name, value] of args) {
    if (!name.startsWith('facet.') || value === '') continue;
    const rest = name.slice('facet.'.length);
    const isNot = rest.startsWith(not) && !isFacet(rest);
    const code = isNot ? rest.slice(not.length) : rest;
    if (!isFacet(code)) {
      unknown.add(code);
      continue;
    }
    const values = isNot ? excluded : facets;
    const chosen = values.get(code) ?? [];
    if (chosen.includes(value) || ++count > mostChosenValues) continue;
    values.set(code, [...chosen, value]);
  }
  const notices: Notice[] = [...unknown].map((code) => ({ kind: 'unknown-facet', text: code }));
  if (count > mostChosenValues) {
    notices.push({ kind: 'many-choices', text: String(count), limit: mostChosenValues });
  }
  return { facets: Object.fromEntries(facets), excluded: Object.fromEntries(excluded), notices };
}
