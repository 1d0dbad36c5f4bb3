import { yearOf } from '../../description/dates.ts';
import { isPlainName, type NameKind, nameKind, nameOf } from '../../description/names.ts';
import { withoutIsbd, withoutMark } from '../../marc/isbd.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import { compilePathSet } from '../../marc/path-set.ts';
import type { Field, MarcRecord, Subfield } from '../../marc/record.ts';
import type { Site, SortMethod } from '../../site/site.ts';
import { tidySpace } from '../../tokenizers/fold.ts';
import { ruleOf } from '../../tokenizers/tokenizers.ts';
import { valueForm } from '../../tokenizers/value-form.ts';
import type { RecordColumns } from '../document.ts';
import { leadingArticle } from './articles.ts';
import { compileKeys } from './keys.ts';
import { readers } from './of-record.ts';
import { type Condition, compileConditions, conditionsHold } from './plan.ts';

/** Sort keys are for comparing; nothing is told apart after so many characters. */
const maximumKey = 200;
/** Values of `by` that are columns of every record, or come from elsewhere. */
const computed = new Set(['created', 'modified', 'citations', 'year']);

/** Makes the key of one value; `nonfiling` counts the characters that sorting skips. */
type SortKey = (value: string, nonfiling: number) => string;

/**
 * What is to be done with the values of a path: the set calls a path by its number, so these stand
 * in a list.
 */
type PathUse =
  | { readonly sort: number; readonly rank: number; readonly last: boolean }
  | { readonly facet: number; readonly isCode: boolean; readonly conditions: readonly Condition[] };

/**
 * Sort methods and facets of a site compiled: all columns of a record in one pass over its fields.
 */
export function compileColumns(site: Site): (record: MarcRecord, created: number, modified: number) => RecordColumns {
  const sorts = site.sorts.filter((sort) => typeof sort.by !== 'string' || !computed.has(sort.by));
  const facets = site.facets.filter((facet) => facet.kind === 'values');
  const keyMakers = sorts.map((sort) => compileKey(site, sort));
  const paths: MarcPath[] = [];
  const uses: PathUse[] = [];
  sorts.forEach((sort, number) => {
    // The first path counts that says something, and its first value; of the paths of a field its
    // last, as in Invenio.
    const last = typeof sort.by === 'string';
    sortPaths(site, sort).forEach((path, rank) => {
      paths.push(compilePath(path));
      uses.push({ sort: number, rank, last });
    });
  });
  const ofRecord = facets.flatMap((facet, number) => {
    const field = site.fields.find(({ code }) => code === facet.field);
    const reads = ruleOf(field?.index?.tokenizer)?.ofRecord;
    return reads === undefined ? [] : [{ facet: number, reads }];
  });
  facets.forEach((facet, number) => {
    const conditions = compileConditions(facet.when);
    for (const path of facet.paths) {
      paths.push(compilePath(path));
      uses.push({ facet: number, isCode: path.startsWith('008/'), conditions });
    }
  });
  const set = compilePathSet(paths);
  const keysOf = compileKeys(site);
  return (record, created, modified) => {
    const keys = sorts.map(() => '');
    const ranks = sorts.map(() => Number.POSITIVE_INFINITY);
    const values = facets.map(() => new Set<string>());
    set.forEach(record, (path, value, field, subfield) => {
      const use = uses[path] as PathUse;
      if ('facet' in use) {
        if (!conditionsHold(use.conditions, field)) return;
        const text = use.isCode ? tidySpace(value) : tidySpace(facetValue(value, field, subfield));
        if (says.test(text) && !(use.isCode && unsaid.has(text))) values[use.facet]?.add(text);
      } else if (use.rank < (ranks[use.sort] as number) || (use.last && use.rank === ranks[use.sort])) {
        const key = keyMakers[use.sort]?.(value, nonfilingOf(field)) ?? '';
        if (key === '') return;
        keys[use.sort] = key;
        ranks[use.sort] = use.rank;
      }
    });
    for (const { facet, reads } of ofRecord) for (const value of readers[reads](record)) values[facet]!.add(value);
    return {
      created,
      modified,
      year: yearOf(record),
      sorts: Object.fromEntries(sorts.map((sort, number) => [sort.code, keys[number] ?? ''])),
      facets: Object.fromEntries(facets.map((facet, number) => [facet.code, [...(values[number] ?? [])]])),
      keys: keysOf(record),
    };
  };
}

