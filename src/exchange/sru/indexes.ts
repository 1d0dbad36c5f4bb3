/** Which indexes of CQL there are, and in which fields of a library each looks. */
import type { Site } from '../../site/site.ts';
import { type CqlPrefix, unescaped } from './cql.ts';
import { Refused } from './diagnostics.ts';

export interface ContextSet {
  /** As explain has it, and as a query may use it without saying so. */
  readonly prefix: string;
  readonly identifier: string;
  readonly title: string;
  /** Other versions of it. */
  readonly also: RegExp;
}

export const contextSets = [
  {
    prefix: 'cql',
    identifier: 'info:srw/cql-context-set/1/cql-v1.2',
    title: 'CQL',
    also: /(?:context-sets?|cql)\/(?:\d\/)?cql[-/]v1\.[0-2]\/?$/,
  },
  {
    prefix: 'dc',
    identifier: 'info:srw/cql-context-set/1/dc-v1.1',
    title: 'Dublin Core',
    also: /(?:context-sets?\/(?:\d\/)?dc[-/]v1\.[01]\/?|purl\.org\/dc\/(?:elements\/1\.1|terms)\/?)$/,
  },
  {
    prefix: 'bath',
    identifier: 'http://zing.z3950.org/cql/bath/2.0/',
    title: 'Bath profile',
    also: /cql\/bath\/[\d.]+\/?$/,
  },
  { prefix: 'rec', identifier: 'info:srw/cql-context-set/2/rec-1.1', title: 'Record metadata', also: /\/rec-1\.\d$/ },
  {
    prefix: 'bib',
    identifier: 'info:srw/cql-context-set/1/bib-v1',
    title: 'Bibliographic',
    also: /\/bib-v1(?:\.\d)?$/,
  },
] as const satisfies readonly ContextSet[];

/** Fields of the site file by their own names: `local.reportnumber`. */
export const localSet = 'local';

export function localIdentifier(baseUrl: string): string {
  return `${baseUrl}/sru/fields`;
}

export interface CqlIndex {
  readonly set: (typeof contextSets)[number]['prefix'];
  readonly name: string;
  readonly title: string;
  /**
   * Fields of the site that it looks in, as many as there are; with none of them there is no such
   * index.
   */
  readonly fields: readonly string[];
  /** Other names of it in its set. */
  readonly also?: readonly string[];
}

/** Finds all records, or is the server's choice: no fields of the site. */
export const allRecords = 'cql.allrecords';
/** Whatever the library searches for a word without a field. */
const anyField = ['anyfield'] as const;

const identifiers = ['doi', 'isbn', 'issn', 'reportnumber', 'oclc'];

/** In the order of explain. */
export const cqlIndexes: readonly CqlIndex[] = [
  {
    set: 'cql',
    name: 'serverChoice',
    title: 'Anything',
    fields: anyField,
    also: ['anywhere', 'anyIndexes', 'keywords', 'allIndexes'],
  },
  { set: 'cql', name: 'allRecords', title: 'All records', fields: [] },
  { set: 'dc', name: 'title', title: 'Title', fields: ['title'] },
  { set: 'dc', name: 'creator', title: 'Creator', fields: ['author', 'corporate', 'collaboration'] },
  { set: 'dc', name: 'contributor', title: 'Contributor', fields: ['author', 'corporate', 'collaboration'] },
  { set: 'dc', name: 'subject', title: 'Subject', fields: ['subject', 'keyword'] },
  { set: 'dc', name: 'description', title: 'Description', fields: ['abstract'] },
  { set: 'dc', name: 'publisher', title: 'Publisher', fields: ['publisher'] },
  { set: 'dc', name: 'date', title: 'Year', fields: ['year'] },
  { set: 'dc', name: 'type', title: 'Kind of material', fields: ['material', 'collection'] },
  { set: 'dc', name: 'format', title: 'Type of file', fields: ['filetype'] },
  { set: 'dc', name: 'identifier', title: 'Identifier', fields: identifiers, also: ['resourceIdentifier'] },
  { set: 'dc', name: 'source', title: 'Journal', fields: ['journal'] },
  { set: 'dc', name: 'language', title: 'Language', fields: ['language'] },
  { set: 'dc', name: 'relation', title: 'Series', fields: ['series'] },
  { set: 'bath', name: 'any', title: 'Anything', fields: anyField },
  { set: 'bath', name: 'title', title: 'Title', fields: ['title'], also: ['uniformTitle', 'keyTitle'] },
  { set: 'bath', name: 'author', title: 'Author', fields: ['author', 'corporate'], also: ['name'] },
  { set: 'bath', name: 'personalName', title: 'Personal name', fields: ['author'] },
  { set: 'bath', name: 'corporateName', title: 'Corporate name', fields: ['corporate', 'collaboration'] },
  { set: 'bath', name: 'conferenceName', title: 'Conference', fields: ['corporate'] },
  {
    set: 'bath',
    name: 'subject',
    title: 'Subject',
    fields: ['subject', 'keyword'],
    also: ['topicalSubject', 'geographicName'],
  },
  { set: 'bath', name: 'seriesTitle', title: 'Series', fields: ['series'] },
  { set: 'bath', name: 'publisher', title: 'Publisher', fields: ['publisher'] },
  { set: 'bath', name: 'isbn', title: 'ISBN', fields: ['isbn'] },
  { set: 'bath', name: 'issn', title: 'ISSN', fields: ['issn'] },
  { set: 'bath', name: 'standardIdentifier', title: 'Standard identifier', fields: identifiers },
  { set: 'bath', name: 'callNumber', title: 'Call number', fields: ['callnumber'] },
  { set: 'bath', name: 'possessingInstitution', title: 'Library', fields: ['holdings'] },
  { set: 'bath', name: 'notes', title: 'Abstract and notes', fields: ['abstract', 'miscellaneous'] },
  { set: 'rec', name: 'identifier', title: 'Record number', fields: ['recid'], also: ['id'] },
  { set: 'rec', name: 'creationDate', title: 'Date of creation', fields: ['datecreated'], also: ['created'] },
  {
    set: 'rec',
    name: 'lastModificationDate',
    title: 'Date of the last change',
    fields: ['datemodified'],
    also: ['modified', 'lastModified'],
  },
  {
    set: 'bib',
    name: 'title',
    title: 'Title',
    fields: ['title'],
    also: ['titleUniform', 'titleKey', 'titleOther', 'titleTranslated'],
  },
  { set: 'bib', name: 'titleSeries', title: 'Series', fields: ['series'] },
  { set: 'bib', name: 'name', title: 'Name', fields: ['author', 'corporate'] },
  { set: 'bib', name: 'namePersonal', title: 'Personal name', fields: ['author'] },
  { set: 'bib', name: 'nameCorporate', title: 'Corporate name', fields: ['corporate', 'collaboration'] },
  { set: 'bib', name: 'nameConference', title: 'Conference', fields: ['corporate'] },
  {
    set: 'bib',
    name: 'subjectTopical',
    title: 'Subject',
    fields: ['subject', 'keyword'],
    also: ['subject', 'subjectPlace', 'subjectName'],
  },
  { set: 'bib', name: 'dateIssued', title: 'Year', fields: ['year'] },
  { set: 'bib', name: 'identifier', title: 'Identifier', fields: identifiers },
  { set: 'bib', name: 'genre', title: 'Kind of material', fields: ['material', 'collection'] },
  { set: 'bib', name: 'classification', title: 'Call number', fields: ['callnumber'] },
];

