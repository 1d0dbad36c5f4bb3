import { bareDoi } from '../../identifiers/doi.ts';
import { type CompiledPattern, compilePattern, type Pattern } from '../actions/pattern.ts';
import type { Field } from '../record.ts';
import { withoutLatex } from './latex.ts';
import type { Check, Fault } from './rule.ts';

/** What is wrong with a value; `fixed`: what should stand there. */
export interface Wrong {
  readonly fault: Fault;
  readonly to?: string;
  readonly fixed?: string;
}

export type ValueCheck = (value: string, field: Field) => Wrong | undefined;

/** What is known outside a record. */
export interface CheckWorld {
  /** Keys of a knowledge base; undefined: there is none of this name. */
  readonly base: (name: string) => ReadonlySet<string> | undefined;
  /** For links to records of ours; undefined: nobody asks. */
  readonly isThere?: ((id: number) => boolean) | undefined;
  readonly today?: Date;
}

/**
 * Kinds that look at one value at a time; undefined for the others. Throws as `compilePattern`
 * does.
 */
export function valueCheck(check: Check, world: CheckWorld): ValueCheck | undefined {
  switch (check.kind) {
    case 'date':
      return dateCheck(check.past ? (world.today ?? new Date()).toISOString().slice(0, 10) : undefined);
    case 'doi':
      return checkDoi;
    case 'enum': {
      const known = check.base === undefined ? new Set(check.values) : world.base(check.base);
      return (value) => (known === undefined || known.has(value) ? undefined : { fault: 'unknown' });
    }
    case 'regexp': {
      const fits = remembered(compilePattern(check.pattern));
      return (value) =>
        value.length > longestLookedAt || fits(value) ? undefined : { fault: 'pattern', to: check.pattern.text };
    }
    case 'regexp-replace':
      return replacing(check.pattern, check.with);
    case 'trailing-space':
      return (value) => {
        const fixed = value.trim();
        return fixed === value ? undefined : { fault: 'blanks', fixed };
      };
    case 'url':
      return checkUrl;
    case 'utf8':
      return checkEncoding;
    case 'nfc':
      return (value) => {
        if (isPlain(value)) return undefined;
        const fixed = value.normalize('NFC');
        return fixed === value ? undefined : { fault: 'nfc', fixed };
      };
    case 'latex':
      return (value) => {
        if (!value.includes('\\')) return undefined;
        const fixed = withoutLatex(value);
        return fixed === value ? undefined : { fault: 'latex', fixed };
      };
    default:
      return undefined;
  }
}

/** Expressions look at no longer values: they take a tenth of a second for it. */
const longestLookedAt = 100_000;
const mostRemembered = 2_000;
const longestRemembered = 100;

/** Short values come again and again: "ARTICLE", "eng". */
function remembered(pattern: CompiledPattern): (value: string) => boolean {
  const known = new Map<string, boolean>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const found = pattern.test(value);
    if (value.length <= longestRemembered) {
      if (known.size >= mostRemembered) known.clear();
      known.set(value, found);
    }
    return found;
  };
}

function replacing(given: Pattern, to: string): ValueCheck {
  const pattern = compilePattern(given);
  const has = remembered(pattern);
  return (value) => {
    if (value.length > longestLookedAt || !has(value)) return undefined;
    const fixed = pattern.replace(value, to);
    return fixed === value ? undefined : { fault: 'replace', fixed };
  };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function dateCheck(today: string | undefined): ValueCheck {
  return (value) => {
    if (!isDate(value)) {
      const fixed = dateIn(value);
      return { fault: 'date', ...(fixed !== undefined && { fixed }) };
    }
    return today !== undefined && value > today ? { fault: 'future' } : undefined;
  };
}

/** YYYY, YYYY-MM or YYYY-MM-DD, of a day that there is. */
function isDate(text: string): boolean {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined || year === '0000') return false;
  const [m, d] = [Number(month), Number(day)];
  const last = new Date(Date.UTC(2000, m, 0));
  last.setUTCFullYear(Number(year), m, 0);
  return m >= 1 && m <= 12 && d >= 1 && d <= last.getUTCDate();
}