/** The order of paths counts first, then that of the record. */
function sortPaths(site: Site, { by }: SortMethod): readonly string[] {
  return typeof by === 'string' ? (site.fields.find((field) => field.code === by)?.paths ?? []) : by;
}

function compileKey(site: Site, sort: SortMethod): SortKey {
  const field = site.fields.find(({ code }) => code === sort.by);
  const isName = ruleOf(field?.index?.tokenizer)?.names !== undefined;
  const article = sort.dropLeadingArticles ? leadingArticle(site.languages) : undefined;
  return (value, nonfiling) => {
    const form = valueForm(sort.dropLeadingArticles && nonfiling > 0 ? value.slice(nonfiling) : value);
    const folded = form.replace(opening, '') || form;
    const bare = article === undefined ? folded : folded.replace(article, '');
    return (isName ? nameKey(bare) : bare).slice(0, maximumKey);
  };
}

/** Word by word, as libraries file: "bo-yu, h" before "bollen, g", and "d'alesio" among "dal". */
function nameKey(folded: string): string {
  return tidySpace(folded.replaceAll('-', ' ').replace(symbols, ''));
}

/**
 * Quotes, brackets and dots before the first word are passed over, as filing rules say (ALA, UCA).
 */
const opening = /^[\p{P}\p{S}\s]+/u;

const symbols = /[^\p{L}\p{N}\s]+/gu;

/** MARC 21: the second indicator of 245 says how many characters are an article. */
function nonfilingOf(field: Field): number {
  const digit = field.tag === '245' ? field.ind2.charCodeAt(0) - 0x30 : 0;
  return digit > 0 && digit < 10 ? digit : 0;
}

/** A value as a page shows it: a whole name for its $a, and no punctuation of the catalogue. */
function facetValue(value: string, field: Field, subfield: Subfield | undefined): string {
  if (subfield === undefined) return value;
  const kind = subfield.code === 'a' ? nameKind(field.tag) : undefined;
  if (kind !== undefined) {
    const shape = shapeOf(field, kind);
    // The author of another work, which this one contains or is related to.
    if (shape === 'of-work') return '';
    return shape === 'plain' ? withoutIsbd(value) : nameOf(field, kind);
  }
  const isAbbreviation = subfield.code === 'p' && (field.tag === '773' || field.tag === '909');
  return isAbbreviation ? withoutMark(value) : withoutIsbd(value);
}

type NameShape = 'plain' | 'composed' | 'of-work';

/** Each $a of a field asks the same, and there may be a hundred thousand of them. */
let last: { readonly field: Field; readonly shape: NameShape } | undefined;

function shapeOf(field: Field, kind: NameKind): NameShape {
  if (last?.field === field) return last.shape;
  const codes = field.subfields.map(({ code }) => code);
  // The older local form may have several names in one field.
  const hasSeveral = codes.indexOf('a') !== codes.lastIndexOf('a');
  const isPlain = hasSeveral || isPlainName(field, kind);
  const shape = field.tag[0] === '7' && codes.includes('t') ? 'of-work' : isPlain ? 'plain' : 'composed';
  last = { field, shape };
  return shape;
}

/** Filling characters of fixed fields, and codes that say that nothing is said. */
const says = /[\p{L}\p{N}]/u;
const unsaid = new Set(['und', 'zxx', 'mis', 'xxx']);
