import { isLongTermKey } from '../../index/segment/term-key.ts';
import type { Segment } from '../../index/segment.ts';
import { lettersOf, longestWord, shortestWord, type Vocabulary } from './vocabulary.ts';

/**
 * The most frequent words of a segment: a library of a million records in seven segments keeps 9 MB
 * of them.
 */
const mostWords = 50_000;
/** In larger segments a word of one record alone is as likely a slip as a word. */
const segmentOfSlips = 10_000;

/**
 * The words of a segment's values in these term spaces. The keys of long values (abstracts) are cut
 * in mid-word: titles, names and keywords are enough.
 */
export function readVocabulary(segment: Segment, spaces: readonly string[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const space of spaces)
    for (const { term, records } of segment.terms(space, ''))
      if (!isLongTermKey(term)) countWords(term, records, counts);
  const least = segment.count > segmentOfSlips ? 2 : 1;
  const frequent = [...counts].filter(([, count]) => count >= least);
  frequent.sort((a, b) => b[1] - a[1]);
  return packed(frequent.slice(0, mostWords));
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
