import { noteTexts } from '../description/notes.ts';
import { describeWork, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';
import { element } from './xml.ts';

const types: Readonly<Record<WorkType, string>> = {
  article: 'Journal Article',
  preprint: 'Unpublished Material',
  proceedings: 'Conference Proceedings',
  thesis: 'Dissertation/Thesis',
  book: 'Book, Whole',
  report: 'Report',
  image: 'Artwork',
  video: 'Motion Picture',
  other: 'Generic',
};

/** RefWorks XML: two letters for each element, as its tagged format has them. */
export const refWorksFormat: ExportFormat = {
  code: 'xw',
  aliases: ['refworks'],
  name: 'RefWorks',
  doc: 'RefWorks XML',
  group: 'manager',
  contentType: 'text/xml; charset=utf-8',
  mediaTypes: [],
  extension: 'xml',
  marcPaths: false,
  head: (context) => `${xmlHead(context)}<refworks>\n`,
  item: (item, context) => reference(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</refworks>\n',
};

function reference(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const type = work.type === 'preprint' && published !== undefined ? types.article : types[work.type];
  const lines: (readonly [string, string | undefined])[] = [
    ['rt', type],
    ['sr', 'Electronic(1)'],
    ['id', String(item.id)],
    ...parts.authors.map((one) => ['a1', one.name] as const),
    ['t1', parts.title],
    ['jf', published?.journal],
    ['yr', parts.year],
    ['fd', work.date],
    ['vo', published?.volume],
    ['is', published?.issue],
    ['sp', parts.firstPage],
    ['op', parts.lastPage],
    ...[...work.subjects, ...work.keywords].map((word) => ['k1', plainText(word)] as const),
    ['ab', parts.abstract],
    ...noteTexts(work.notes).map((note) => ['no', plainText(note)] as const),
    ...[...parts.editors, ...parts.others].map((one) => ['a2', one.name] as const),
    ['t2', published === undefined ? work.series[0] : undefined],
    ['ed', work.edition],
    ['pb', parts.publisher],
    ['pp', work.imprint.place],
    ['sn', parts.isbns[0] ?? parts.issn],
    ['la', work.languages[0]],
    ['do', parts.doi],
    ['lk', address],
  ];
  return `<reference>\n${lines
    .map(([tag, value]) => element(tag, value))
    .filter((text) => text !== '')
    .join('\n')}\n</reference>\n`;
}
