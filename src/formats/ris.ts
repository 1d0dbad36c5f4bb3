import { pdfAddresses } from '../description/links.ts';
import { describeWork, type WorkType } from '../description/work.ts';
import { type ExportFormat, none, recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';

const types: Readonly<Record<WorkType, string>> = {
  article: 'JOUR',
  preprint: 'UNPB',
  proceedings: 'CONF',
  thesis: 'THES',
  book: 'BOOK',
  report: 'RPRT',
  image: 'ART',
  video: 'VIDEO',
  other: 'GEN',
};

/** RIS as reference managers read it: one tag a line, "TY" first and "ER" last. */
export const risFormat: ExportFormat = {
  code: 'ris',
  aliases: [],
  name: 'RIS',
  group: 'manager',
  contentType: 'application/x-research-info-systems; charset=utf-8',
  mediaTypes: ['application/x-research-info-systems'],
  extension: 'ris',
  namesPdfs: true,
  pasted: true,
  marcPaths: false,
  head: none,
  item: (item, context) => risEntry(item, recordAddress(context.baseUrl, item.id)),
  between: '\r\n',
  foot: none,
};

function risEntry(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const type = work.type === 'preprint' && published !== undefined ? 'JOUR' : types[work.type];
  const isPart = published !== undefined;
  const lines: (readonly [string, string | undefined])[] = [
    ['TY', type],
    ['ID', String(item.id)],
    ...parts.authors.map((one) => ['AU', one.name] as const),
    ...parts.editors.map((one) => ['ED', one.name] as const),
    ...parts.others.map((one) => ['A3', one.name] as const),
    ['TI', parts.title],
    ...work.otherTitles.slice(0, 1).map((title) => ['TT', plainText(title)] as const),
    ['T2', isPart ? published.journal : work.series[0]],
    ['JO', published?.journal],
    ['VL', published?.volume],
    ['IS', published?.issue],
    ['SP', parts.firstPage],
    ['EP', parts.lastPage],
    ['PY', parts.year],
    ['DA', work.date === undefined ? undefined : risDate(work.date)],
    ['ET', work.edition],
    ['PB', parts.publisher],
    ['CY', work.imprint.place],
    ['M3', work.thesis?.degree],
    ...[...parts.isbns, parts.issn].map((number) => ['SN', number] as const),
    ['DO', parts.doi],
    ['M1', parts.arxiv === undefined ? parts.reports[0] : `arXiv:${parts.arxiv}`],
    ['AB', parts.abstract],
    ...[...work.subjects, ...work.keywords].map((word) => ['KW', plainText(word)] as const),
    ['LA', work.languages[0]],
    ...[...(item.pdfs ?? []), ...pdfAddresses(work.links)].map((url) => ['L1', url] as const),
    ['UR', address],
  ];
  const text = lines.map(([tag, value]) =>
    value === undefined || value === '' ? '' : `${tag}  - ${oneLine(value)}\r\n`,
  );
  return `${text.join('')}ER  - \r\n`;
}

/** YYYY/MM/DD/ with empty parts left empty. */
function risDate(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${year}/${month}/${day}/`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
