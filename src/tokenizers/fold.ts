import { orderable } from '../marc/orderable.ts';
import { flatText } from './flat.ts';
import { oneHanForm } from './han.ts';

/**
 * Folding: what makes "Müller" and "muller" one word. Case and accents go, compatibility forms (ﬁ,
 * full-width letters, ²) become plain letters, digits of all scripts become ASCII digits, and the
 * many quotes and dashes become the ASCII ones. Rules for readers: docs/searching.md.
 */

/**
 * Marks that are accents: those of the scripts whose accents people leave out, and the dots of
 * Indic letters (nukta). All are ignored at the first level of ICU's root collation, but for small
 * letters above others. Not the vowel signs of Indic scripts, nor the tones of Thai and its
 * neighbours, whose words ICU finds by them; nor the voicing of kana: those change the word. The
 * other signs vanish as well: controls of direction and joining, soft hyphens, tatweel, and what
 * marks an article as not for sorting.
 */
const vanishing = new RegExp(
  '[[\\p{M}&&[\\p{sc=Inherited}\\p{sc=Latin}\\p{sc=Greek}\\p{sc=Cyrillic}\\p{sc=Coptic}\\p{sc=Hebrew}\\p{sc=Arabic}' +
    '\\p{sc=Syriac}\\p{sc=Ethiopic}]]--[\\u3099\\u309a\\u2de0-\\u2dff\\ua674-\\ua67b\\ua69e\\ua69f]]' +
    '|[\\u093c\\u09bc\\u0a3c\\u0abc\\u0b3c\\u0c3c\\u0cbc]|[\\p{Cf}\\u0640\\u0088\\u0089\\u0098\\u009c]',
  'gv',
);

/**
 * Signs inside words that people leave out, or type as an apostrophe: ayn and alif, the soft and
 * the hard sign, glottal stops, geresh and gershayim, Armenian marks of intonation, spaced accents.
 */
const apostrophes = '‘’‚‛ʹʺʻʼʽʾʿˀˁˈˊˋˮ′‵՚՛՜՞ՙꜣꜥꞌ׳״\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe';
/** Those that compatibility forms would make a blank of. */
const spacedAccents = /[\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe]/g;

const letters: Readonly<Record<string, string>> = {
  ...same(apostrophes, "'"),
  ...same('“”„‟«»「」『』《》〈〉【】', '"'),
  ...same('−⁃', '-'),
  ...same('۔。', '.'),
  ...same('、・٬', ','),
  '·': '.',
  '٫': '.',
  '¿': '?',
  '¡': '!',
  '⁄': '/',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ı: 'i',
  ŋ: 'n',
  ς: 'σ',
  // Strokes and hooks, which Unicode does not take off.
  ...same('ƀɓƃ', 'b'),
  ...same('ƈ', 'c'),
  ...same('đðɖɗƌ', 'd'),
  ...same('ƒ', 'f'),
  ...same('ǥɠ', 'g'),
  ...same('ħ', 'h'),
  ...same('ɨ', 'i'),
  ...same('ĸƙ', 'k'),
  ...same('łƚɫ', 'l'),
  ...same('ɲƞ', 'n'),
  ...same('øɵ', 'o'),
  ...same('ƥ', 'p'),
  ...same('ŧƫƭʈ', 't'),
  ...same('ʉ', 'u'),
  ...same('ʋ', 'v'),
  ...same('ƴɏ', 'y'),
  ...same('ƶȥ', 'z'),
  // As Lucene's ArabicNormalizer and PersianNormalizer.
  ...same('ٱ', 'ا'),
  ...same('ىیے', 'ي'),
  ...same('ک', 'ك'),
  ...same('ةہ', 'ه'),
  // Thai and Lao write these as one sign, and ICU's dictionaries have them so.
  '\u0e4d\u0e32': '\u0e33',
  '\u0ecd\u0eb2': '\u0eb3',
};
const special = new RegExp(`\\p{Pd}|\\p{Nd}|${Object.keys(letters).join('|')}`, 'gu');

function same(from: string, to: string): Record<string, string> {
  return Object.fromEntries([...from].map((sign) => [sign, to]));
}

/** Between parts of a Persian or Urdu word, which are also written together, or with a blank. */
const nonJoiner = '\u200c';
const persianBlank = /(?<=\p{sc=Arabic})\u200c(?=\p{sc=Arabic})/gu;

/** צה"ל: typed so, it is the abbreviation that has a sign of its own. */
const hebrewQuote = /(?<=\p{sc=Hebrew})"(?=\p{sc=Hebrew})/gu;

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

