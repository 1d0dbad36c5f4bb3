import { flatText } from '../../tokenizers/flat.ts';
import { withoutApostrophes } from '../../tokenizers/fold.ts';

/**
 * The text tokenizer. A block is what stands between blanks, without punctuation at its ends:
 * "(igis)", "hep-ph/0204133", "c++". It is a word; so are its parts between punctuation, "sl(2" and
 * "z)" of "sl(2,z)", and its alphanumeric groups, "sl", "2", "z". Only groups count as positions.
 * An apostrophe does not end a group: "o'brien" is also "obrien", "o" and "brien", at one position.
 * Rules and examples: Invenio's BibIndexDefaultTokenizer, whose answers the tests repeat.
 */

/** Longer words are cut, in the index and in queries. */
export const maximumWordLength = 50;

/**
 * Words of one value with their positions, reused from value to value: only the first `count`
 * entries count.
 */
export interface WordBuffer {
  /**
   * What was split, and behind it other spellings; a word is text[starts[i] .. ends[i]-1], cut out
   * only where somebody wants the string.
   */
  text: string;
  readonly starts: number[];
  readonly ends: number[];
  readonly positions: number[];
  count: number;
  /** Positions used: alphanumeric groups. */
  groups: number;
}

export function createWordBuffer(): WordBuffer {
  return { text: '', starts: [], ends: [], positions: [], count: 0, groups: 0 };
}

const alphanumeric = 0;
const blank = 1;
const punctuation = 2;
const separator = 3;
/** An apostrophe: within a word it may be left out. */
const joiner = 4;
const ideograph = 5;
/** Thai, Lao, Khmer and Burmese: words without blanks, that ICU's dictionaries know. */
const unspaced = 6;
/** Half of a letter, and what nobody has asked for yet. */
const surrogate = 7;
const unknown = 8;

const kinds = new Uint8Array(65536).fill(unknown).fill(surrogate, 0xd800, 0xe000).fill(alphanumeric, 0, 128);
for (let code = 0; code <= 0x20; code++) kinds[code] = blank;
for (const mark of '.,:;?!"') kinds[mark.charCodeAt(0)] = punctuation;
for (const mark of '#$%&()*+-/<=>@[\\]^_{|}~') kinds[mark.charCodeAt(0)] = separator;
for (const mark of "'`") kinds[mark.charCodeAt(0)] = joiner;
kinds[0x7f] = blank;

function kindAt(text: string, at: number): number {
  const kind = kinds[text.charCodeAt(at)] as number;
  return kind < surrogate ? kind : rareKind(text, at);
}

function rareKind(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (kinds[code] === unknown) {
    kinds[code] = kindOf(text[at] as string);
    return kinds[code] as number;
  }
  const whole = code < 0xdc00 ? text.slice(at, at + 2) : text.slice(Math.max(0, at - 1), at + 1);
  // A half alone is a letter of nobody's.
  return /^[\u{10000}-\u{10ffff}]$/u.test(whole) ? kindOf(whole) : alphanumeric;
}

/**
 * By Unicode's categories. The tsheg of Tibetan stands between syllables as a blank does elsewhere.
 * A sign that ends sentences or quotes is punctuation as those of ASCII are, others separate.
 */
function kindOf(character: string): number {
  if (/[\p{Z}\p{Cc}\u0f0b\u0f0c]/u.test(character)) return blank;
  if (
    /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|(?![\0-\uffff])[\p{Ideographic}\p{sc=Hira}\p{sc=Kana}]/u.test(character)
  )
    return ideograph;
  if (/[\p{P}\p{S}]/u.test(character))
    return /[\p{Terminal_Punctuation}\p{Quotation_Mark}]/u.test(character) ? punctuation : separator;
  if (/[[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]&&[\p{L}\p{M}]]/v.test(character)) return unspaced;
  return alphanumeric;
}

let segmenter: Intl.Segmenter | undefined;

/** Which part of its block a word is: queries ask for blocks and groups, the index takes all. */
export type Collect = 'all' | 'blocks' | 'groups';

