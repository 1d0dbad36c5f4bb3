import {
  callNumberOf,
  callNumbersIn,
  gluedCallNumber,
  shelfKey,
  callNumberWords as wordsOfCallNumber,
} from '../identifiers/call-number.ts';
import { bareDoi, doiOf } from '../identifiers/doi.ts';
import { isbn10, isbnAlone, isbnOf, isbnsIn, normalIsbn } from '../identifiers/isbn.ts';
import { issnAlone, issnOf, issnsIn } from '../identifiers/issn.ts';
import { bareOclc, oclcOf } from '../identifiers/oclc.ts';
import { reportNumberOf } from '../identifiers/report-number.ts';
import { foldText, foldValue } from './fold.ts';

/** Numbers that people write in many ways, as words and values of the index have them. */
export interface NumberForms {
  /** A text typed for this field, as a word; undefined when it is no such number. A "*" stays. */
  word(text: string): string | undefined;
  /** A text typed for any field; undefined when it may be something else than such a number. */
  anywhere(text: string): string | undefined;
  /** Likewise as a whole value, where that is not the word. */
  value?(text: string): string | undefined;
  /** A whole value as people read it, when no record tells how it is written. */
  label?(value: string): string;
}

/** A subfield of MARC 21, by its shape. */
export interface Coded {
  readonly code: string;
  readonly value: string;
}

export { callNumbersIn };

export function isbnWords(folded: string): readonly string[] {
  const found = isbnsIn(folded).flatMap((one) => {
    const normal = normalIsbn(one);
    return [normal, isbn10(normal) ?? '', one.digits, /\s/.test(one.written) ? '' : one.written];
  });
  return found.length === 0 ? [foldValue(folded)] : distinct(found.map((word) => word.toLowerCase()));
}

export function isbnValues(folded: string): readonly string[] {
  const found = isbnsIn(folded).map((one) => normalIsbn(one).toLowerCase());
  return found.length === 0 ? [foldValue(folded)] : distinct(found);
}

export const isbn: NumberForms = {
  word(text) {
    const folded = foldText(text);
    return isbnOf(folded)?.toLowerCase() ?? (/^[\dx*\s-]+$/.test(folded) ? folded.replace(/[\s-]/g, '') : undefined);
  },
  anywhere: (text) => isbnAlone(text)?.toLowerCase(),
};

export function issnWords(folded: string): readonly string[] {
  const found = issnsIn(folded).map((one) => one.toLowerCase());
  return found.length === 0 ? [foldValue(folded)] : found.flatMap((one) => [one, one.replace('-', '')]);
}

export function issnValues(folded: string): readonly string[] {
  const found = issnsIn(folded).map((one) => one.toLowerCase());
  return found.length === 0 ? [foldValue(folded)] : found;
}

export const issn: NumberForms = {
  word: (text) => issnOf(text)?.toLowerCase(),
  anywhere: (text) => issnAlone(text)?.toLowerCase(),
};

export function doiForms(folded: string): readonly string[] {
  return [foldValue(bareDoi(folded) ?? folded)];
}

export const doi: NumberForms = {
  word: (text) => folded(bareDoi(text)),
  anywhere: (text) => folded(doiOf(text)),
};

export function oclcWords(text: string): readonly string[] {
  const number = oclcOf(text);
  return number === undefined ? [] : [number, `${source}${number}`];
}

export function oclcValues(text: string): readonly string[] {
  return [oclcOf(text) ?? ''];
}

/** Before a number that says whose it is: others have the same digits. */
const source = 'ocolc';

export const oclc: NumberForms = {
  word: bareOclc,
  anywhere(text) {
    const number = oclcOf(text);
    return number === undefined ? undefined : `${source}${number}`;
  },
};

export function reportNumberForms(text: string): readonly string[] {
  return [reportNumberOf(text) ?? ''];
}

export const reportNumber: NumberForms = {
  // Of a part of a number there is no telling what its last sign parts.
  word: (text) => (text.includes('*') ? undefined : folded(reportNumberOf(text))),
  anywhere: (text) => (/^(?=.*\d)[^\s*]+$/.test(text) ? folded(reportNumberOf(text)) : undefined),
};

export function callNumberWords(folded: string): readonly string[] {
  return wordsOfCallNumber(folded);
}

export const callNumber: NumberForms = {
  word: (text) => gluedCallNumber(foldText(text)),
  anywhere: (text) => gluedCallNumber(foldText(text)),
  value: (text) => shelfKey(foldText(text)),
  label: callNumberOf,
};

function folded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : foldValue(text);
}

function distinct(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
