import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Person } from '../people/person.ts';
import { findingsIn } from '../search/evaluate/finding.ts';
import { questionOf } from '../search/question.ts';
import type { SearchRequest } from '../search/request.ts';
import { analyzerOf } from '../search/search.ts';
import { mayEditSome } from './may-edit.ts';

/**
 * Numbers of records of which a rule, or any for "*", says something to this person that nobody has
 * decided yet; in any order.
 */
export type RecordsFound = (rule: string, person: Person, snapshot: IndexSnapshot) => Promise<readonly number[]>;

/**
 * The request with what it needs to know of finding:, read from the database; for others than those
 * who may edit records there is no such field.
 */
export async function withFindings(
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
  recordsFound: RecordsFound,
): Promise<SearchRequest> {
  const analyzer = analyzerOf(snapshot.site);
  if (analyzer.field('finding') !== undefined || !mayEditSome(person, snapshot)) return request;
  const rules = new Set(findingsIn(questionOf(request, analyzer).query));
  if (rules.size === 0) return request;
  const answers = [...rules].map(
    async (rule) => [rule, Uint32Array.from(await recordsFound(rule, person, snapshot)).sort()] as const,
  );
  return { ...request, foundBy: new Map(await Promise.all(answers)) };
}
