import { createHash } from 'node:crypto';
import { journalNameBases } from './journal-names.ts';
import type { Site } from './site.ts';

/**
 * Digest of what decides which terms, columns and brief a record has. Segments made under another
 * one are stale. Names, collections, roles and what only matters to queries (pairs, query synonyms)
 * can change without touching the index.
 */
export function indexDigest(site: Site): string {
  return digestOf(JSON.stringify(indexedParts(site)));
}

/** What of a site decides it, in the order and under the names that the digest has had. */
export function indexedParts(site: Site) {
  const fields = site.fields.map(({ code, paths, index }) => {
    if (index === undefined) return [code, paths] as const;
    const { tokenizer, union, stem, synonyms, when } = index;
    const base = synonyms === undefined ? undefined : sorted(site.knowledge[synonyms.base] ?? {});
    return [code, paths, tokenizer, union.toSorted(), stem, synonyms?.match, base, sorted(when)] as const;
  });
  const dropsArticles = site.sorts.some((sort) => sort.dropLeadingArticles);
  return {
    // Under the name that it had when it was the only number.
    analysisVersion: site.indexed.analysis,
    // In their order: of two fields with the same words the first one owns them.
    fields,
    sorts: site.sorts.map(({ code, by, dropLeadingArticles }) => [code, by, dropLeadingArticles] as const),
    articles: dropsArticles ? site.languages : [],
    hidden: site.hiddenPaths.toSorted(),
    // Analysis 2 did not know whom a record names.
    ...(site.indexed.analysis >= 3 && { naming: [...site.ownerPaths, ...site.viewerPaths].toSorted() }),
    // Under which names a reference finds an article.
    journals: journalNameBases(site).map((base) => sorted(site.knowledge[base] ?? {})),
    facets: site.facets.map(({ code, kind, paths, field, when }) => {
      const conditions = sorted(when);
      // Without paths it is read of the whole record, as its field is.
      const read = paths.length === 0 && field !== undefined ? [field] : [];
      return [code, kind, paths, ...read, ...(conditions.length === 0 ? [] : [conditions])] as const;
    }),
  };
}

/** Hex SHA-256. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sorted(map: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
