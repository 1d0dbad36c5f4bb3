import { makersOf } from '../description/names.ts';
import { publicationLine } from '../description/publication.ts';
import { describeWork, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { element } from './xml.ts';

const dcmiTypes: Readonly<Record<WorkType, string>> = {
  article: 'Text',
  preprint: 'Text',
  proceedings: 'Text',
  thesis: 'Text',
  book: 'Text',
  report: 'Text',
  image: 'StillImage',
  video: 'MovingImage',
  other: 'Text',
};

export interface DublinCoreElement {
  readonly name: string;
  readonly value: string;
}

/**
 * The fifteen elements of Dublin Core 1.1, as oai_dc has them: all optional and repeatable, text
 * without markup.
 */
export function dublinCore(item: ExportItem, address: string): readonly DublinCoreElement[] {
  const work = describeWork(item.record);
  const list: DublinCoreElement[] = [];
  const add = (name: string, ...values: readonly (string | undefined)[]): void => {
    for (const value of values) if (value !== undefined && value !== '') list.push({ name, value: plainText(value) });
  };
  const { authors, editors, others } = makersOf(work.contributors);
  add('title', work.title, work.original?.title, ...work.otherTitles);
  add('creator', ...authors.map((one) => one.name));
  add('contributor', ...[...editors, ...others].map((one) => one.name), ...work.collaborations);
  add('subject', ...work.subjects, ...work.keywords);
  add('description', ...work.abstracts);
  add('publisher', work.imprint.publisher ?? work.thesis?.institution);
  add('date', work.date);
  add('type', dcmiTypes[work.type], ...work.kinds);
  add('format', work.extent);
  add(
    'identifier',
    address,
    ...work.identifiers.map((one) => one.url ?? (one.scheme === '' ? one.value : `${one.scheme}:${one.value}`)),
  );
  add('source', ...work.publications.map(publicationLine));
  add('language', ...work.languages);
  add('relation', ...(item.pdfs ?? []), ...work.links.map((link) => link.url));
  add('rights', ...work.licences.map((one) => one.url ?? one.text));
  return list;
}

function dublinCoreXml(item: ExportItem, address: string): string {
  const elements = dublinCore(item, address).map((one) => `  ${element(`dc:${one.name}`, one.value)}\n`);
  return (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ ' +
    `http://www.openarchives.org/OAI/2.0/oai_dc.xsd">\n${elements.join('')}</oai_dc:dc>\n`
  );
}

export const dublinCoreFormat: ExportFormat = {
  code: 'xd',
  aliases: ['dc', 'oai_dc', 'xoaidc'],
  name: 'Dublin Core',
  group: 'catalogue',
  contentType: 'text/xml; charset=utf-8',
  mediaTypes: ['application/oai_dc+xml', 'application/dc+xml'],
  extension: 'xml',
  namesPdfs: true,
  marcPaths: false,
  head: (context) => `${xmlHead(context)}<collection>\n`,
  item: (item, context) => dublinCoreXml(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</collection>\n',
};
