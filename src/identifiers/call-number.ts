/**
 * Call numbers and shelf marks: Library of Congress Classification ("QC174.12 .G74 2005"), Dewey
 * ("823.914 ADA"), NLM, and what a library made up itself ("Mag. 12 B 345"). Blanks and dots
 * between the parts do not count.
 */
interface Part {
  readonly kind: 'word' | 'number' | 'cutter';
  readonly text: string;
}

/** A subfield of MARC 21, by its shape. */
interface Coded {
  readonly code: string;
  readonly value: string;
}

/**
 * The call numbers of one field: of 852 prefix, classification, item and suffix ($k $h $i $m), or
 * the shelving control number ($j); of 050, 082 and their like $a, and $b with the $a before it.
 */
export function callNumbersIn(subfields: readonly Coded[]): readonly string[] {
  const texts = (codes: string) =>
    subfields.filter(({ code }) => codes.includes(code)).map(({ value }) => value.trim());
  if (subfields.some(({ code }) => code === 'h' || code === 'i')) return [texts('khim').join(' ').trim()];
  if (subfields.some(({ code }) => code === 'j')) return texts('j').filter((text) => text !== '');
  const found: string[] = [];
  let hasItem = false;
  for (const { code, value } of subfields) {
    if (code === 'a') found.push(value.trim());
    else if (code === 'b' && found.length > 0 && !hasItem) found.push(`${found.pop()} ${value.trim()}`.trim());
    hasItem = code === 'b';
  }
  return found.filter((text) => text !== '');
}

/**
 * A form whose order, character by character, is that on the shelf: "qc 3174.12 g74 42005". A
 * number has its length before it, so that 9 comes before 10; what follows its point, and the
 * digits of a Cutter number, are decimals. A "*" at the end stays one.
 */
export function shelfKey(text: string): string | undefined {
  const parts = partsOf(text.replace(/\*$/, ''));
  if (parts.length === 0) return undefined;
  const key = parts.map(({ kind, text: given }) => (kind === 'number' ? lengthSign(given) + given : given)).join(' ');
  return text.endsWith('*') ? `${key}*` : key;
}

/** A call number that has this shelf key. */
export function callNumberOf(key: string): string {
  return key
    .split(' ')
    .map((given) => (given.charCodeAt(0) < 0x61 ? given.slice(1) : given.toUpperCase()))
    .join(' ');
}

/** Without blanks, and without dots but in numbers: "qc174.12g742005". */
export function compactCallNumber(text: string): string {
  return partsOf(text)
    .map((one) => one.text)
    .join('');
}

/** Its words: each part, and what begins it, without blanks: "qc", "174.12", "qc174.12", ... */
export function callNumberWords(text: string): readonly string[] {
  const parts = partsOf(text).map((one) => one.text);
  const beginnings = parts.map((_, at) => parts.slice(0, at + 1).join(''));
  return [...new Set([...parts, ...beginnings])];
}

/** One word with class and Cutter number, as people write it without blanks: "QC174.12.G74". */
export function gluedCallNumber(word: string): string | undefined {
  return /^[a-z]{1,3}\d{1,5}(?:\.\d+)?\.?[a-z]\d\S*$/i.test(word) ? compactCallNumber(word) : undefined;
}

function partsOf(text: string): readonly Part[] {
  // The letters of a class are a part of their own, however near its number stands.
  const given = withoutPrimes(text.toLowerCase()).replace(/^([^\p{L}\p{N}]*\p{L}{1,3})(?=\d)/u, '$1 ');
  return Array.from(given.matchAll(part), ([found, cutter, number]) => ({
    kind: cutter !== undefined ? 'cutter' : number !== undefined ? 'number' : 'word',
    text: found,
  }));
}

const part = /(\p{L}{1,3}\d+\p{L}*)|(\d+(?:\.\d+)?)|\p{L}[\p{L}\p{M}]*/gu;

/** Dewey numbers have marks where they may be cut: "813/.54", "530.1'2". */
function withoutPrimes(text: string): string {
  return text.replace(/^\s*\d{3}(?:[/']?\.)[\d/']+/, (number) => number.replace(/[/']/g, ''));
}

/** How many digits stand before the point, as one character: below all letters. */
function lengthSign(number: string): string {
  return String.fromCharCode(0x30 + Math.min(number.split('.')[0]!.length, longestNumber));
}

const longestNumber = 48;
