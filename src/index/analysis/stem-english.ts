/**
 * The English stemmer of the Snowball project (Porter2), written for speed: a load stems some new
 * words for every record, and the general library takes 10 us for each. A test holds it to the
 * library's answers. Rules: snowballstem.org/algorithms/english.
 */

const irregular = new Map<string, string>([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word): [string, string] => [word, word]),
]);
const finished = new Set(['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed']);

/** Suffixes with what replaces them, the longest first. */
type Rules = readonly (readonly [suffix: string, replacement: string])[];

const step2: Rules = [
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['iveness', 'ive'],
  ['ization', 'ize'],
  ['ousness', 'ous'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['tional', 'tion'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ation', 'ate'],
  ['entli', 'ent'],
  ['fulli', 'ful'],
  ['iviti', 'ive'],
  ['ousli', 'ous'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['anci', 'ance'],
  ['ator', 'ate'],
  ['enci', 'ence'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['li', ''],
];
const step3: Rules = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['ative', ''],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];
const step4: Rules = [
  ...['ement', 'able', 'ance', 'ence', 'ible', 'ment', 'ant', 'ate', 'ent', 'ion', 'ism', 'iti', 'ive', 'ize', 'ous'],
  ...['al', 'er', 'ic'],
].map((suffix): [string, string] => [suffix, '']);

/** By last letter, so that most words meet a few suffixes only. */
function byLastLetter(rules: Rules): readonly (Rules | undefined)[] {
  const table: (Rules | undefined)[] = new Array(128).fill(undefined);
  for (const rule of rules) {
    const last = rule[0].charCodeAt(rule[0].length - 1);
    table[last] = [...(table[last] ?? []), rule];
  }
  return table;
}

const table2 = byLastLetter(step2);
const table3 = byLastLetter(step3);
const table4 = byLastLetter(step4);

function longest(word: string, table: readonly (Rules | undefined)[]): readonly [string, string] | undefined {
  for (const rule of table[word.charCodeAt(word.length - 1)] ?? []) if (word.endsWith(rule[0])) return rule;
  return undefined;
}

/** "Y" is a consonant: at the beginning, and after a vowel. */
function isVowel(code: number): boolean {
  return code === 0x61 || code === 0x65 || code === 0x69 || code === 0x6f || code === 0x75 || code === 0x79;
}

function hasVowel(word: string, end: number): boolean {
  for (let at = 0; at < end; at++) if (isVowel(word.charCodeAt(at))) return true;
  return false;
}

/** Where the region begins: after the first consonant that follows a vowel. */
function regionAfter(word: string, from: number): number {
  let at = from;
  while (at < word.length && !isVowel(word.charCodeAt(at))) at++;
  while (at < word.length && isVowel(word.charCodeAt(at))) at++;
  return Math.min(at + 1, word.length);
}

/**
 * Does the part before `end` end in a short syllable: consonant, vowel, consonant other than w, x,
 * Y; or a whole word of vowel, consonant?
 */
function endsShort(word: string, end: number): boolean {
  if (end < 2 || isVowel(word.charCodeAt(end - 1)) || !isVowel(word.charCodeAt(end - 2))) return false;
  if (end === 2) return true;
  const last = word.charCodeAt(end - 1);
  return !isVowel(word.charCodeAt(end - 3)) && last !== 0x77 && last !== 0x78 && last !== 0x59;
}

function markConsonantY(word: string): string {
  if (!word.includes('y')) return word;
  let marked = '';
  for (let at = 0; at < word.length; at++) {
    const isConsonant = word.charCodeAt(at) === 0x79 && (at === 0 || isVowel(marked.charCodeAt(at - 1)));
    marked += isConsonant ? 'Y' : word[at];
  }
  return marked;
}

/** Stems a lower-case word. */
export function stemEnglish(whole: string): string {
  if (whole.length < 3) return whole;
  const known = irregular.get(whole);
  if (known !== undefined) return known;
  let word = markConsonantY(whole.charCodeAt(0) === 0x27 ? whole.slice(1) : whole);
  const begins = word.startsWith('gener') || word.startsWith('arsen') ? 5 : word.startsWith('commun') ? 6 : 0;
  const r1 = begins === 0 ? regionAfter(word, 0) : begins;
  const r2 = regionAfter(word, r1);
  word = plural(possessive(word));
  if (!finished.has(word)) {
    word = finalY(participle(word, r1));
    word = derived(word, r1);
    word = adjectival(word, r1, r2);
    word = suffixed(word, r2);
    word = finalLetter(word, r1, r2);
  }
  return word.includes('Y') ? word.replaceAll('Y', 'y') : word;
}

function possessive(word: string): string {
  if (word.endsWith("'s'")) return word.slice(0, -3);
  if (word.endsWith("'s")) return word.slice(0, -2);
  return word.endsWith("'") ? word.slice(0, -1) : word;
}

function plural(word: string): string {
  const { length } = word;
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ied') || word.endsWith('ies')) return word.slice(0, length > 4 ? -2 : -1);
  if (!word.endsWith('s') || word.endsWith('us') || word.endsWith('ss')) return word;
  return hasVowel(word, length - 2) ? word.slice(0, -1) : word;
}

function participle(word: string, r1: number): string {
  const { length } = word;
  if (word.endsWith('eed')) return length - 3 >= r1 ? word.slice(0, -1) : word;
  if (word.endsWith('eedly')) return length - 5 >= r1 ? word.slice(0, -3) : word;
  const suffix = word.endsWith('ingly')
    ? 5
    : word.endsWith('edly')
      ? 4
      : word.endsWith('ing')
        ? 3
        : word.endsWith('ed')
          ? 2
          : 0;
  if (suffix === 0 || !hasVowel(word, length - suffix)) return word;
  const stem = word.slice(0, -suffix);
  if (stem.endsWith('at') || stem.endsWith('bl') || stem.endsWith('iz')) return `${stem}e`;
  const last = stem.at(-1) ?? '';
  if (stem.length > 1 && last === stem.at(-2) && 'bdfgmnprt'.includes(last)) return stem.slice(0, -1);
  return stem.length === r1 && endsShort(stem, stem.length) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  const { length } = word;
  if (length < 3) return word;
  const last = word.charCodeAt(length - 1);
  return (last === 0x79 || last === 0x59) && !isVowel(word.charCodeAt(length - 2)) ? `${word.slice(0, -1)}i` : word;
}

function derived(word: string, r1: number): string {
  const rule = longest(word, table2);
  if (rule === undefined) return word;
  const [suffix, replacement] = rule;
  const at = word.length - suffix.length;
  if (at < r1) return word;
  if (suffix === 'ogi' && word[at - 1] !== 'l') return word;
  if (suffix === 'li' && !'cdeghkmnrt'.includes(word[at - 1] ?? ' ')) return word;
  return word.slice(0, at) + replacement;
}

function adjectival(word: string, r1: number, r2: number): string {
  const rule = longest(word, table3);
  if (rule === undefined) return word;
  const [suffix, replacement] = rule;
  const at = word.length - suffix.length;
  return at < (suffix === 'ative' ? Math.max(r1, r2) : r1) ? word : word.slice(0, at) + replacement;
}

function suffixed(word: string, r2: number): string {
  const rule = longest(word, table4);
  if (rule === undefined) return word;
  const [suffix] = rule;
  const at = word.length - suffix.length;
  if (at < r2 || (suffix === 'ion' && word[at - 1] !== 's' && word[at - 1] !== 't')) return word;
  return word.slice(0, at);
}

function finalLetter(word: string, r1: number, r2: number): string {
  const at = word.length - 1;
  if (word.endsWith('e')) return at >= r2 || (at >= r1 && !endsShort(word, at)) ? word.slice(0, -1) : word;
  return word.endsWith('ll') && at >= r2 ? word.slice(0, -1) : word;
}
