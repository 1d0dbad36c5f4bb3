/**
 * Words of a segment as people write them, sorted by length: those that a misspelled word may mean.
 * About 25 bytes each.
 */
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
/**
 * A bit for each letter from a to z, and six bits that all other letters share. One edit changes at
 * most two of them.
 */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    letters |= 1 << (code >= 0x61 && code <= 0x7a ? code - 0x61 : 26 + (code % 6));
  }
  return letters >>> 0;
}
