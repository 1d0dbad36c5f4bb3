import type { Contributor } from '../description/names.ts';
import { describeWork, type Work, type WorkType } from '../description/work.ts';
import { type ExportFormat, none, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf, type WorkParts } from './parts.ts';
import { element, escapeXml } from './xml.ts';

/** EndNote's names of kinds and the numbers it gives them. */
const types: Readonly<Record<WorkType, readonly [name: string, number: number]>> = {
  article: ['Journal Article', 17],
  preprint: ['Unpublished Work', 34],
  proceedings: ['Conference Proceedings', 10],
  thesis: ['Thesis', 32],
  book: ['Book', 6],
  report: ['Report', 27],
  image: ['Artwork', 2],
  video: ['Film or Broadcast', 21],
  other: ['Generic', 13],
};

function typeOf(work: Work): readonly [name: string, number: number] {
  return work.type === 'preprint' && work.publications.length > 0 ? types.article : types[work.type];
}

/** EndNote XML: the elements in the order of its document type (RSXML). */
export const endNoteXmlFormat: ExportFormat = {
  code: 'xe',
  aliases: ['endnotexml', 'xe8x'],
  name: 'EndNote XML',
  group: 'manager',
  contentType: 'text/xml; charset=utf-8',
  mediaTypes: ['application/x-endnote-refer+xml'],
  extension: 'xml',
  marcPaths: false,
  head: (context) => `${xmlHead(context)}<xml>\n<records>\n`,
  item: (item, context) => endNoteXml(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</records>\n</xml>\n',
};

function endNoteXml(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const [name, number] = typeOf(work);
  const group = (outer: string, inner: string): string => (inner === '' ? '' : `<${outer}>${inner}</${outer}>\n`);
  const line = (tag: string, value: string | undefined): string => {
    const text = element(tag, value);
    return text === '' ? '' : `${text}\n`;
  };
  const people = (list: readonly Contributor[]): string => list.map((one) => element('author', one.name)).join('');
  const words = [...work.subjects, ...work.keywords].map((word) => element('keyword', plainText(word))).join('');
  const date = group('pub-dates', element('date', work.date === undefined || work.date.length < 5 ? '' : work.date));
  return `<record>
<source-app name="Reperio">Reperio</source-app>
<rec-number>${item.id}</rec-number>
<ref-type name="${escapeXml(name)}">${number}</ref-type>
${group(
  'contributors',
  group('authors', people(parts.authors)) +
    group('secondary-authors', people(parts.editors)) +
    group('subsidiary-authors', people(parts.others)),
)}${group(
  'titles',
  element('title', parts.title) +
    element('secondary-title', published?.journal ?? work.series[0]) +
    work.otherTitles
      .slice(0, 1)
      .map((title) => element('alt-title', plainText(title)))
      .join(''),
)}${group('periodical', element('full-title', published?.journal))}${line('pages', published?.pages)}${line('volume', published?.volume)}${line(
  'number',
  published?.issue ?? parts.reports[0],
)}${line('edition', work.edition)}${group('keywords', words)}${group('dates', element('year', parts.year) + date)}${line(
  'pub-location',
  work.imprint.place,
)}${line('publisher', parts.publisher)}${line('isbn', parts.isbns[0] ?? parts.issn)}${line('report-id', parts.reports[0])}${line(
  'electronic-resource-num',
  parts.doi,
)}${line('abstract', parts.abstract)}${line('work-type', work.thesis?.degree)}${line('language', work.languages[0])}${group(
  'urls',
  group('related-urls', element('url', address)) +
    group('pdf-urls', work.links.map((link) => element('url', link.url)).join('')),
)}</record>
`;
}

/** The tagged form that EndNote and Zotero open as a file (.enw): "%0 Journal Article". */
export const endNoteTaggedFormat: ExportFormat = {
  code: 'enw',
  aliases: ['endnote', 'refer'],
  name: 'EndNote',
  doc: 'EndNote, tagged',
  group: 'manager',
  contentType: 'application/x-endnote-refer; charset=utf-8',
  mediaTypes: ['application/x-endnote-refer'],
  extension: 'enw',
  pasted: true,
  marcPaths: false,
  head: none,
  item: (item, context) => {
    const work = describeWork(item.record);
    return tagged(item, work, partsOf(work), recordAddress(context.baseUrl, item.id));
  },
  between: '\n',
  foot: none,
};

function tagged(item: ExportItem, work: Work, parts: WorkParts, address: string): string {
  const published = work.publications[0];
  const lines: (readonly [string, string | undefined])[] = [
    ['0', typeOf(work)[0]],
    ...parts.authors.map((one) => ['A', one.name] as const),
    ...parts.editors.map((one) => ['E', one.name] as const),
    ...parts.others.map((one) => ['?', one.name] as const),
    ['T', parts.title],
    ['J', published?.journal],
    ['B', published === undefined ? work.series[0] : undefined],
    ['V', published?.volume],
    ['N', published?.issue],
    ['P', published?.pages],
    ['D', parts.year],
    ['8', work.date],
    ['7', work.edition],
    ['I', parts.publisher],
    ['C', work.imprint.place],
    ['9', work.thesis?.degree],
    ['@', parts.isbns[0] ?? parts.issn],
    ['R', parts.doi],
    ['M', parts.reports[0] ?? (parts.arxiv === undefined ? undefined : `arXiv:${parts.arxiv}`)],
    ['K', [...work.subjects, ...work.keywords].map(plainText).join('; ')],
    ['X', parts.abstract],
    ['G', work.languages[0]],
    ['U', address],
    ['F', String(item.id)],
  ];
  return lines
    .map(([tag, value]) =>
      value === undefined || value === '' ? '' : `%${tag} ${value.replace(/\s+/gu, ' ').trim()}\n`,
    )
    .join('');
}
