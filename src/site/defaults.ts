import type { FacetDefinition, FieldDefinition, RankMethod, SortMethod } from './site.ts';

/** What a site file means that does not say otherwise. */

export const defaultAccent = '#0b5cad';

/** Where Invenio keeps who submitted a record. */
export const defaultOwnerPaths: readonly string[] = ['8560_f'];

export const defaultRanks: readonly RankMethod[] = [
  { code: 'wrd', name: 'relevance', method: 'relevance', path: undefined, base: undefined },
  { code: 'citation', name: 'times cited', method: 'citations', path: undefined, base: undefined },
];

export function defaultSorts(fields: readonly FieldDefinition[]): readonly SortMethod[] {
  const has = (code: string): boolean => fields.some((field) => field.code === code);
  const author = ['firstauthor', 'author'].find(has);
  return [
    sort('latest', 'created', 'newest first', "les plus récents d'abord"),
    ...(has('title') ? [{ ...sort('title', 'title', 'title', 'titre'), dropLeadingArticles: true }] : []),
    ...(author === undefined ? [] : [sort('author', author, 'author', 'auteur')]),
    sort('year', 'year', 'year', 'année'),
  ];
}

function sort(code: string, by: string, en: string, fr: string): SortMethod {
  return { code, by, dropLeadingArticles: false, names: { en, fr } };
}

/** From the site's own fields where it has them, else from where MARC 21 keeps such things. */
export function defaultFacets(fields: readonly FieldDefinition[]): readonly FacetDefinition[] {
  const pathsOf = (code: string, otherwise: readonly string[]): FacetValues => {
    const field = fields.find((one) => one.code === code);
    return { paths: field?.paths ?? otherwise, field: field?.code, when: field?.index?.when ?? {} };
  };
  const of = (...paths: readonly string[]): FacetValues => ({ paths, field: undefined, when: {} });
  return [
    facet('collection', 'collection', of(), 'Collection', 'Collection'),
    facet('year', 'year', of(), 'Year', 'Année'),
    facet('author', 'values', pathsOf('author', ['100%%a', '700%%a']), 'Author', 'Auteur'),
    facet('subject', 'values', pathsOf('subject', ['650%%a', '65017a', '65027a', '6531_a']), 'Subject', 'Sujet'),
    facet('language', 'values', of('041%%a', '008/35-37'), 'Language', 'Langue'),
    facet('type', 'values', of('980__a'), 'Type', 'Type'),
  ];
}

type FacetValues = Pick<FacetDefinition, 'paths' | 'field' | 'when'>;

function facet(
  code: string,
  kind: FacetDefinition['kind'],
  values: FacetValues,
  en: string,
  fr: string,
): FacetDefinition {
  return { code, kind, ...values, names: { en, fr }, labels: undefined };
}

/** 964 counts the copies of a work in libraries that come from Invenio. */
export const defaultStrongTags: readonly string[] = ['964'];
/** 6531_9 says who gave a keyword. */
export const defaultProvenancePaths: readonly string[] = ['6531_9'];
