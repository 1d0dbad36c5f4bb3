/**
 * International Standard Book Number, ISO 2108: thirteen digits, or ten in books from before 2007.
 */
export interface Isbn {
  /** Without what stands between them, "X" in upper case. */
  readonly digits: string;
  /** As it stands in the text, with plain hyphens. */
  readonly written: string;
  /** Is the check digit right? */
  readonly valid: boolean;
}

const between = '[-\\u2010-\\u2015\\u2212\\u00ad \\u00a0]?';
const digits = `(?:97[89]${between})?\\d(?:${between}\\d){8}${between}[\\dXx]`;
const anywhere = new RegExp(`(?<![\\dXx])${digits}(?![\\dXx])`, 'g');
/** An SBN of the years before 1970 is an ISBN without its first 0. */
const old = /\bSBN[:\s]*(\d(?:[- ]?\d){7}[- ]?[\dX])(?![\dX])/i;
/**
 * A text that is nothing but an ISBN, with its name and a qualifier: "ISBN-13: 978... (pbk.) :".
 */
const alone = new RegExp(
  `^\\s*(?:e?-?isbn(?:[- ]?1[03])?[:\\s]*)?(${digits})\\s*(?:\\([^()]*\\)\\s*)?[:;,.]?\\s*$`,
  'i',
);

/** All that stand in a text, right or not. */
export function isbnsIn(text: string): readonly Isbn[] {
  const found = (text.match(anywhere) ?? []).map(read);
  const sbn = found.length === 0 ? old.exec(text)?.[1] : undefined;
  return sbn === undefined ? found : [{ ...read(`0${sbn}`), written: sbn }];
}

/**
 * The normal form of the first ISBN of a text: its thirteen digits; with a wrong check digit, those
 * that stand there.
 */
export function isbnOf(text: string): string | undefined {
  const [first] = isbnsIn(text);
  return first === undefined ? undefined : normalIsbn(first);
}

/**
 * The same of a text that is an ISBN and nothing else; with blanks between its digits only of a
 * right one.
 */
export function isbnAlone(text: string): string | undefined {
  const written = alone.exec(text)?.[1];
  const isbn = written === undefined ? undefined : read(written);
  return isbn !== undefined && (isbn.valid || !/\s/.test(isbn.written)) ? normalIsbn(isbn) : undefined;
}

export function normalIsbn({ digits: given, valid }: Isbn): string {
  if (!valid || given.length === 13) return given;
  const twelve = `978${given.slice(0, 9)}`;
  return twelve + checkDigit13(twelve);
}

/** The ten digits of the same book; undefined when it never had any. */
export function isbn10(normal: string): string | undefined {
  if (normal.length !== 13 || !normal.startsWith('978')) return undefined;
  const nine = normal.slice(3, 12);
  return nine + checkDigit10(nine);
}

/** What both forms share, whatever the check digit says: one book for references. */
export function sharedDigits({ digits: given }: Isbn): string {
  return given.length === 10 ? given.slice(0, 9) : given.slice(given.startsWith('978') ? 3 : 0, 12);
}

function read(written: string): Isbn {
  const given = written.replace(/[^\dXx]/g, '').toUpperCase();
  const valid =
    given.length === 10 ? given[9] === checkDigit10(given.slice(0, 9)) : given[12] === checkDigit13(given.slice(0, 12));
  return { digits: given, written: written.replace(/[\u2010-\u2015\u2212\u00ad]/g, '-').toUpperCase(), valid };
}

function checkDigit10(nine: string): string {
  let sum = 0;
  for (let at = 0; at < 9; at++) sum += (10 - at) * Number(nine[at]);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? 'X' : String(check);
}

function checkDigit13(twelve: string): string {
  let sum = 0;
  for (let at = 0; at < 12; at++) sum += (at % 2 === 0 ? 1 : 3) * Number(twelve[at]);
  return String((10 - (sum % 10)) % 10);
}
