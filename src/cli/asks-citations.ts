import type { SearchRequest } from '../search/request.ts';
import type { Site } from '../site/site.ts';

/** Only then is a large library's citation graph worth waiting for. */
export function asksCitations(request: SearchRequest, { ranks, sorts }: Site): boolean {
  if (/cited|refersto|refs|topcit/i.test(`${request.text} ${request.field}`)) return true;
  if (ranks.some(({ code, method }) => code === request.rank && method === 'citations')) return true;
  return sorts.some(({ code, by }) => code === request.sort && by === 'citations');
}
