import { controlValue, type MarcRecord } from '../marc/record.ts';
import { firstValue } from './fields.ts';

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
 * When the work appeared, the most exact statement of its year first: 260, 264, 269, then 773, 909C
 * and the fixed field.
 */
export function workDate(record: MarcRecord): string | undefined {
  const published = firstValue(record, '773', 'y') ?? firstValue(record, '909', 'y', 'C4');
  const stated = [
    firstValue(record, '909', 'y', 'C0'),
    firstValue(record, '260', 'c'),
    firstValue(record, '264', 'c'),
    published,
    firstValue(record, '269', 'c'),
    firstValue(record, '502', 'd'),
  ];
  const dates = stated
    .map((text) => (text === undefined ? undefined : isoDate(text)))
    .filter((date) => date !== undefined);
  const year = dates[0]?.slice(0, 4);
  if (year !== undefined) {
    return dates.filter((date) => date.startsWith(year)).sort((a, b) => b.length - a.length)[0];
  }
  const fixed = controlValue(record, '008')?.slice(7, 11);
  return fixed !== undefined && /^(1\d{3}|20\d\d)$/.test(fixed) ? fixed : undefined;
}
