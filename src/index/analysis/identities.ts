import type { Site } from '../../site/site.ts';

/**
 * Whom a record names as owner or viewer, by `identityOf`. Nobody's question asks it: it is for
 * deciding what is shown.
 */
export const identitySpace = 'o:';

/**
 * Analyses before 3 have whom a record names only among the values of its fields, which are folded
 * for searching.
 */
export function hasIdentities({ indexed }: Pick<Site, 'indexed'>): boolean {
  return indexed.analysis >= 3;
}