/** Of what can mean one day only: "2003/05/12", "20030512", "17 Dec 2001". Not "05/12/2003". */
function dateIn(text: string): string | undefined {
  const given = text.trim();
  const [, year, month, day] =
    /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$/.exec(given) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(given) ?? [];
  const [, date, name, of] = /^(\d{1,2})\.? ([A-Za-z]{3})[a-z]*\.?,? (\d{4})$/.exec(given) ?? [];
  const named = name === undefined ? 0 : months.indexOf(name.toLowerCase()) + 1;
  const parts = year === undefined ? [of, named === 0 ? undefined : String(named), date] : [year, month, day];
  if (parts.includes(undefined)) return isDate(given) ? given : undefined;
  const found = `${parts[0]}-${parts[1]!.padStart(2, '0')}-${parts[2]!.padStart(2, '0')}`;
  return isDate(found) ? found : undefined;
}

/** A bare one; in 024 only where $2 says that it is one. */
function checkDoi(value: string, { tag, subfields }: Field): Wrong | undefined {
  if (tag === '024' && !subfields.some(({ code, value: scheme }) => code === '2' && /^doi$/i.test(scheme.trim())))
    return undefined;
  const fixed = bareDoi(value);
  if (fixed === value) return undefined;
  return { fault: 'doi', ...(fixed !== undefined && { fixed }) };
}

function checkUrl(value: string): Wrong | undefined {
  if (isAddress(value)) return undefined;
  const trimmed = value.trim().replace(/ /g, '%20');
  const fixed = isAddress(trimmed) ? trimmed : undefined;
  return { fault: 'url', ...(fixed !== undefined && { fixed }) };
}

function isAddress(text: string): boolean {
  if (!/^(?:https?|ftps?):\/\/[^/\s]/i.test(text) || /[\s<>"{}|\\^`]/.test(text)) return false;
  return URL.canParse(text) && !/%(?![\da-f]{2})/i.test(text);
}

/** Of the bytes behind the first of a character of UTF-8, read as Windows-1252. */
const next =
  '[\\u0080-\\u00bf\\u0152\\u0153\\u0160\\u0161\\u0178\\u017d\\u017e\\u0192\\u02c6\\u02dc\\u2013-\\u203a\\u20ac\\u2122]';
/**
 * UTF-8 that was read as Latin-1 or Windows-1252. Of all first bytes those that stand for letters
 * of Latin script and for signs: others stand in real texts, as in "CAFÉ»" and "»Ä«".
 */
const misread = new RegExp(`[\u00c2\u00c3]${next}|[\u00c4\u00c5](?![\u00ab\u00bb])${next}|\u00e2${next}{2}`, 'g');
const windows = new Map(
  [...'€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'].map((letter, place) => [
    letter,
    [
      0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8e, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
      0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9e, 0x9f,
    ][place]!,
  ]),
);

function checkEncoding(value: string): Wrong | undefined {
  if (isPlain(value)) return undefined;
  const fixed = value.replace(misread, readAgain);
  // U+FFFD stands for what could not be read; C1 controls are in no text.
  if (fixed === value) return /[\ufffd\u0080-\u009f]/.test(value) ? { fault: 'encoding' } : undefined;
  return { fault: 'encoding', fixed };
}

const strict = new TextDecoder('utf-8', { fatal: true });

/** The same when it is no character of UTF-8. */
function readAgain(text: string): string {
  const bytes = [...text].map((letter) => windows.get(letter) ?? letter.codePointAt(0)!);
  if (bytes.some((byte) => byte > 0xff)) return text;
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}

let lastText = '';
let wasPlain = true;

/** Of most texts nothing more has to be asked, and several checks ask it of the same one. */
function isPlain(text: string): boolean {
  if (text === lastText) return wasPlain;
  lastText = text;
  wasPlain = !/[^\0-~]/.test(text);
  return wasPlain;
}
