import { expandLetters } from '../../tokenizers/fold.ts';

/** Other spellings of what is typed, where the index cannot have them all. */

/**
 * What is made of each word of a text and of the same text with ü as "ue", word by word: any will
 * do.
 */
export function inSpellings<T>(
  text: string,
  make: (text: string) => readonly (readonly T[])[],
): readonly (readonly T[])[] {
  const words = make(text);
  const expanded = expandLetters(text);
  if (expanded === undefined) return words;
  const others = make(expanded);
  return words.map((ways, at) => [...ways, ...(others[at] ?? [])]);
}

/** Longer phrases are taken as they stand. */
const mostJoined = 12;
const beginsWord = /^[\p{L}\p{N}]/u;
const endsWord = /[\p{L}\p{N}\p{M}]$/u;

/**
 * The groups of a phrase typed with blanks where a record has apostrophes: "l elam" for L'Elam,
 * "qur an". In one place; on both sides of a letter: "rock n roll"; or in all where a word of one
 * or two letters stands before another.
 */
export function withApostrophes(
  blocks: readonly string[],
  groupsOf: (block: string) => readonly string[],
): readonly (readonly string[])[] {
  if (blocks.length < 2 || blocks.length > mostJoined) return [];
  const groups = blocks.map(groupsOf);
  const mayJoin = (at: number): boolean =>
    endsWord.test(blocks[at] ?? '') && beginsWord.test(blocks[at + 1] ?? '') && !blocks[at]!.includes('*');
  const joinedAt = (places: ReadonlySet<number>): readonly string[] => {
    const all: string[] = [];
    for (const [at, [first, ...others]] of groups.entries()) {
      if (first === undefined) continue;
      if (places.has(at - 1)) all.push(`${all.pop() ?? ''}'${first}`, ...others);
      else all.push(first, ...others);
    }
    return all;
  };
  const places = blocks.map((_, at) => at).filter(mayJoin);
  const elided = new Set<number>();
  for (const at of places) if (groups[at]!.at(-1)!.length <= 2 && !elided.has(at - 1)) elided.add(at);
  const around = places.filter((at) => groups[at]!.join('').length === 1 && places.includes(at - 1));
  return [
    ...places.map((at) => new Set([at])),
    ...around.map((at) => new Set([at - 1, at])),
    ...(elided.size > 1 ? [elided] : []),
  ].map(joinedAt);
}

const mostShortened = 4;

/**
 * Folded text whose ae, oe, ue, aa may stand for ä, ö, ü, å, which are folded to one letter: each
 * way of reading some of them so.
 */
export function shortenedSpellings(folded: string): readonly string[] {
  const pieces = folded.split(/(?<=[aou])e|(?<=a)a/);
  const places = pieces.length - 1;
  if (places === 0 || places > mostShortened || folded.includes('*')) return [];
  const second = [...folded.matchAll(/(?<=[aou])e|(?<=a)a/g)].map(([letter]) => letter);
  return Array.from({ length: 2 ** places - 1 }, (_, chosen) =>
    pieces.map((piece, at) => piece + ((chosen >> at) & 1 ? (second[at] ?? '') : '')).join(''),
  );
}
