import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { CheckQuery } from '../site/parse.ts';
import { noticeText } from './notices.ts';
import { parseQuery } from './query/parse.ts';
import type { Query } from './query/tree.ts';
import { fieldNamesOf } from './question.ts';
import { unknownFields } from './unknown-field.ts';

/**
 * Who is in a collection is worked out segment by segment, and decides in turn whose citations
 * count.
 */
function asksCitations(query: Query): boolean {
  if (query.kind === 'second-order') return true;
  if (query.kind === 'chain') return query.steps.some((step) => asksCitations(step.query));
  return query.kind !== 'everything' && /^(?:cited|cocitedwith)/.test(query.field);
}

/**
 * Who wrote a version, and what rules have found, stands in the database, which a collection's
 * query does not read.
 */
function asksDatabase(query: Query, field: 'cataloguer' | 'finding'): boolean {
  if (query.kind === 'chain') return query.steps.some((step) => asksDatabase(step.query, field));
  return 'field' in query && query.field === field;
}

/**
 * For queries of a site file: what the parser would tell a reader about one, and a name before a
 * colon that is no field. (A reader may mean such a word; a collection whose query has one would
 * silently be empty.)
 */
export const checkQuery: CheckQuery = (query, site) => {
  const fieldNames = fieldNamesOf(compileAnalyzer(site));
  const { query: parsed, notices } = parseQuery(query, { fieldNames });
  if (notices[0] !== undefined) return noticeText(notices[0]);
  if (asksCitations(parsed))
    return 'it asks about citations, which change without the record: a collection cannot be made of them.';
  if (asksDatabase(parsed, 'cataloguer')) return 'it asks who changed records: a collection cannot be made of them.';
  if (asksDatabase(parsed, 'finding') && site.fields.every(({ code }) => code !== 'finding'))
    return 'it asks what rules have found: a collection cannot be made of it.';
  const codes = site.fields.map((field) => field.code);
  const [unknown] = unknownFields(query, fieldNames, codes);
  if (unknown === undefined) return undefined;
  const { name, near } = unknown;
  return `there is no field '${name}'.${near === undefined ? '' : ` Did you mean '${near}'?`}`;
};
