import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Site } from '../../site/site.ts';
import type { RecordColumns } from '../document.ts';
import { leadingArticle } from './articles.ts';
import { foldValue, tidySpace } from './fold.ts';
import { holdsNames } from './makers.ts';
import { yearOf } from './year.ts';

/** Sort keys are for comparing; nothing is told apart after so many characters. */
const maximumKey = 200;
/** Values of `by` that are columns of every record, or come from elsewhere. */
const computed = new Set(['created', 'modified', 'citations', 'year']);

interface SortPlan {
  readonly code: string;
  readonly paths: readonly MarcPath[];
  readonly key: (value: string, nonfiling: number) => string;
}

interface FacetPlan {
  readonly code: string;
  readonly paths: readonly MarcPath[];
}

/** Sort methods and facets of a site compiled: columns of a record in one go each. */
export function compileColumns(site: Site): (record: MarcRecord, created: number, modified: number) => RecordColumns {
  const sorts = site.sorts
    .filter((sort) => typeof sort.by !== 'string' || !computed.has(sort.by))
    .map((sort): SortPlan => {
      const field = typeof sort.by === 'string' ? site.fields.find((one) => one.code === sort.by) : undefined;
      const paths = typeof sort.by === 'string' ? (field?.paths ?? []) : sort.by;
      const isName = holdsNames(field?.index?.tokenizer);
      const article = sort.dropLeadingArticles ? leadingArticle(site.languages) : undefined;
      return {
        code: sort.code,
        paths: paths.map(compilePath),
        key: (value, nonfiling) => {
          const folded = foldValue(sort.dropLeadingArticles && nonfiling > 0 ? value.slice(nonfiling) : value);
          const bare = article === undefined ? folded : folded.replace(article, '');
          return (isName ? bare.replace(symbols, '') : bare).slice(0, maximumKey);
        },
      };
    });
  const facets = site.facets
    .filter((facet) => facet.kind === 'values')
    .map((facet): FacetPlan => ({ code: facet.code, paths: facet.paths.map(compilePath) }));
  return (record, created, modified) => ({
    created,
    modified,
    year: yearOf(record),
    sorts: Object.fromEntries(sorts.map((plan) => [plan.code, sortKey(record, plan)])),
    facets: Object.fromEntries(facets.map((plan) => [plan.code, facetValues(record, plan)])),
  });
}

/** "'t Hooft, G" sorts as "t hooft g". */
const symbols = /[^\p{L}\p{N}\s]+/gu;

/** Of the first value that has one; the order of paths counts first, then that of the record. */
function sortKey(record: MarcRecord, plan: SortPlan): string {
  let key = '';
  for (const path of plan.paths) {
    path.forEach(record, (value, field) => {
      if (key !== '') return;
      // MARC 21: the second indicator of 245 (the first of 130) counts the characters that sorting skips.
      const nonfiling = field.tag === '245' ? Number(field.ind2) : 0;
      key = plan.key(value, Number.isInteger(nonfiling) ? nonfiling : 0);
    });
    if (key !== '') break;
  }
  return key;
}

/** Filling characters of fixed fields, and codes that say that nothing is said. */
const says = /[\p{L}\p{N}]/u;
const unsaid = new Set(['und', 'zxx', 'mis', '|||', 'xxx']);

function facetValues(record: MarcRecord, plan: FacetPlan): readonly string[] {
  const values = new Set<string>();
  for (const path of plan.paths) {
    const isCode = path.text.startsWith('008/');
    path.forEach(record, (value) => {
      const text = tidySpace(value);
      if (says.test(text) && !(isCode && unsaid.has(text))) values.add(text);
    });
  }
  return [...values];
}
