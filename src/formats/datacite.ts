import type { Identifier } from '../description/identifiers.ts';
import { type Contributor, nameParts } from '../description/names.ts';
import { describeWork, type Work, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlDeclaration, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';
import { element, escapeXml } from './xml.ts';

/** Values of resourceTypeGeneral that the schema allows. */
const resources: Readonly<Record<WorkType, readonly [general: string, name: string]>> = {
  article: ['JournalArticle', 'Article'],
  preprint: ['Preprint', 'Preprint'],
  proceedings: ['ConferenceProceeding', 'Proceedings'],
  thesis: ['Dissertation', 'Thesis'],
  book: ['Book', 'Book'],
  report: ['Report', 'Report'],
  image: ['Image', 'Picture'],
  video: ['Audiovisual', 'Video'],
  other: ['Other', 'Record'],
};

/**
 * DataCite Metadata Schema 4.6. One record by its address is a document of its own, as a DOI agency
 * takes it.
 */
export const dataCiteFormat: ExportFormat = {
  code: 'dcite',
  aliases: ['datacite'],
  name: 'DataCite',
  doc: 'DataCite Metadata Schema 4.6; one record is a document of its own',
  group: 'catalogue',
  contentType: 'application/vnd.datacite.datacite+xml; charset=utf-8',
  mediaTypes: ['application/vnd.datacite.datacite+xml'],
  extension: 'xml',
  marcPaths: false,
  head: (context) => (context.single ? xmlDeclaration : `${xmlHead(context)}<resources>\n`),
  item: (item, context) => resource(item, context.library, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: (context) => (context.single ? '' : '</resources>\n'),
};

/**
 * What the schema demands and the catalogue does not know (appendix 3 of the schema's
 * documentation).
 */
const unavailable = ':unav';

function resource(item: ExportItem, library: string, address: string): string {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const creators = [...parts.authors.map((one) => person('creator', one)), ...work.collaborations.map(body)];
  const [general, name] = resources[work.type];
  const words = [...work.subjects, ...work.keywords];
  const group = (tag: string, content: string): string => (content === '' ? '' : `<${tag}>\n${content}</${tag}>\n`);
  const line = (text: string): string => (text === '' ? '' : `${text}\n`);
  const year = parts.year !== undefined && /^\d{4}$/.test(parts.year) ? parts.year : work.date?.slice(0, 4);
  const others = [...parts.editors, ...parts.others].map((one) =>
    person(
      'contributor',
      one,
      ` contributorType="${/^ed/i.test(one.role ?? '') ? 'Editor' : /superv/i.test(one.role ?? '') ? 'Supervisor' : 'Other'}"`,
    ),
  );
  return `<resource xmlns="http://datacite.org/schema/kernel-4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://datacite.org/schema/kernel-4 https://schema.datacite.org/meta/kernel-4.6/metadata.xsd">
<identifier identifierType="${parts.doi === undefined ? 'URL' : 'DOI'}">${escapeXml(parts.doi ?? address)}</identifier>
<creators>
${creators.join('') || `<creator><creatorName>${unavailable}</creatorName></creator>\n`}</creators>
<titles>
${element('title', parts.title) || `<title>${unavailable}</title>`}
${work.otherTitles.map((title) => line(element('title', plainText(title), ' titleType="AlternativeTitle"'))).join('')}</titles>
${element('publisher', parts.publisher ?? library) || `<publisher>${unavailable}</publisher>`}
<publicationYear>${year ?? item.created.getUTCFullYear()}</publicationYear>
<resourceType resourceTypeGeneral="${general}">${name}</resourceType>
${group('subjects', words.map((word) => line(element('subject', plainText(word)))).join(''))}${group('contributors', others.join(''))}${group(
  'dates',
  line(element('date', work.date, ' dateType="Issued"')) +
    line(element('date', item.modified.toISOString().slice(0, 10), ' dateType="Updated"')),
)}${line(element('language', languageTag(work.languages[0])))}${group(
  'alternateIdentifiers',
  alternates(work, parts.doi, address),
)}${group('sizes', line(element('size', work.extent)))}${group(
  'rightsList',
  work.licences
    .map((one) => line(element('rights', one.text, one.url === undefined ? '' : ` rightsURI="${escapeXml(one.url)}"`)))
    .join(''),
)}${group(
  'descriptions',
  work.abstracts.map((text) => line(element('description', plainText(text), ' descriptionType="Abstract"'))).join(''),
)}${group('relatedItems', relatedItem(work))}</resource>
`;
}

function person(tag: 'creator' | 'contributor', one: Contributor, attributes = ''): string {
  const { family, given } = nameParts(one.name);
  const isPerson = one.kind === 'person';
  return `<${tag}${attributes}>${element(`${tag}Name`, one.name, ` nameType="${isPerson ? 'Personal' : 'Organizational'}"`)}${
    isPerson ? element('givenName', given) + element('familyName', given === '' ? '' : family) : ''
  }${element('nameIdentifier', one.orcid, ' nameIdentifierScheme="ORCID" schemeURI="https://orcid.org"')}${one.affiliations
    .map((text) => element('affiliation', text))
    .join('')}</${tag}>\n`;
}

function body(name: string): string {
  return `<creator>${element('creatorName', name, ' nameType="Organizational"')}</creator>\n`;
}

/**
 * IETF tags of two letters for the languages most catalogued; a three-letter code is a tag as well.
 */
const shortTags: Readonly<Record<string, string>> = {
  eng: 'en',
  fre: 'fr',
  fra: 'fr',
  ger: 'de',
  deu: 'de',
  ita: 'it',
  spa: 'es',
  rus: 'ru',
  chi: 'zh',
  jpn: 'ja',
};

function languageTag(code: string | undefined): string | undefined {
  if (code === undefined || !/^[A-Za-z]{2,3}$/.test(code)) return undefined;
  return shortTags[code.toLowerCase()] ?? code.toLowerCase();
}

function alternates(work: Work, doi: string | undefined, address: string): string {
  const type = (one: Identifier): string =>
    one.scheme !== '' ? one.scheme : one.kind === 'report' ? 'Report number' : 'Local';
  const numbers = work.identifiers
    .filter((one) => one.value !== doi)
    .map((one) => element('alternateIdentifier', one.value, ` alternateIdentifierType="${escapeXml(type(one))}"`));
  const own = doi === undefined ? [] : [element('alternateIdentifier', address, ' alternateIdentifierType="URL"')];
  return [...numbers, ...own].map((text) => `${text}\n`).join('');
}

function relatedItem(work: Work): string {
  const published = work.publications[0];
  if (published === undefined) return '';
  const [first, last] = published.pages?.split(/[-–]/, 2).map((one) => one.trim()) ?? [];
  const year = /^\d{4}$/.test(published.year ?? '') ? published.year : undefined;
  return `<relatedItem relatedItemType="Journal" relationType="IsPublishedIn"><titles>${element('title', published.journal)}</titles>${element(
    'publicationYear',
    year,
  )}${element('volume', published.volume)}${element('issue', published.issue)}${element('firstPage', first)}${element('lastPage', last)}</relatedItem>\n`;
}