export interface Folded {
  /** As it is cut into words. */
  readonly folded: string;
  /** As it is a value. */
  readonly value: string;
  /** The same as `folded` with ü as "ue" and its like; undefined when there are none. */
  readonly expanded: string | undefined;
}

/** Each character is looked at once: a load folds gigabytes. */
export function foldBoth(text: string): Folded {
  const found = lookAt(text);
  if ((found & foreign) !== 0) {
    const folded = foldForeign(text);
    const expanded = expandLetters(text);
    return { folded, value: asValue(folded), expanded: expanded === undefined ? undefined : foldForeign(expanded) };
  }
  const folded = (found & capitals) === 0 ? text : text.toLowerCase();
  return { folded, value: (found & (untidy | marked)) === 0 ? folded : asValue(folded), expanded: undefined };
}

/** A whole value as value spaces ("v:", "m:") hold it. */
export function foldValue(text: string): string {
  return asValue(foldText(text));
}

/** Without apostrophes, since who asks for a value may know of none. */
function asValue(folded: string): string {
  return tidySpace(withoutApostrophes(folded));
}

/** Takes the apostrophes out of folded text. */
export function withoutApostrophes(folded: string): string {
  return folded.includes("'") || folded.includes('`') ? folded.replace(/['`]/g, '') : folded;
}

/**
 * Letters that are also written as two, which a keyboard has; their accents may be signs of their
 * own.
 */
const twoLetters: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', ǿ: 'oe' };
const expandable = /[äöüåøǿ]|[aou]\u0308|a\u030a/gi;

/** A text with ä, ö, ü, å, ø as two letters; undefined when it has none. */
export function expandLetters(text: string): string | undefined {
  const expanded = text.replace(expandable, (letter) => twoLetters[letter.normalize('NFC').toLowerCase()] ?? letter);
  return expanded === text ? undefined : expanded;
}

/**
 * What each UTF-16 unit above ASCII becomes when no other can change that, in pages of 256; filled
 * as they come. One list with holes is a hash table to V8.
 */
const unitFolds: ((string | undefined)[] | undefined)[] = Array.from({ length: 256 });
/** Signs that belong together with their neighbours. */
const together = /[\p{M}\p{Cs}\u1100-\u11ff]/u;
const dependent = '\0';

function foldForeign(text: string): string {
  const lower = text.toLowerCase();
  let folded = '';
  let start = 0;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    if (code < 0x80) continue;
    const fold = unitFolds[code >> 8]?.[code & 255] ?? rememberedFold(lower[at]!, code);
    if (fold === dependent) return foldWhole(text);
    folded += start === at ? fold : lower.slice(start, at) + fold;
    start = at + 1;
  }
  folded = flatText(folded + lower.slice(start));
  return folded.includes('"') ? folded.replace(hebrewQuote, "'") : folded;
}

function rememberedFold(unit: string, code: number): string {
  const fold = foldUnit(unit);
  const page = unitFolds[code >> 8] ?? Array.from({ length: 256 });
  unitFolds[code >> 8] = page;
  page[code & 255] = fold;
  return fold;
}

function foldUnit(unit: string): string {
  if (unit === nonJoiner) return dependent;
  const fold = foldWhole(unit);
  return together.test(fold) ? dependent : fold;
}

function foldWhole(text: string): string {
  return orderable(text)
    .replace(spacedAccents, "'")
    .replace(persianBlank, "'")
    .normalize('NFKD')
    .toLowerCase()
    .replace(vanishing, '')
    .replace(special, (sign) => letters[sign] ?? (isDash(sign) ? '-' : digit(sign)))
    .normalize('NFC')
    .replace(hebrewQuote, "'")
    .replace(/\p{sc=Han}/gu, oneHanForm);
}

function isDash(sign: string): boolean {
  return /\p{Pd}/u.test(sign);
}

/** Digits of a script follow each other, ten by ten. */
function digit(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

/**
 * What `lookAt` finds: a character that is not ASCII; capitals; a control character, or a blank at
 * an end or beside another; an apostrophe.
 */
const foreign = 1;
const capitals = 2;
const untidy = 4;
const marked = 8;

/** Blanks and control characters, which stand for one. */
const blank = 16;
const everything = foreign | capitals | untidy | marked;

/** What each ASCII character is. */
const signs = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code < 0x20) return untidy | blank;
  if (code === 0x20) return blank;
  if (code >= 0x41 && code <= 0x5a) return capitals;
  return code === 0x60 || code === 0x27 ? marked : 0;
});

function lookAt(text: string): number {
  let found = 0;
  let before = blank;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const sign = code < 128 ? signs[code]! : foreign;
    // A blank behind a blank.
    found |= sign | ((sign & before & blank) >> 2);
    before = sign;
  }
  return (found | ((before & blank) >> 2)) & everything;
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
