import { withCataloguers } from '../access/cataloguers.ts';
import { withFindings } from '../access/findings.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Library } from '../library/open.ts';
import type { Person } from '../people/person.ts';
import type { SearchRequest } from '../search/request.ts';

/**
 * The request with what stands in the database alone: who changed records, and what rules have
 * found.
 */
export async function withDatabaseAnswers(
  { changedBy, recordsFound }: Pick<Library, 'changedBy' | 'recordsFound'>,
  snapshot: IndexSnapshot,
  person: Person,
  request: SearchRequest,
): Promise<SearchRequest> {
  const known = await withCataloguers(snapshot, person, request, changedBy);
  return await withFindings(snapshot, person, known, recordsFound);
}
