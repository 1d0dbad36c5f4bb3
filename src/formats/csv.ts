import { describeWork } from '../description/work.ts';
import { compilePath } from '../marc/path.ts';
import { type ExportContext, type ExportFormat, none, recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';

/** A table for spreadsheets (RFC 4180). With `ot` each MARC path is a column, its values joined. */
export const csvFormat: ExportFormat = {
  code: 'excel',
  aliases: ['csv'],
  name: 'CSV',
  doc: 'CSV for spreadsheets',
  group: 'data',
  contentType: 'text/csv; charset=utf-8; header=present',
  mediaTypes: ['text/csv'],
  extension: 'csv',
  marcPaths: true,
  // Excel takes a file for UTF-8 only when it begins with this mark.
  head: (context) => `\ufeff${row(context.only.length > 0 ? ['recid', ...context.only] : columns)}`,
  item: (item, context) => row(context.only.length > 0 ? selected(item, context) : described(item, context)),
  between: '',
  foot: none,
};

const columns = [
  'recid',
  'title',
  'authors',
  'collaboration',
  'date',
  'journal',
  'volume',
  'issue',
  'pages',
  'publisher',
  'type',
  'doi',
  'isbn',
  'report_numbers',
  'subjects',
  'keywords',
  'language',
  'abstract',
  'url',
] as const;

function described(item: ExportItem, context: ExportContext): readonly string[] {
  const work = describeWork(item.record);
  const parts = partsOf(work);
  const published = work.publications[0];
  const values: Readonly<Record<(typeof columns)[number], string | undefined>> = {
    recid: String(item.id),
    title: parts.title,
    authors: joined(work.contributors.map((one) => one.name)),
    collaboration: joined(work.collaborations),
    date: work.date,
    journal: published?.journal,
    volume: published?.volume,
    issue: published?.issue,
    pages: published?.pages,
    publisher: parts.publisher,
    type: work.kinds[0] ?? work.type,
    doi: parts.doi,
    isbn: joined(parts.isbns),
    report_numbers: joined([...parts.reports, ...(parts.arxiv === undefined ? [] : [`arXiv:${parts.arxiv}`])]),
    subjects: joined(work.subjects.map(plainText)),
    keywords: joined(work.keywords.map(plainText)),
    language: joined(work.languages),
    abstract: parts.abstract,
    url: recordAddress(context.baseUrl, item.id),
  };
  return columns.map((column) => values[column] ?? '');
}

function selected(item: ExportItem, { only }: ExportContext): readonly string[] {
  return [String(item.id), ...only.map((path) => joined(compilePath(path).values(item.record)))];
}

function joined(values: readonly string[]): string {
  return values.join('; ');
}

function row(values: readonly string[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/**
 * A spreadsheet would run a value that begins like a formula: an apostrophe makes it text (OWASP,
 * CSV injection).
 */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
