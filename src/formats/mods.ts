import type { Holding } from '../description/holdings.ts';
import type { Identifier } from '../description/identifiers.ts';
import { type Contributor, nameParts } from '../description/names.ts';
import { noteTexts } from '../description/notes.ts';
import type { Publication } from '../description/publication.ts';
import { describeWork, type Work, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';
import { element, escapeXml } from './xml.ts';

/** Values that the MODS schema allows for typeOfResource. */
const resources: Readonly<Record<WorkType, string>> = {
  article: 'text',
  preprint: 'text',
  proceedings: 'text',
  thesis: 'text',
  book: 'text',
  report: 'text',
  image: 'still image',
  video: 'moving image',
  other: 'text',
};

/** Terms of the MARC genre list where it has one. */
const genres: Readonly<Record<WorkType, string | undefined>> = {
  article: 'article',
  preprint: 'preprint',
  proceedings: 'conference publication',
  thesis: 'thesis',
  book: 'book',
  report: 'technical report',
  image: 'picture',
  video: 'videorecording',
  other: undefined,
};

/** MODS 3.8 of the Library of Congress. */
export const modsFormat: ExportFormat = {
  code: 'xo',
  aliases: ['mods'],
  name: 'MODS',
  doc: 'MODS 3.8',
  group: 'catalogue',
  contentType: 'application/mods+xml; charset=utf-8',
  mediaTypes: ['application/mods+xml'],
  extension: 'xml',
  marcPaths: false,
  head: (context) =>
    `${xmlHead(context)}<modsCollection xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
    'xsi:schemaLocation="http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-8.xsd">\n',
  item: (item, context) => mods(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</modsCollection>\n',
};

function mods(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const lines = [
    wrapped('titleInfo', element('title', parts.title)),
    ...work.otherTitles.map((title) => wrapped('titleInfo', element('title', plainText(title)), ' type="alternative"')),
    ...work.contributors.map(name),
    ...work.collaborations.map((body) =>
      wrapped('name', element('namePart', body) + role('contributor'), ' type="corporate"'),
    ),
    element('typeOfResource', resources[work.type]),
    element('genre', genres[work.type], work.type === 'preprint' ? '' : ' authority="marcgt"'),
    originInfo(work),
    ...work.languages.map((code) =>
      wrapped('language', element('languageTerm', code, ' type="code" authority="iso639-2b"')),
    ),
    wrapped('physicalDescription', element('extent', work.extent)),
    ...work.abstracts.map((text) => element('abstract', plainText(text))),
    ...noteTexts(work.notes).map((text) => element('note', plainText(text))),
    ...work.subjects.map((term) => wrapped('subject', element('topic', plainText(term)))),
    ...work.keywords.map((term) => wrapped('subject', element('topic', plainText(term)), ' authority="local"')),
    published === undefined ? '' : host(published, parts.firstPage, parts.lastPage),
    ...work.series.map((title) =>
      wrapped('relatedItem', wrapped('titleInfo', element('title', title)), ' type="series"'),
    ),
    ...work.identifiers.map(identifier),
    ...work.holdings.copies.map(location),
    wrapped('location', element('url', address, ' usage="primary display"')),
    ...work.links.map((link) => wrapped('location', element('url', link.url, ' access="raw object"'))),
    ...work.licences.map((one) =>
      element(
        'accessCondition',
        one.text,
        ` type="use and reproduction"${one.url === undefined ? '' : ` xlink:href="${escapeXml(one.url)}"`}`,
      ),
    ),
    `<recordInfo>${element('recordCreationDate', dayOf(item.created), ' encoding="w3cdtf"')}${element(
      'recordChangeDate',
      dayOf(item.modified),
      ' encoding="w3cdtf"',
    )}${element('recordIdentifier', String(item.id))}</recordInfo>`,
  ];
  return `<mods version="3.8">\n${lines.filter((line) => line !== '').join('\n')}\n</mods>\n`;
}

/** Nothing around nothing. */
function wrapped(tag: string, content: string, attributes = ''): string {
  return content === '' ? '' : `<${tag}${attributes}>${content}</${tag}>`;
}

function role(term: string): string {
  return `<role>${element('roleTerm', term, ' type="text"')}</role>`;
}

function name(one: Contributor): string {
  const types = { person: 'personal', corporate: 'corporate', meeting: 'conference' } as const;
  const { family, given } = nameParts(one.name);
  const nameText =
    one.kind === 'person' && given !== ''
      ? element('namePart', family, ' type="family"') + element('namePart', given, ' type="given"')
      : element('namePart', one.name);
  return wrapped(
    'name',
    nameText +
      role(one.role ?? (one.kind === 'person' ? 'author' : 'contributor')) +
      one.affiliations.map((affiliation) => element('affiliation', affiliation)).join('') +
      element('nameIdentifier', one.orcid, ' type="orcid"'),
    ` type="${types[one.kind]}"`,
  );
}

function originInfo(work: Work): string {
  return wrapped(
    'originInfo',
    wrapped('place', element('placeTerm', work.imprint.place, ' type="text"')) +
      element('publisher', work.imprint.publisher ?? work.thesis?.institution) +
      element('dateIssued', work.date, ' encoding="w3cdtf" keyDate="yes"') +
      element('edition', work.edition),
  );
}

function host(published: Publication, firstPage: string | undefined, lastPage: string | undefined): string {
  const detail = (type: string, number: string | undefined): string =>
    wrapped('detail', element('number', number), ` type="${type}"`);
  const extent = wrapped('extent', element('start', firstPage) + element('end', lastPage), ' unit="pages"');
  const part =
    detail('volume', published.volume) + detail('issue', published.issue) + extent + element('date', published.year);
  return wrapped(
    'relatedItem',
    wrapped('titleInfo', element('title', published.journal)) + wrapped('part', part),
    ' type="host"',
  );
}

function location({ places, shelfMark }: Holding): string {
  return wrapped('location', element('physicalLocation', places.join(', ')) + element('shelfLocator', shelfMark));
}

function identifier(one: Identifier): string {
  const types: Readonly<Record<Identifier['kind'], string>> = {
    doi: 'doi',
    arxiv: 'arxiv',
    handle: 'hdl',
    urn: 'urn',
    isbn: 'isbn',
    issn: 'issn',
    report: 'report-number',
    other: one.scheme === '' ? 'local' : one.scheme.toLowerCase(),
  };
  return element('identifier', one.value, ` type="${escapeXml(types[one.kind])}"`);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
