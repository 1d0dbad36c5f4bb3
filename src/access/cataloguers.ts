import type { IndexSnapshot } from '../index/snapshot.ts';
import { may, type Person } from '../people/person.ts';
import { cataloguersIn } from '../search/evaluate/cataloguer.ts';
import { type CataloguerQuestion, cataloguerKey } from '../search/evaluate/changed-by.ts';
import { questionOf } from '../search/question.ts';
import type { SearchRequest } from '../search/request.ts';
import { analyzerOf } from '../search/search.ts';

/** Numbers of the records that have a version by somebody, in any order. */
export type ChangesBy = (asked: CataloguerQuestion) => Promise<readonly number[]>;

/**
 * The request with what it needs to know of cataloguer:, read from the database. For others than
 * those who may edit records there is no such field, and for nearly all requests nothing is read.
 */
export async function withCataloguers(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  changesBy: ChangesBy,
): Promise<SearchRequest> {
  if (!mayAskCataloguers(snapshot, person)) return request;
  const asked = cataloguersIn(questionOf(request, analyzerOf(snapshot.site)).query);
  // One with a date that cannot be read finds nothing, and is no unknown field.
  if (asked.length === 0) return { ...request, changedBy: new Map() };
  const answers = await Promise.all(
    asked.map(async (one) => [cataloguerKey(one), Uint32Array.from(await changesBy(one)).sort()] as const),
  );
  return { ...request, changedBy: new Map(answers) };
}

export function mayAskCataloguers({ site }: IndexSnapshot, person: Person): boolean {
  return may(site, person, 'runbibedit');
}
