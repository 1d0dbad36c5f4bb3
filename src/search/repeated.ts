import type { SearchRequest } from './request.ts';

/**
 * How often what may repeat may stand in one request. Far above what forms and programs ask for,
 * and few enough that each costs little: every code of `sf` is a column of all records, every
 * condition a look at the index, and pages repeat them all in their links. (Choices of facets are
 * bounded in choices.ts.)
 */
export const mostOf = {
  sf: 5,
  c: 100,
  ot: 100,
  em: 20,
  conditions: 20,
} as const;

export interface Repeated {
  /** The argument as the address has it, or several that count together. */
  readonly name: string;
  readonly count: number;
  readonly most: number;
}

/**
 * The argument that stands there too often, or has too many parts; undefined when there is none.
 */
export function repeatedTooOften(request: SearchRequest): Repeated | undefined {
  const { collections, tags, embed, limits } = request;
  const counts: readonly Repeated[] = [
    { name: 'sf', count: sortCodes(request).length, most: mostOf.sf },
    { name: 'c', count: collections.length, most: mostOf.c },
    { name: 'ot', count: tags.length, most: mostOf.ot },
    { name: 'em', count: embed.length, most: mostOf.em },
    { name: [...new Set(limits.map(({ field }) => field))].join(', '), count: limits.length, most: mostOf.conditions },
  ];
  return counts.find(({ count, most }) => count > most);
}

/** The parts of `sf`. */
export function sortCodes({ sort }: Pick<SearchRequest, 'sort'>): readonly string[] {
  return sort
    .split(',')
    .map((code) => code.trim())
    .filter((code) => code !== '');
}
