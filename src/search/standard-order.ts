import type { Analyzer } from '../index/analysis/analyzer.ts';
import type { Collection, Site, SortMethod } from '../site/site.ts';
import type { Query } from './query/tree.ts';
import { questionOf } from './question.ts';
import type { SearchRequest } from './request.ts';

/** An order as an address asks for it: sf, so and rm. */
export type AskedOrder = Pick<SearchRequest, 'sort' | 'ascending' | 'rank'>;

export const newestFirst: AskedOrder = { sort: '', ascending: false, rank: '' };

/**
 * The order of a request: the one that it asks for, else that of the site file for its collection.
 * Relevance is for words: names, numbers, codes and limits alone come newest first.
 */
export function orderAsked(request: SearchRequest, site: Site, analyzer: Analyzer): AskedOrder {
  const { sort, ascending, rank } = request;
  if (request.order !== 'site' || sort !== '' || rank !== '' || ascending) return { sort, ascending, rank };
  const code = orderOfSite(request, site);
  const method = site.ranks.find((one) => (code === 'relevance' ? one.method === 'relevance' : one.code === code));
  if (method !== undefined) {
    const needsWords = method.method === 'relevance' || method.method === 'combine';
    return needsWords && !hasWords(request, analyzer) ? newestFirst : { ...newestFirst, rank: method.code };
  }
  const sorted = site.sorts.find((one) => one.code === code);
  return sorted === undefined ? newestFirst : { ...newestFirst, sort: code, ascending: !isDescending(sorted) };
}

/** What one looks for in a date, a year or a number of citations is the highest. */
export function isDescending({ by, code }: SortMethod): boolean {
  return by === 'year' || code === 'year' || by === 'citations' || by === 'created' || by === 'modified';
}

function orderOfSite({ collection, collections }: SearchRequest, site: Site): string {
  const name = collection === '' && collections.length === 1 ? collections[0] : collection;
  return ordersOf(site).get(name ?? '') ?? site.order;
}

const known = new WeakMap<Site, ReadonlyMap<string, string>>();

/** Of each collection that says so itself or is below one that does. */
function ordersOf(site: Site): ReadonlyMap<string, string> {
  const before = known.get(site);
  if (before !== undefined) return before;
  const orders = new Map<string, string>();
  const add = (one: Collection, above: string | undefined): void => {
    const order = one.order ?? above;
    if (order !== undefined) orders.set(one.name, order);
    for (const child of [...one.children, ...one.virtualChildren]) add(child, order);
  };
  for (const root of site.collections) add(root, undefined);
  // The home collection is asked for without a name.
  const home = site.collections[0]?.order;
  if (home !== undefined) orders.set('', home);
  known.set(site, orders);
  return orders;
}

function hasWords(request: SearchRequest, analyzer: Analyzer): boolean {
  if (request.text === '' && request.parts.length === 0 && request.tree === undefined) return false;
  return wantsWords(questionOf({ ...request, limits: [] }, analyzer).query, analyzer);
}

function wantsWords(query: Query, analyzer: Analyzer): boolean {
  if (query.kind === 'chain')
    return query.steps.some((step) => step.join !== 'not' && wantsWords(step.query, analyzer));
  if (query.kind !== 'word' && query.kind !== 'exact' && query.kind !== 'partial') return false;
  const code = query.field === '' || query.field === 'global' ? analyzer.anyField : query.field;
  const field = analyzer.field(code);
  if (field?.words === undefined || field.names || field.numeric || field.whole || query.text.includes('*'))
    return false;
  // A number in a field of its own, such as a year, is none either.
  return (query.field === '' ? /[\p{L}\p{N}]/u : /\p{L}/u).test(query.text);
}