/** Splits folded text, replacing what was in `out`. */
export function splitWords(folded: string, out: WordBuffer, collect: Collect = 'all'): void {
  out.text = folded;
  out.count = 0;
  out.groups = 0;
  const length = folded.length;
  for (let at = 0; at < length; ) {
    const start = at;
    // The hottest loop of a load: letters and digits, in texts of ASCII nearly everything.
    let kind = alphanumeric;
    while (at < length) {
      kind = kinds[folded.charCodeAt(at)] as number;
      if (kind !== alphanumeric) break;
      at++;
    }
    // Most words that are no block of their own have a comma or a full stop behind them, and no
    // more.
    if (kind === punctuation && at > start && (at + 1 === length || kinds[folded.charCodeAt(at + 1)] === blank)) {
      add(out, start, at, out.groups++);
      at += 2;
    }
    // Of one that nobody has asked for yet the kind is known then: it may be a blank.
    else if (kind > blank) at = Math.max(splitFrom(folded, start, at, out, collect), start + 1);
    else {
      if (at > start) add(out, start, at, out.groups++);
      at++;
    }
  }
  if (out.text.length > length) out.text = flatText(out.text);
}

/**
 * Splits the block at `start`, of which what is before `at` is letters and digits; returns where it
 * ends.
 */
function splitFrom(folded: string, start: number, from: number, out: WordBuffer, collect: Collect): number {
  let plain = true;
  let marked = false;
  let at = from;
  while (at < folded.length) {
    const kind = kindAt(folded, at);
    if (kind !== alphanumeric) {
      if (kind === blank) break;
      plain = false;
      if (kind === joiner) marked = true;
    }
    at++;
  }
  if (!plain) splitBlock(folded, start, at, marked, out, collect);
  else if (at > start) {
    add(out, start, at, out.groups);
    out.groups++;
  }
  return at;
}

/** Adds the words of a text that is the same but for the spelling of some letters. */
export function addSpelling(other: string, out: WordBuffer, scratch: WordBuffer): void {
  splitWords(other, scratch);
  const alike = scratch.count === out.count;
  const { text } = out;
  const offset = text.length + 1;
  out.text = flatText(`${text} ${scratch.text}`);
  for (let at = 0; at < scratch.count; at++) {
    const start = scratch.starts[at] as number;
    const end = scratch.ends[at] as number;
    const was = out.starts[at] as number;
    if (alike && (out.ends[at] as number) - was === end - start && text.startsWith(scratch.text.slice(start, end), was))
      continue;
    add(out, start + offset, end + offset, scratch.positions[at] as number);
  }
}

/** `marked`: it has apostrophes. */
function splitBlock(
  folded: string,
  from: number,
  to: number,
  marked: boolean,
  out: WordBuffer,
  collect: Collect,
): void {
  let start = from;
  let end = to;
  while (start < end && kindAt(folded, start) === punctuation) start++;
  while (start < end && kindAt(folded, end - 1) === punctuation) end--;
  if (start === end) return;
  const first = out.groups;
  if (collect !== 'groups') add(out, start, end, first);
  if (collect === 'blocks') {
    out.groups++;
    return;
  }
  if (marked && collect === 'all') addBare(folded, start, end, first, out);
  const isArxiv = collect === 'all' && folded.startsWith('arxiv:', start) && end > start + 6;
  if (isArxiv) add(out, start + 6, end, first + 1);
  let partStart = start;
  let partGroup = first;
  for (let at = start; at <= end; ) {
    const kind = at < end ? kindAt(folded, at) : punctuation;
    if (kind === punctuation) {
      const isPart =
        at > partStart && !(partStart === start && at === end) && !(isArxiv && partStart === start + 6 && at === end);
      if (isPart && collect === 'all' && !isGroup(folded, partStart, at)) {
        add(out, partStart, at, partGroup);
        if (marked && !isQuotedGroup(folded, partStart, at)) addBare(folded, partStart, at, partGroup, out);
      }
      at++;
      partStart = at;
      partGroup = out.groups;
    } else if (kind === separator || kind === joiner) at++;
    else if (kind === unspaced) {
      const groupStart = at;
      while (at < end && kindAt(folded, at) === unspaced) at++;
      segmenter ??= new Intl.Segmenter('und', { granularity: 'word' });
      for (const { segment, index } of segmenter.segment(folded.slice(groupStart, at))) {
        const word = groupStart + index;
        if (collect === 'groups' || word !== start || word + segment.length !== end)
          add(out, word, word + segment.length, out.groups);
        out.groups++;
      }
    } else {
      const groupStart = at;
      if (kind === ideograph) at += isHighSurrogate(folded.charCodeAt(at)) ? 2 : 1;
      else if (marked) at = groupEnd(folded, at, end);
      else while (at < end && kindAt(folded, at) === alphanumeric) at++;
      if (marked) addMarked(folded, start, groupStart, at, end, out, collect);
      else if (collect === 'groups' || groupStart !== start || at !== end) add(out, groupStart, at, out.groups);
      out.groups++;
    }
  }
}

