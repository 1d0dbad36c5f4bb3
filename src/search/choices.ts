import type { Notice } from './notices.ts';

/**
 * Values chosen from facets in one request. Every link of a page repeats them all, so a page grows
 * with their square.
 */
export const mostChosenValues = 50;

export interface Choices {
  readonly facets: Readonly<Record<string, readonly string[]>>;
  readonly notices: readonly Notice[];
}

/**
 * The arguments facet.CODE, each value once. What is no facet or too much is left out and named.
 */
export function choicesOf(args: URLSearchParams, isFacet: (code: string) => boolean): Choices {
  const facets = new Map<string, string[]>();
  const unknown = new Set<string>();
  let count = 0;
  for (const [name, value] of args) {
    if (!name.startsWith('facet.') || value === '') continue;
    const code = name.slice('facet.'.length);
    if (!isFacet(code)) {
      unknown.add(code);
      continue;
    }
    const chosen = facets.get(code) ?? [];
    if (chosen.includes(value) || ++count > mostChosenValues) continue;
    facets.set(code, [...chosen, value]);
  }
  const notices: Notice[] = [...unknown].map((code) => ({ kind: 'unknown-facet', text: code }));
  if (count > mostChosenValues) {
    notices.push({ kind: 'many-choices', text: String(count), limit: mostChosenValues });
  }
  return { facets: Object.fromEntries(facets), notices };
}
