import { setImmediate } from 'node:timers/promises';
import { isLongTermKey } from '../../index/segment/term-key.ts';
import type { Segment } from '../../index/segment.ts';

/** Words of a segment as people write them, sorted by length: those that a misspelled word may mean. About 25 bytes each. */
export interface Vocabulary {
  /** Words of n letters are number lengthStarts[n] .. lengthStarts[n+1]-1. */
  readonly lengthStarts: Uint32Array;
  /** Word i is units[starts[i] .. starts[i+1]-1], in UTF-16. */
  readonly starts: Uint32Array;
  readonly units: Uint16Array;
  /** Which letters a word has, as in `lettersOf`. */
  readonly letters: Uint32Array;
  /** About how many records have it. */
  readonly weights: Uint32Array;
}

export const shortestWord = 4;
export const longestWord = 30;
/** The most frequent words of a segment: a library of a million records in seven segments keeps 9 MB of them. */
const mostWords = 50_000;
/** In larger segments a word of one record alone is as likely a slip as a word. */
const segmentOfSlips = 10_000;
/** Segments of so many records are read while the question waits, in a few milliseconds. */
const smallSegment = 3000;
/** Values that are read before others may work. About 4 ms. */
const valuesAtOnce = 4000;

const known = new WeakMap<Segment, Vocabulary | 'being made'>();

/** The words of a segment's values; undefined while they are being made, which begins when they are first asked for. */
export function vocabularyOf(segment: Segment, spaces: readonly string[]): Vocabulary | undefined {
  const before = known.get(segment);
  if (before !== undefined) return before === 'being made' ? undefined : before;
  if (segment.count > smallSegment) {
    void makeVocabulary(segment, spaces);
    return undefined;
  }
  const counts = new Map<string, number>();
  for (const _ of readWords(segment, spaces, counts));
  return remember(segment, counts);
}

/** Reads the words of a segment, letting others work in between. A segment that is gone or damaged has none; the next question tries again. */
export async function makeVocabulary(
  segment: Segment,
  spaces: readonly string[],
  atOnce = valuesAtOnce,
): Promise<void> {
  known.set(segment, 'being made');
  try {
    const counts = new Map<string, number>();
    let values = 0;
    for (const _ of readWords(segment, spaces, counts)) if (++values % atOnce === 0) await setImmediate();
    remember(segment, counts);
  } catch {
    known.delete(segment);
  }
}

/** Counts the words of values, yielding after each value. The keys of long values (abstracts) are cut in mid-word: titles, names and keywords are enough. */
function* readWords(segment: Segment, spaces: readonly string[], counts: Map<string, number>): Generator<void> {
  for (const space of spaces) {
    for (const { term, records } of segment.terms(space, '')) {
      if (!isLongTermKey(term)) countWords(term, records, counts);
      yield;
    }
  }
}

/** Letters only: what has digits or signs is no word that one misspells. */
function countWords(value: string, records: number, counts: Map<string, number>): void {
  let start = -1;
  for (let at = 0; at <= value.length; at++) {
    const code = at === value.length ? 0x20 : value.charCodeAt(at);
    if (isLetter(code)) {
      if (start === -1) start = at;
      continue;
    }
    const length = start === -1 ? 0 : at - start;
    if (length >= shortestWord && length <= longestWord) {
      const word = value.slice(start, at);
      counts.set(word, (counts.get(word) ?? 0) + records);
    }
    start = -1;
  }
}

/** Folded letters of alphabets; ideographs, signs and emoji are none. */
function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0xdf && code < 0x1100 && code !== 0xf7);
}

function remember(segment: Segment, counts: ReadonlyMap<string, number>): Vocabulary {
  const least = segment.count > segmentOfSlips ? 2 : 1;
  const frequent = [...counts].filter(([, count]) => count >= least);
  frequent.sort((a, b) => b[1] - a[1]);
  const made = packed(frequent.slice(0, mostWords));
  known.set(segment, made);
  return made;
}

function packed(words: readonly (readonly [word: string, count: number])[]): Vocabulary {
  const sorted = words.toSorted(([a], [b]) => a.length - b.length);
  const lengthStarts = new Uint32Array(longestWord + 2);
  const starts = new Uint32Array(sorted.length + 1);
  const units = new Uint16Array(sorted.reduce((sum, [word]) => sum + word.length, 0));
  const letters = new Uint32Array(sorted.length);
  const weights = new Uint32Array(sorted.length);
  for (const [number, [word, count]] of sorted.entries()) {
    const start = starts[number]!;
    for (let at = 0; at < word.length; at++) units[start + at] = word.charCodeAt(at);
    starts[number + 1] = start + word.length;
    letters[number] = lettersOf(word);
    weights[number] = count;
    lengthStarts[word.length + 1]!++;
  }
  for (let length = 1; length < lengthStarts.length; length++) lengthStarts[length]! += lengthStarts[length - 1]!;
  return { lengthStarts, starts, units, letters, weights };
}

/** A bit for each letter from a to z, and six bits that all other letters share. One edit changes at most two of them. */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    letters |= 1 << (code >= 0x61 && code <= 0x7a ? code - 0x61 : 26 + (code % 6));
  }
  return letters >>> 0;
}