/** Where the letters and digits at `from` end; apostrophes within are passed over. */
function groupEnd(folded: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const kind = kindAt(folded, at);
    if (kind === joiner) {
      let after = at + 1;
      while (after < end && kindAt(folded, after) === joiner) after++;
      if (after === end || kindAt(folded, after) !== alphanumeric) return at;
      at = after;
    } else if (kind !== alphanumeric) return at;
    at++;
  }
  return at;
}

function hasJoiner(folded: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (kinds[folded.charCodeAt(at)] === joiner) return true;
  return false;
}

/** Are there only apostrophes beside its group? */
function isQuotedGroup(folded: string, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from < to && kindAt(folded, from) === joiner) from++;
  while (from < to && kindAt(folded, to - 1) === joiner) to--;
  return from < to && isGroup(folded, from, to);
}

/** Is the group all that is left of its block without apostrophes? Then it is a word already. */
function isBareBlock(folded: string, start: number, groupStart: number, groupEnd: number, end: number): boolean {
  let joined = false;
  for (let at = start; at < end; at++) {
    if (at === groupStart) at = groupEnd;
    if (at === end) break;
    const kind = kindAt(folded, at);
    if (kind === joiner) joined = true;
    else if (kind !== punctuation) return false;
  }
  return joined || hasJoiner(folded, groupStart, groupEnd);
}

/**
 * The group from `start` to `end` of a block with apostrophes: "o'brien" of "o'brien-hill" is also
 * obrien, o, brien, all at one place.
 */
function addMarked(
  folded: string,
  blockStart: number,
  start: number,
  end: number,
  blockEnd: number,
  out: WordBuffer,
  collect: Collect,
): void {
  const position = out.groups;
  const joined = hasJoiner(folded, start, end);
  if (collect === 'groups') {
    if (joined) addBare(folded, start, end, position, out);
    else add(out, start, end, position);
    return;
  }
  const isBare = isBareBlock(folded, blockStart, start, end, blockEnd);
  if (!joined) {
    if (!isBare) add(out, start, end, position);
    return;
  }
  if (start !== blockStart || end !== blockEnd) add(out, start, end, position);
  if (!isBare) addBare(folded, start, end, position, out);
  const pieces = new Set<string>();
  for (let at = start; at < end; at++) {
    const from = at;
    while (at < end && kindAt(folded, at) === alphanumeric) at++;
    const piece = folded.slice(from, at);
    if (at === from || pieces.has(piece)) continue;
    pieces.add(piece);
    add(out, from, at, position);
  }
}

const spoken = /[\p{L}\p{N}\p{M}]/u;

/** A piece of text that has apostrophes, without them; it stands behind the text. */
function addBare(folded: string, start: number, end: number, position: number, out: WordBuffer): void {
  if (!hasJoiner(folded, start, end)) return;
  const bare = bareWord(folded.slice(start, end));
  if (!spoken.test(bare)) return;
  const place = out.text.length + 1;
  out.text += ` ${bare}`;
  add(out, place, place + bare.length, position);
}

/** A word as it is without its apostrophes; '' when it is nothing else. */
export function bareWord(word: string): string {
  const bare = withoutApostrophes(word);
  let start = 0;
  let end = bare.length;
  while (start < end && kindAt(bare, start) === punctuation) start++;
  while (start < end && kindAt(bare, end - 1) === punctuation) end--;
  return bare.slice(start, end);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** Is a part of a block one group, which comes by itself? */
function isGroup(folded: string, start: number, end: number): boolean {
  return kindAt(folded, start) === alphanumeric && groupEnd(folded, start, end) === end;
}

function add(out: WordBuffer, start: number, end: number, position: number): void {
  out.starts[out.count] = start;
  out.ends[out.count] = end - start > maximumWordLength ? start + maximumWordLength : end;
  out.positions[out.count] = position;
  out.count++;
}

/** One of its words as a string. */
export function wordAt({ text, starts, ends }: WordBuffer, at: number): string {
  return text.substring(starts[at]!, ends[at]!);
}

/** Does the word hold a character of a script that is written without blanks? */
export function isUnspaced(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (kindAt(word, at) >= ideograph) return true;
  return false;
}
