/** One kind of fields that metadata gives. */
export interface Rule {
  /** A field for each of these elements. */
  readonly path: string;
  /** Tag and indicators, "_" for a blank: 100__. */
  readonly field: string;
  /** Those of the fields behind the first with `field`. */
  readonly next?: string;
  /**
   * By code: a path from that element; "=TEXT" is always the same; "{path}, {path}" a text of
   * several, when all are there; "|" before another one in their place. A field without a value of
   * a path does not come.
   */
  readonly subfields: Readonly<Record<string, string>>;
  /**
   * Only for values of `a` that are such: each value has the first rule of its path that takes it.
   */
  readonly only?: 'doi' | 'isbn' | 'issn' | 'url';
}

const identifierRules = (
  path: string,
  conditions: { doi?: string; isbn?: string; issn?: string } = {},
): readonly Rule[] => [
  { path: conditions.doi ?? path, field: '0247_', subfields: { a: '.', 2: '=doi' }, only: 'doi' },
  { path: conditions.isbn ?? path, field: '020__', subfields: { a: '.' }, only: 'isbn' },
  { path: conditions.issn ?? path, field: '022__', subfields: { a: '.' }, only: 'issn' },
  { path, field: '8564_', subfields: { u: '.' }, only: 'url' },
  { path, field: '0248_', subfields: { a: '.' } },
];

/** Dublin Core: LoC's crosswalk, with what can be told apart told apart. */
export const dublinCoreRules: readonly Rule[] = [
  ...identifierRules('identifier'),
  { path: 'language', field: '041__', subfields: { a: '.' } },
  { path: 'creator', field: '100__', next: '700__', subfields: { a: '.' } },
  { path: 'title', field: '245__', next: '246__', subfields: { a: '.' } },
  { path: '.', field: '260__', subfields: { b: 'publisher', c: 'date' } },
  { path: 'format', field: '300__', subfields: { a: '.' } },
  { path: 'description', field: '520__', subfields: { a: '.' } },
  { path: 'coverage', field: '522__', subfields: { a: '.' } },
  { path: 'rights', field: '540__', subfields: { a: '.' } },
  { path: 'subject', field: '653__', subfields: { a: '.' } },
  { path: 'type', field: '6557_', subfields: { a: '.', 2: '=local' } },
  { path: 'contributor', field: '700__', subfields: { a: '.' } },
  { path: 'source', field: '7860_', subfields: { n: '.' } },
  { path: 'relation', field: '7870_', subfields: { n: '.' } },
];

const modsName = '{namePart[@type=family]}, {namePart[@type=given]}|namePart';
const modsRole = 'role/roleTerm[@type=text]|role/roleTerm';

/** MODS 3. */
export const modsRules: readonly Rule[] = [
  { path: 'identifier[@type=doi]', field: '0247_', subfields: { a: '.', 2: '=doi' } },
  { path: 'identifier[@type=isbn]', field: '020__', subfields: { a: '.' } },
  { path: 'identifier[@type=issn]', field: '022__', subfields: { a: '.' } },
  { path: 'identifier[@type=hdl]', field: '0247_', subfields: { a: '.', 2: '=hdl' } },
  {
    path: 'identifier[!@type=doi][!@type=isbn][!@type=issn][!@type=hdl][!@type=uri]',
    field: '0248_',
    subfields: { a: '.' },
  },
  { path: 'language', field: '041__', subfields: { a: 'languageTerm[@type=code]|languageTerm' } },
  { path: 'classification', field: '084__', subfields: { a: '.', 2: '@authority' } },
  {
    path: 'name[@type=personal]',
    field: '100__',
    next: '700__',
    subfields: { a: modsName, e: modsRole, u: 'affiliation' },
  },
  { path: 'name[@type=corporate]', field: '710__', subfields: { a: 'namePart', e: modsRole } },
  { path: 'name[@type=conference]', field: '711__', subfields: { a: 'namePart' } },
  { path: 'name[!@type]', field: '700__', subfields: { a: modsName, e: modsRole } },
  {
    path: 'titleInfo[!@type]',
    field: '245__',
    next: '246__',
    subfields: { a: '{nonSort} {title}|title', b: 'subTitle', n: 'partNumber', p: 'partName' },
  },
  { path: 'titleInfo[@type]', field: '246__', subfields: { a: 'title', b: 'subTitle' } },
  { path: 'originInfo', field: '250__', subfields: { a: 'edition' } },
  {
    path: 'originInfo',
    field: '260__',
    subfields: {
      a: 'place/placeTerm[@type=text]|place/placeTerm',
      b: 'publisher',
      c: 'dateIssued|copyrightDate|dateCreated',
    },
  },
  { path: 'physicalDescription', field: '300__', subfields: { a: 'extent' } },
  { path: 'note', field: '500__', subfields: { a: '.' } },
  { path: 'tableOfContents', field: '505__', subfields: { a: '.' } },
  { path: 'abstract', field: '520__', subfields: { a: '.' } },
  { path: 'accessCondition', field: '540__', subfields: { a: '.' } },
  { path: 'subject/topic', field: '653__', subfields: { a: '.' } },
  { path: 'subject/geographic', field: '651__', subfields: { a: '.' } },
  { path: 'genre', field: '6557_', subfields: { a: '.', 2: '=local' } },
  {
    path: 'relatedItem[@type=host]',
    field: '773__',
    subfields: { t: 'titleInfo/title', g: 'part/text', x: 'identifier[@type=issn]', z: 'identifier[@type=isbn]' },
  },
  { path: 'relatedItem[@type=series]', field: '490__', subfields: { a: 'titleInfo/title', v: 'titleInfo/partNumber' } },
  { path: 'location/url', field: '8564_', subfields: { u: '.' } },
  { path: 'identifier[@type=uri]', field: '8564_', subfields: { u: '.' } },
];

/** DataCite 3 and 4. */
export const dataciteRules: readonly Rule[] = [
  { path: 'identifier[@identifierType=DOI]', field: '0247_', subfields: { a: '.', 2: '=doi' } },
  ...identifierRules('alternateIdentifiers/alternateIdentifier'),
  { path: 'language', field: '041__', subfields: { a: '.' } },
  {
    path: 'creators/creator',
    field: '100__',
    next: '700__',
    subfields: { a: 'creatorName', u: 'affiliation', 0: 'nameIdentifier' },
  },
  { path: 'titles/title[!@titleType]', field: '245__', next: '246__', subfields: { a: '.' } },
  { path: 'titles/title[@titleType]', field: '246__', subfields: { a: '.' } },
  { path: 'version', field: '250__', subfields: { a: '.' } },
  { path: '.', field: '260__', subfields: { b: 'publisher', c: 'publicationYear' } },
  { path: 'sizes/size', field: '300__', subfields: { a: '.' } },
  { path: 'descriptions/description[!@descriptionType=Abstract]', field: '500__', subfields: { a: '.' } },
  { path: 'descriptions/description[@descriptionType=Abstract]', field: '520__', subfields: { a: '.' } },
  { path: 'rightsList/rights', field: '540__', subfields: { a: '.|@rightsURI', u: '@rightsURI' } },
  { path: 'subjects/subject', field: '653__', subfields: { a: '.' } },
  { path: 'resourceType', field: '6557_', subfields: { a: '.|@resourceTypeGeneral', 2: '=local' } },
  {
    path: 'contributors/contributor',
    field: '700__',
    subfields: { a: 'contributorName', u: 'affiliation', e: '@contributorType' },
  },
  { path: 'relatedIdentifiers/relatedIdentifier', field: '7870_', subfields: { o: '.', i: '@relationType' } },
];
