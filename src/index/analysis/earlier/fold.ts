import { orderable } from '../../../marc/orderable.ts';

/**
 * Folding: what makes "Müller" and "muller" one word. Case and accents go, compatibility forms (ﬁ,
 * full-width letters, ²) become plain letters, and the many quotes and dashes become the ASCII
 * ones, so that the tokenizer's tables need to know ASCII only.
 */

/**
 * Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel marks. Not the vowel signs of
 * Indic scripts: those are letters.
 */
const marks =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200f\ufeff]/g;
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ĸ: 'k',
  ŋ: 'n',
  ς: 'σ',
  '‘': "'",
  '’': "'",
  ʼ: "'",
  ʹ: "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '「': '"',
  '」': '"',
  '『': '"',
  '』': '"',
  '《': '"',
  '》': '"',
  '〈': '"',
  '〉': '"',
  '【': '"',
  '】': '"',
  '‐': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '。': '.',
  '、': ',',
  '・': ',',
  '·': '.',
  '¿': '?',
  '¡': '!',
};
const special = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');

/** Lower case without accents; white space stays as it is. */
export function foldText(text: string): string {
  const found = lookAt(text);
  if ((found & foreign) !== 0) return foldForeign(text);
  return (found & capitals) === 0 ? text : text.toLowerCase();
}

/** Trimmed, runs of white space made one blank. */
export function tidySpace(text: string): string {
  return (lookAt(text) & untidy) === 0 ? text : text.trim().replace(/\s+/g, ' ');
}

/**
 * A text folded, as it is cut into words, and tidied, as it is a value. Each character is looked at
 * once: a load folds gigabytes.
 */
export function foldBoth(text: string): { readonly folded: string; readonly value: string } {
  const found = lookAt(text);
  if ((found & foreign) !== 0) {
    const folded = foldForeign(text);
    return { folded, value: tidySpace(folded) };
  }
  const folded = (found & capitals) === 0 ? text : text.toLowerCase();
  return { folded, value: (found & untidy) === 0 ? folded : tidySpace(folded) };
}

function foldForeign(text: string): string {
  const bare = orderable(text).normalize('NFKD').toLowerCase().replace(marks, '');
  return bare.replace(special, (letter) => letters[letter] ?? letter).normalize('NFC');
}

/**
 * What `lookAt` finds: a character that is not ASCII; capitals; a control character, or a blank at
 * an end or beside another.
 */
const foreign = 1;
const capitals = 2;
const untidy = 4;

function lookAt(text: string): number {
  let found = 0;
  let blank = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x60) {
      if (code > 0x7f) found |= foreign;
      blank = false;
    } else if (code > 0x20) {
      if (code >= 0x41 && code <= 0x5a) found |= capitals;
      blank = false;
    } else {
      if (code < 0x20 || blank) found |= untidy;
      blank = true;
    }
  }
  return blank ? found | untidy : found;
}

/** A whole value as value spaces ("v:", "m:") hold it. */
export function foldValue(text: string): string {
  return tidySpace(foldText(text));
}

/** \"o, \"{o}, {\"o}, \'{\i}: an accent of punctuation and one letter, within braces or not. */
const accented = /\{\\["'`^~=.]\s*\{?\\?([a-z])\}?\}|\\["'`^~=.]\s*(?:\{\\?([a-z])\}|\\?([a-z]))/g;
/**
 * \c{c}, \v s: an accent that is a letter needs braces or a blank, else it is another command
 * (\vartheta).
 */
const lettered = /\{\\[cvukh]\s*(?:\{([a-z])\}|\s([a-z]))\}|\\[cvukh]\s*(?:\{([a-z])\}|\s([a-z])(?![a-z]))/g;
const ligature = /\\(ss|ae|oe|aa|o|l|i|j)(?![a-z])(?:\{\}|\s(?=[a-z]))?/g;

/** Takes LaTeX accents out of folded text: schr\"odinger becomes schrodinger. Formulas stay. */
export function stripLatexAccents(folded: string): string {
  if (!folded.includes('\\')) return folded;
  return folded
    .replace(accented, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? '')
    .replace(lettered, (_, a?: string, b?: string, c?: string, d?: string) => a ?? b ?? c ?? d ?? '')
    .replace(ligature, (_, name: string) => (name === 'aa' ? 'a' : name));
}
