import { lettersOf, longestWord, shortestWord, type Vocabulary } from './vocabulary.ts';

export interface SimilarWord {
  readonly word: string;
  /** Edits: one letter more, less or another, or two neighbours exchanged. */
  readonly distance: number;
  readonly weight: number;
}

/** Longer words have room for two slips. */
const lengthForTwo = 8;

/** How many edits are taken for a slip in a word. */
export function slipsIn(word: string): number {
  return word.length < shortestWord || word.length > longestWord ? 0 : word.length < lengthForTwo ? 1 : 2;
}

/**
 * Words of vocabularies within so many edits, the nearest and among them the most frequent first,
 * the word itself left out. All words of like length are looked at: of 200,000 it takes under a
 * millisecond, since nearly all differ in too many letters.
 */
export function similarWords(vocabularies: readonly Vocabulary[], word: string, most: number): readonly SimilarWord[] {
  const found = new Map<string, { distance: number; weight: number }>();
  const letters = lettersOf(word);
  const wanted = Uint16Array.from(word, (_, at) => word.charCodeAt(at));
  for (const { lengthStarts, starts, units, letters: theirs, weights } of vocabularies) {
    const first = lengthStarts[Math.max(0, word.length - most)]!;
    const end = lengthStarts[Math.min(longestWord, word.length + most) + 1]!;
    for (let number = first; number < end; number++) {
      if (bitsIn(theirs[number]! ^ letters) > 2 * most) continue;
      const start = starts[number]!;
      const stop = starts[number + 1]!;
      const distance = editDistance(wanted, units, start, stop - start, most);
      if (distance === 0 || distance > most) continue;
      const text = String.fromCharCode(...units.subarray(start, stop));
      const before = found.get(text);
      if (before === undefined) found.set(text, { distance, weight: weights[number]! });
      else before.weight += weights[number]!;
    }
  }
  return [...found]
    .map(([text, { distance, weight }]) => ({ word: text, distance, weight }))
    .sort((a, b) => a.distance - b.distance || b.weight - a.weight || (a.word < b.word ? -1 : 1));
}

function bitsIn(number: number): number {
  let bits = number - ((number >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const width = longestWord + 2;
/** Three rows of the table, used in turn. */
const rows = [new Uint8Array(width), new Uint8Array(width), new Uint8Array(width)] as const;

/**
 * Edits between two words, exchanged neighbours being one (optimal string alignment); anything
 * above `most` once it is certain.
 */
export function editDistance(a: Uint16Array, b: Uint16Array, bStart: number, bLength: number, most: number): number {
  let [before, above, row] = rows as readonly Uint8Array[] as [Uint8Array, Uint8Array, Uint8Array];
  for (let j = 0; j <= bLength; j++) above[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= bLength; j++) {
      const same = a[i - 1] === b[bStart + j - 1];
      let edits = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[bStart + j - 2] && a[i - 2] === b[bStart + j - 1])
        edits = Math.min(edits, before[j - 2]! + 1);
      row[j] = edits;
      if (edits < least) least = edits;
    }
    // Exchanged neighbours come from two rows above, which were no better.
    if (least > most + 1) return least;
    [before, above, row] = [above, row, before];
  }
  return above[bLength]!;
}
