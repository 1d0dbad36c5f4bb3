import type { Site, SynonymRule } from '../../../site/site.ts';
import { foldValue } from './fold.ts';

/** What else a folded text may be called; empty when the base knows nothing. */
export type Synonyms = (folded: string) => readonly string[];

/**
 * Compiles a rule over its knowledge base. Keys are compared folded; values come as written in the
 * base.
 */
export function compileSynonyms(site: Site, rule: SynonymRule | undefined): Synonyms | undefined {
  if (rule === undefined) return undefined;
  const base = new Map<string, string>();
  for (const [key, value] of Object.entries(site.knowledge[rule.base] ?? {})) base.set(foldValue(key), value);
  if (base.size === 0) return undefined;
  const boundary = { exact: undefined, 'leading-to-comma': /\s*,/, 'leading-to-number': /[\s,]*\d/ }[rule.match];
  return (folded) => {
    const at = boundary === undefined ? -1 : folded.search(boundary);
    const value = base.get(at === -1 ? folded : folded.slice(0, at));
    if (value === undefined) return [];
    return [at === -1 ? value : value + folded.slice(at)];
  };
}
