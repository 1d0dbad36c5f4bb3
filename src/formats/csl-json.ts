import { type Contributor, nameParts } from '../description/names.ts';
import { describeWork, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';

const types: Readonly<Record<WorkType, string>> = {
  article: 'article-journal',
  preprint: 'article',
  proceedings: 'book',
  thesis: 'thesis',
  book: 'book',
  report: 'report',
  image: 'graphic',
  video: 'motion_picture',
  other: 'document',
};

/** CSL-JSON 1.0.2, as citation processors read it. */
export const cslJsonFormat: ExportFormat = {
  code: 'csl',
  aliases: ['csljson', 'citeproc'],
  name: 'CSL-JSON',
  doc: 'CSL-JSON 1.0.2',
  group: 'manager',
  contentType: 'application/vnd.citationstyles.csl+json; charset=utf-8',
  mediaTypes: ['application/vnd.citationstyles.csl+json'],
  extension: 'json',
  pasted: true,
  marcPaths: false,
  head: () => '[',
  item: (item, context) => JSON.stringify(cslItem(item, recordAddress(context.baseUrl, item.id))),
  between: ',\n',
  foot: () => ']\n',
};

type CslName = { readonly family: string; readonly given?: string } | { readonly literal: string };

function cslName(one: Contributor): CslName {
  if (one.kind !== 'person' || !/[\s,]/.test(one.name)) return { literal: one.name };
  const { family, given } = nameParts(one.name);
  return given === '' ? { family } : { family, given };
}

/** Undefined values disappear when it is written. */
function cslItem(item: ExportItem, address: string): Readonly<Record<string, unknown>> {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const names = (list: readonly Contributor[]): readonly CslName[] | undefined =>
    list.length === 0 ? undefined : list.map(cslName);
  const authors = [...parts.authors.map(cslName), ...work.collaborations.map((literal) => ({ literal }))];
  const words = [...work.subjects, ...work.keywords].map(plainText).join(', ');
  return {
    id: String(item.id),
    type: work.type === 'preprint' && published !== undefined ? types.article : types[work.type],
    title: parts.title,
    author: authors.length === 0 ? undefined : authors,
    editor: names(parts.editors),
    issued: issued(parts.year, work.date),
    'container-title': published?.journal,
    'collection-title': work.series[0],
    volume: published?.volume,
    issue: published?.issue,
    page: published?.pages,
    edition: work.edition,
    publisher: parts.publisher,
    'publisher-place': work.imprint.place,
    genre: work.thesis?.degree,
    number: parts.reports[0] ?? (parts.arxiv === undefined ? undefined : `arXiv:${parts.arxiv}`),
    DOI: parts.doi,
    ISBN: parts.isbns[0],
    ISSN: parts.issn,
    URL: address,
    abstract: parts.abstract,
    keyword: words === '' ? undefined : words,
    language: work.languages[0],
  };
}

/**
 * The catalogued date as far as it is known, when it is of the year in which the work was
 * published.
 */
function issued(year: string | undefined, date: string | undefined): object | undefined {
  if (year === undefined) return undefined;
  if (!/^\d{4}$/.test(year)) return { literal: year };
  return { 'date-parts': [date?.startsWith(year) === true ? date.split('-').map(Number) : [Number(year)]] };
}
