import { fieldsWithTag } from '../marc/fields-by-tag.ts';
import { controlValue, type MarcRecord } from '../marc/record.ts';
import { beginningOf, values } from './fields.ts';
import { hostPart } from './host-part.ts';
import { oncePerRecord } from './once.ts';

const months: Readonly<Record<string, string>> = {
  jan: '01',
  feb: '02',
  mar: '03',
  apr: '04',
  may: '05',
  jun: '06',
  jul: '07',
  aug: '08',
  sep: '09',
  oct: '10',
  nov: '11',
  dec: '12',
};

/**
 * A catalogued date as YYYY, YYYY-MM or YYYY-MM-DD: "17 Dec 2001", "14 06 2000", "c1999.",
 * "[2003?]", "2003-05-01". Undefined when it holds no year.
 */
export function isoDate(text: string): string | undefined {
  const numeric = /\b(1\d{3}|20\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?\b/.exec(text);
  if (numeric !== null) return [numeric[1], numeric[2], numeric[3]].filter((part) => part !== undefined).join('-');
  const dayFirst = /\b(0?[1-9]|[12]\d|3[01])[ .](0?[1-9]|1[0-2])[ .](1\d{3}|20\d\d)\b/.exec(text);
  if (dayFirst !== null) return `${dayFirst[3]}-${dayFirst[2]!.padStart(2, '0')}-${dayFirst[1]!.padStart(2, '0')}`;
  const year = /(?<!\d)(1\d{3}|20\d\d)(?!\d)/.exec(text)?.[1];
  if (year === undefined) return undefined;
  const named = /(?:\b(0?[1-9]|[12]\d|3[01])\s+)?\b([A-Za-z]{3})[a-z]*\.?,?\s+\d{4}/.exec(text);
  const month = named === null ? undefined : months[named[2]!.toLowerCase()];
  if (named === null || month === undefined) return year;
  return named[1] === undefined ? `${year}-${month}` : `${year}-${month}-${named[1].padStart(2, '0')}`;
}

/**
 * The Gregorian year that the fixed field gives (008/07-10): of publication, or the first of
 * several.
 */
function fixedYear(record: MarcRecord): string | undefined {
  const year = controlValue(record, '008')?.slice(7, 11);
  return year !== undefined && isYear(year) ? year : undefined;
}

/** No work is dated later; 2546 is a year of the Buddhist era. */
const lastYear = '2100';

function isYear(text: string): boolean {
  return /^[12]\d{3}$/.test(text) && text <= lastYear;
}

/** Years further apart than this are of two calendars, or of a work and what it is a copy of. */
const sameCalendar = 15;

/**
 * The year that a statement like "1399 [2020 or 2021]", "c1999." or "MCMXCIX [1999]" gives. What
 * stands in brackets corrects what stands before it; the fixed field decides between several, and
 * between calendars, since it is Gregorian (MARC 21, 008/07-10).
 */
export function yearOfStatement(statement: string, fixed: string | undefined): string | undefined {
  const text = beginningOf(statement);
  const all = (text.match(/(?<!\d)\d{4}(?!\d)/g) ?? []).filter(isYear);
  if (fixed !== undefined && all.includes(fixed)) return fixed;
  const corrected = /[[(][^\d[(]*([12]\d{3})(?!\d)/.exec(text)?.[1];
  const year = corrected !== undefined && isYear(corrected) ? corrected : all[0];
  if (year === undefined || fixed === undefined) return year;
  return Math.abs(Number(year) - Number(fixed)) > sameCalendar && all.length < 2 ? fixed : year;
}

/** Where standard MARC 21, and CERN's dialect of it, say when a work appeared, best first. */
const dateFields: readonly (readonly [tag: string, code: string, indicators?: string])[] = [
  ['909', 'y', 'C0'],
  ['260', 'c'],
  ['264', 'c'],
  ['269', 'c'],
  ['773', 'y'],
  ['909', 'y', 'C4'],
];
/** What comes after the fixed field. */
const lateFields: typeof dateFields = [
  ['502', 'd'],
  ['502', 'a'],
  ['046', 'k'],
];

/**
 * The year that a record is dated by, for pages, facets, sorting and exports; 0 when it tells none.
 */
export const yearOf = oncePerRecord(readYear);

function readYear(record: MarcRecord): number {
  const fixed = fixedYear(record);
  for (const [tag, code, indicators] of dateFields) {
    for (const text of valuesOf(record, tag, code, indicators)) {
      const year = yearOfStatement(text, fixed);
      if (year !== undefined) return Number(year);
    }
  }
  for (const field of fieldsWithTag(record, '773')) {
    const year = hostPart(field).year;
    if (year !== undefined && isYear(year)) return Number(year);
  }
  if (fixed !== undefined) return Number(fixed);
  for (const [tag, code, indicators] of lateFields) {
    for (const text of valuesOf(record, tag, code, indicators)) {
      const year = yearOfStatement(text, undefined);
      if (year !== undefined) return Number(year);
    }
  }
  return 0;
}

function valuesOf(record: MarcRecord, tag: string, code: string, indicators?: string): readonly string[] {
  return fieldsWithTag(record, tag).length === 0 ? [] : values(record, tag, code, indicators);
}

/**
 * When the work appeared, as exactly as any statement of that year says: YYYY, YYYY-MM or
 * YYYY-MM-DD.
 */
export function workDate(record: MarcRecord): string | undefined {
  const year = yearOf(record);
  if (year === 0) return undefined;
  const dates = dateFields
    .flatMap(([tag, code, indicators]) => valuesOf(record, tag, code, indicators).slice(0, 1))
    .map(isoDate)
    .filter((date) => date?.startsWith(String(year)));
  return dates.sort((a, b) => b!.length - a!.length)[0] ?? String(year);
}
