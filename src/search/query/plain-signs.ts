/**
 * Signs that word processors, telephones and other keyboards write in place of those of the
 * language. Each is one character for one, so that places in a question stay what they are. An
 * apostrophe inside a word becomes the plain one, as in the texts of records (fold.ts).
 */
const signs: readonly (readonly [pattern: RegExp, plain: string])[] = [
  // Curly, low, angle and corner quotation marks, and their full-width forms.
  [/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c-\u300f\u301d-\u301f\ufe41-\ufe44\uff02\uff62\uff63]/g, '"'],
  [/[\u2018\u2019\u201a\u201b\uff07]/g, "'"],
  [/\uff1a/g, ':'],
  [/\uff08/g, '('],
  [/\uff09/g, ')'],
  [/\uff0a/g, '*'],
  [/\uff0b/g, '+'],
  [/\uff5c/g, '|'],
  [/\uff06/g, '&'],
  // No-break spaces are blanks by themselves; what has no width and turns the direction is none.
  [/[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]/g, ' '],
];

export function plainSigns(text: string): string {
  let plain = text;
  for (const [pattern, sign] of signs) plain = plain.replace(pattern, sign);
  return plain;
}

/** Hyphens and minus signs that mean the plain one where it excludes a word. */
export const minusSigns = '\u2212\u2010\u2011\ufe63\uff0d';
/** Dashes, which are punctuation wherever they stand. */
export const dashes = '\u2012\u2013\u2014\u2015\u2e3a\u2e3b\ufe58';
