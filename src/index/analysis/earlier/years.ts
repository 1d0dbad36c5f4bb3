import { foldValue } from './fold.ts';

const year = /(?<!\d)[12]\d{3}(?!\d)/g;

/** Four-digit years of a value: "c1999.", "1996-2001", "2010-03". */
export function yearsOf(text: string): readonly string[] {
  return text.match(year) ?? [];
}

/** The date as written, and its years. */
export function datesOf(folded: string): Iterable<string> {
  return new Set([foldValue(folded), ...yearsOf(folded)]);
}

/** Years that the text tokenizer does not give since letters touch them: "c1999". */
export function gluedYears(folded: string): readonly string[] {
  return folded.match(/(?<=[a-z])[12]\d{3}(?![\da-z])|(?<!\d)[12]\d{3}(?=[a-z])/g) ?? [];
}