/** Where a name without a prefix is looked for. */
const withoutPrefix = ['dc', localSet, 'bath', 'rec', 'cql', 'bib'] as const;

const builtIn: ReadonlySet<string> = new Set(['recid', 'datecreated', 'datemodified']);

function hasField(site: Site, code: string): boolean {
  return builtIn.has(code) || site.fields.some((field) => field.code === code);
}

/** Those of a library: an index of which it has no field is none. */
export function indexesOf(site: Site): readonly CqlIndex[] {
  return cqlIndexes
    .map((index) => ({ ...index, fields: index.fields.filter((code) => hasField(site, code)) }))
    .filter(({ set, name, fields }) => fields.length > 0 || keyOf(set, name) === allRecords);
}

function keyOf(set: string, name: string): string {
  return `${set}.${name}`.toLowerCase();
}

const known = new WeakMap<Site, ReadonlyMap<string, readonly string[]>>();

/** "dc.title" -> fields. */
function fieldsByIndex(site: Site): ReadonlyMap<string, readonly string[]> {
  const before = known.get(site);
  if (before !== undefined) return before;
  const all = new Map<string, readonly string[]>();
  for (const { code } of site.fields) all.set(keyOf(localSet, code), [code]);
  for (const { set, name, also = [], fields } of indexesOf(site))
    for (const one of [name, ...also]) all.set(keyOf(set, one), fields);
  known.set(site, all);
  return all;
}

/** Prefixes of a query: name -> set, '' of names without one. */
export type Prefixes = ReadonlyMap<string, string>;

export const standardPrefixes: Prefixes = new Map(
  [...contextSets.map(({ prefix }) => prefix), localSet].map((one) => [one, one]),
);

/** Throws Refused for a set that is not known here. */
export function withPrefix(
  prefixes: Prefixes,
  { name, identifier }: Pick<CqlPrefix, 'name' | 'identifier'>,
  baseUrl: string,
): Prefixes {
  const set = contextSets.find((one) => one.identifier === identifier || one.also.test(identifier));
  const prefix = set?.prefix ?? (identifier === localIdentifier(baseUrl) ? localSet : undefined);
  if (prefix === undefined) throw new Refused(15, identifier);
  return new Map([...prefixes, [unescaped(name).toLowerCase(), prefix]]);
}

export interface FoundIndex {
  readonly isAll: boolean;
  /** Of the site, or built in; none with `isAll`. */
  readonly fields: readonly string[];
}

/** Throws Refused for an index that there is not. */
export function findIndex(site: Site, written: string, prefixes: Prefixes): FoundIndex {
  const index = unescaped(written);
  const dot = index.indexOf('.');
  const prefix = dot === -1 ? '' : index.slice(0, dot).toLowerCase();
  const name = index.slice(dot + 1);
  const set = prefixes.get(prefix);
  // "srw" is what the set "cql" was called in CQL 1.0.
  const sets = set !== undefined ? [set] : dot === -1 ? withoutPrefix : prefix === 'srw' ? ['cql'] : [];
  if (sets.length === 0) throw new Refused(15, prefix);
  for (const one of sets) {
    const key = keyOf(one, name);
    if (key === 'cql.resultsetid') throw new Refused(50, index);
    const fields = fieldsByIndex(site).get(key);
    if (fields !== undefined) return { isAll: key === allRecords, fields };
  }
  throw new Refused(16, index);
}
