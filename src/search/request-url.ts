import { isIdFormat } from '../formats/format-names.ts';
import { isPage } from '../formats/formats.ts';
import { largestRecordId } from '../index/record-id.ts';
import { choicesOf } from './choices.ts';
import { spanOfDate } from './evaluate/dates.ts';
import type { Notice } from './notices.ts';
import { type Addition, addToSearch } from './query/add-to-search.ts';
import type { Join } from './query/tree.ts';
import {
  defaultPageSize,
  emptyRequest,
  type MatchType,
  maximumPageSize,
  mostParts,
  type RequestPart,
  type SearchRequest,
} from './request.ts';

const joins: ReadonlyMap<string, Join> = new Map([
  ['a', 'and'],
  ['o', 'or'],
  ['n', 'not'],
]);

/** What a site has: which other arguments are limits, and which facets there are. */
export interface KnownNames {
  isField(code: string): boolean;
  isFacet(code: string): boolean;
}

/**
 * Normalises the arguments of /search (docs/search-language.md, "The address of a search"): what is
 * not a number becomes the default, never an error.
 */
export function requestOf(args: URLSearchParams, { isField, isFacet }: KnownNames): SearchRequest {
  const one = (name: string) => (args.get(name) ?? '').trim();
  const format = (one('of') || emptyRequest.format).toLowerCase();
  const adds = (one('aas') || one('as')) === '2';
  const parts = adds ? [] : partsOf(args);
  const text = normaliseText(args.get('p') ?? '');
  const choices = choicesOf(args, isFacet);
  const from = dateOf(one('d1'), one('d1y'), one('d1m'), one('d1d'));
  const until = dateOf(one('d2'), one('d2y'), one('d2m'), one('d2d'));
  const notices: readonly Notice[] = [
    ...choices.notices,
    ...[from, until].flatMap(({ wrong }): Notice[] => (wrong === '' ? [] : [{ kind: 'left-out-date', text: wrong }])),
  ];
  return {
    text: adds ? addToSearch(text, additionOf(args)) : text,
    field: normaliseField(one('f')),
    parts,
    collection: one('cc'),
    collections: args
      .getAll('c')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    order: ordersAsInvenio(args) ? 'newest' : 'site',
    sort: one('sf'),
    ascending: one('so').toLowerCase().startsWith('a'),
    sortPreference: one('sp'),
    rank: one('rm'),
    first: Math.max(1, integer(one('jrec')) ?? 1),
    size: sizeOf(one('rg'), format),
    format,
    tags: tagsIn(args),
    split: one('sc') === '1',
    advanced: one('aas') === '1' || one('as') === '1' || parts.length > 0,
    limits: limitsOf(args, isField),
    dates: {
      column: one('dt').startsWith('m') ? 'modified' : 'created',
      from: from.date,
      until: until.date,
    },
    records: recordsOf(one('recid') || one('id'), one('recidb') || one('idb')),
    facets: choices.facets,
    excluded: choices.excluded,
    wildcardLimit: positive(one('wl')),
    alternatives: one('ap') === '' ? isPage(format) : (integer(one('ap')) ?? 0) > 0 && isPage(format),
    language: one('ln'),
    embed: one('em')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

/**
 * Bookmarks and scripts of Invenio, which knew the newest first only: they carry its arguments of
 * order and layout, even empty, or a format. Not the same hits in another dress, sc=1 or a page
 * that is no list: links to these say no more than what the reader chose.
 */
function ordersAsInvenio(args: URLSearchParams): boolean {
  if (['sf', 'so', 'rm', 'as'].some((name) => args.has(name)) || args.get('sc') === '0') return true;
  const format = args.get('of');
  return format !== null && (format === emptyRequest.format || !isPage(format.toLowerCase()));
}

/** p1, f1, m1 and op1 of the form that adds to a search. */
function additionOf(args: URLSearchParams): Addition {
  const one = (name: string) => (args.get(name) ?? '').trim();
  return { text: normaliseText(one('p1')), field: normaliseField(one('f1')), match: one('m1'), operator: one('op1') };
}

/** Arguments that are not limits though a field may have their name. */
const ownArguments = new Set(
  'p f cc c aas as sf so sp rm rg jrec of ot em sc action recid recidb id idb sysno sysnb d1 d1y d1m d1d d2 d2y d2m d2d dt ap verbose ec wl ln'.split(
    ' ',
  ),
);

function normaliseText(text: string): string {
  const today = new Date().toISOString().slice(0, 10);
  return text.replaceAll('\u0000', '').replaceAll('$TODAY$', today).trim();
}

function normaliseField(field: string): string {
  return /^\d\d/.test(field) ? field : field.toLowerCase();
}

function partsOf(args: URLSearchParams): readonly RequestPart[] {
  const parts: RequestPart[] = [];
  let join: Join = 'and';
  for (let number = 1; number <= mostParts; number++) {
    const text = normaliseText(args.get(`p${number}`) ?? '');
    const match = (args.get(`m${number}`) ?? '').trim();
    if (text !== '') {
      parts.push({ text, field: normaliseField((args.get(`f${number}`) ?? '').trim()), match: matchOf(match), join });
    }
    join = joins.get((args.get(`op${number}`) ?? '').trim()) ?? 'and';
  }
  return parts;
}

function matchOf(text: string): MatchType {
  return text === 'w' ? 'a' : ((['a', 'o', 'e', 'p', 'r'] as const).find((type) => type === text) ?? '');
}

function integer(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string): number | undefined {
  const number = integer(text);
  return number !== undefined && number > 0 ? number : undefined;
}

/**
 * -9999 asks for all, as in Invenio; lists of ids and other machine formats are whole unless a
 * number is given.
 */
function sizeOf(text: string, format: string): number {
  const number = integer(text);
  if (number === -9999) return Number.POSITIVE_INFINITY;
  if (number === undefined || number < 1) return isIdFormat(format) ? Number.POSITIVE_INFINITY : defaultPageSize;
  return isPage(format) ? Math.min(number, maximumPageSize) : number;
}

function limitsOf(args: URLSearchParams, isField: (code: string) => boolean): SearchRequest['limits'] {
  const limits: { field: string; text: string }[] = [];
  for (const [name, value] of args) {
    const field = name.toLowerCase();
    if (value.trim() !== '' && !ownArguments.has(field) && isField(field)) limits.push({ field, text: value.trim() });
  }
  const sysno = (args.get('sysno') ?? '').trim();
  if (sysno !== '') limits.push({ field: '970__a', text: sysno });
  return limits;
}

/**
 * "2012-05-03", or its three arguments; missing months and days leave a shorter date, which covers
 * all of them.
 */
function dateOf(whole: string, year: string, month: string, day: string): AskedDate {
  if (spanOfDate(whole) !== undefined) return { date: whole, wrong: '' };
  const [y, m, d] = [integer(year), integer(month), integer(day)];
  if (y === undefined || y <= 0) return { date: '', wrong: whole };
  const pad = (number: number, length: number) => String(number).padStart(length, '0');
  if (m === undefined || m <= 0) return { date: pad(y, 4), wrong: '' };
  const date = `${pad(y, 4)}-${pad(m, 2)}${d === undefined || d <= 0 ? '' : `-${pad(d, 2)}`}`;
  return spanOfDate(date) === undefined ? { date: '', wrong: date } : { date, wrong: '' };
}

interface AskedDate {
  /** '' is open. */
  readonly date: string;
  /** What was asked and is no date. */
  readonly wrong: string;
}

function recordsOf(from: string, below: string): SearchRequest['records'] {
  const first = positive(from);
  if (first === undefined || first > largestRecordId) return undefined;
  const end = positive(below);
  return { from: first, below: end === undefined || end <= first ? first + 1 : end };
}

/** The arguments `ot`, each of which may be a list. */
export function tagsIn(args: URLSearchParams): readonly string[] {
  return args
    .getAll('ot')
    .flatMap((list) => list.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
