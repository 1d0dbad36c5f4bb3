import { firstValue } from '../description/fields.ts';
import { type Contributor, makersOf, nameParts } from '../description/names.ts';
import { describeWork, type Work } from '../description/work.ts';
import { type ExportFormat, none, recordAddress } from './export-format.ts';
import { foldAscii } from './fold.ts';
import type { ExportItem } from './item.ts';
import { texText } from './tex-escape.ts';

/** One entry, with a newline at its end. `address` is the record's page. */
function bibtexEntry(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const fields = [...entryFields(work), ['url', address] as const].filter(
    (field): field is readonly [string, string] => field[1] !== undefined && field[1] !== '',
  );
  const lines = fields.map(
    ([name, value]) => `  ${name.padEnd(13)} = {${name === 'url' || name === 'doi' ? bare(value) : value}}`,
  );
  return `@${entryType(work, item)}{${citationKey(item, work)},\n${lines.join(',\n')}\n}\n`;
}

/**
 * Addresses are typeset by a command that reads them as they are; only braces and blanks would end
 * them.
 */
function bare(value: string): string {
  return value.replace(/[{}\s\\]/g, (character) => encodeURIComponent(character));
}

function entryType(work: Work, item: ExportItem): string {
  const types = {
    book: 'book',
    proceedings: 'proceedings',
    report: 'techreport',
    image: 'misc',
    video: 'misc',
    other: 'misc',
  } as const;
  if (work.type === 'thesis') return isMaster(work) ? 'mastersthesis' : 'phdthesis';
  if (work.type === 'article' || work.type === 'preprint') {
    if (work.publications.length > 0) return isInProceedings(item) ? 'inproceedings' : 'article';
    return work.type === 'article' ? 'article' : 'misc';
  }
  return types[work.type];
}

function isMaster(work: Work): boolean {
  return /\b(m\.?\s*sc|m\.?\s*s|master|diplom|laurea)/i.test(work.thesis?.degree ?? '');
}

/**
 * A contribution to a meeting: its host item is called proceedings, and has no volume of its own.
 */
function isInProceedings(item: ExportItem): boolean {
  return /\b(proceedings|proc\.|conference|workshop|symposium)\b/i.test(firstValue(item.record, '773', 't') ?? '');
}

function entryFields(work: Work): readonly (readonly [string, string | undefined])[] {
  const published = work.publications[0];
  const identifier = (kind: string): string | undefined => work.identifiers.find((one) => one.kind === kind)?.value;
  const people = work.contributors.filter((one) => one.kind !== 'meeting');
  const { authors, editors } = makersOf(people);
  const year = published?.year ?? work.date?.slice(0, 4);
  const month = work.date?.startsWith(year ?? '-') ? work.date.slice(5, 7) : '';
  const arxiv = identifier('arxiv');
  const reports = work.identifiers.filter((one) => one.kind === 'report').map((one) => one.value);
  const title = texText(work.title);
  const tex = (value: string | undefined): string | undefined => (value === undefined ? undefined : texText(value));
  return [
    ['author', names(authors)],
    ['editor', names(editors)],
    ['collaboration', tex(work.collaborations.join(' and ').replace(/\s{1,9}collaboration$/i, ''))],
    // The second pair of braces keeps capitals, which carry meaning in names and formulas.
    ['title', title === '' ? undefined : `{${title}}`],
    ['journal', tex(published?.journal)],
    ['volume', tex(published?.volume)],
    ['number', tex(published?.issue ?? (work.type === 'report' ? reports[0] : undefined))],
    ['pages', tex(published?.pages)?.replace(/(\d)\s*[-–]+\s*(\d)/, '$1--$2')],
    ['year', year],
    ['month', month === '' ? undefined : String(Number(month))],
    ['school', work.type === 'thesis' ? tex(work.thesis?.institution ?? work.imprint.publisher) : undefined],
    ['type', work.type === 'thesis' && !isMaster(work) ? tex(work.thesis?.degree) : undefined],
    ['institution', work.type === 'report' ? tex(work.imprint.publisher) : undefined],
    ['publisher', work.type === 'report' || work.type === 'thesis' ? undefined : tex(work.imprint.publisher)],
    ['address', tex(work.imprint.place)],
    ['edition', tex(work.edition)],
    ['series', tex(work.series[0])],
    ['isbn', identifier('isbn')?.replace(/[^\dXx-]/g, '')],
    ['issn', identifier('issn')?.replace(/[^\dXx-]/g, '')],
    ['doi', identifier('doi')],
    ['eprint', tex(arxiv)],
    ['archiveprefix', arxiv === undefined ? undefined : 'arXiv'],
    ['reportnumber', tex(work.type === 'report' ? reports.slice(1).join(', ') : reports.join(', '))],
  ];
}

/** "Ellis, John and Gaillard, Mary K"; a body's name is kept whole by braces. */
function names(list: readonly Contributor[]): string {
  return list
    .map((one) => {
      if (one.kind !== 'person' || !one.name.includes(',')) {
        return one.kind === 'person' && !/\s/.test(one.name) ? texText(one.name) : `{${texText(one.name)}}`;
      }
      const { family, given } = nameParts(one.name);
      const whole = (part: string): string => (/\band\b|,/i.test(part) ? `{${texText(part)}}` : texText(part));
      return given === '' ? whole(family) : `${whole(family)}, ${whole(given)}`;
    })
    .join(' and ');
}

/**
 * Stable: a key that the catalogue already has (035 with $9 BibTeX or Texkey) or first author, year
 * and our number, as "Ellis:2003:18". It needs no other record to be unique.
 */
function citationKey(item: ExportItem, work: Work): string {
  for (const field of item.record.fields) {
    if (field.tag !== '035') continue;
    const source = field.subfields.find((one) => one.code === '9')?.value ?? '';
    const key = field.subfields.find((one) => one.code === 'a' || one.code === 'z')?.value ?? '';
    if (/^(bibtex|texkey|inspiretex|spirestex)$/i.test(source) && /^[\w:.+/-]+$/.test(key)) return key;
  }
  const first = work.contributors[0];
  const name =
    first === undefined
      ? ''
      : foldAscii(first.kind === 'person' ? nameParts(first.name).family : first.name).replace(/[^A-Za-z]/g, '');
  const parts = [name === '' ? 'record' : name, work.date?.slice(0, 4), String(item.id)];
  return parts.filter((part) => part !== undefined).join(':');
}

export const bibtexFormat: ExportFormat = {
  code: 'hx',
  aliases: ['bibtex', 'tex'],
  name: 'BibTeX',
  group: 'manager',
  contentType: 'application/x-bibtex; charset=utf-8',
  mediaTypes: ['application/x-bibtex', 'text/x-bibtex'],
  extension: 'bib',
  pasted: true,
  marcPaths: false,
  head: none,
  item: (item, context) => bibtexEntry(item, recordAddress(context.baseUrl, item.id)),
  between: '\n',
  foot: none,
};
