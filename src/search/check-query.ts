import { nearest } from '../errors/nearest.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { CheckQuery } from '../site/parse.ts';
import { noticeText } from './notices.ts';
import { parseQuery } from './query/parse.ts';
import { fieldNamesOf } from './question.ts';

/**
 * For queries of a site file: what the parser would tell a reader about one, and a name before a colon that is no
 * field. (A reader may mean such a word; a collection whose query has one would silently be empty.)
 */
export const checkQuery: CheckQuery = (query, site) => {
  const fieldNames = fieldNamesOf(compileAnalyzer(site));
  const { notices } = parseQuery(query, { fieldNames });
  if (notices[0] !== undefined) return noticeText(notices[0]);
  const bare = query.replace(/"[^"]*"|(?<=[\s:(]|^)(?:'[^']*'|\/[^/]*\/)/g, '');
  for (const [, name = ''] of bare.matchAll(/(?<=[\s(+|-]|^)([a-z]\w*):/gi)) {
    if (fieldNames(name) !== undefined) continue;
    const near = nearest(
      name,
      site.fields.map((field) => field.code),
    );
    return `there is no field '${name}'.${near === undefined ? '' : ` Did you mean '${near}'?`}`;
  }
  return undefined;
};
