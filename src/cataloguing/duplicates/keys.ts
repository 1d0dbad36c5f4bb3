import type { MatchFacts } from '../../description/similarity.ts';
import { KeyHash } from '../../index/analysis/key-hash.ts';

/** Fewer letters are no title: "Index", "Preface". */
const leastTitle = 8;
const top = 2 ** 32;
const highBits = 0xfffff;

const hash = new KeyHash();
const halves: number[] = [];

/**
 * Keys that two records of the same work are likely to share: each of their identifiers, and one of
 * title, year and first author. 52 bits of a hash: what they find is compared as a whole, and of a
 * million records two are found for nothing once in 500 libraries.
 */
export function matchKeys({ title, authors, year, identifiers }: MatchFacts): readonly number[] {
  const keys = new Set<number>();
  for (const identifier of identifiers) {
    hash.begin(identifier.charAt(0));
    const value = identifier.indexOf(' ') + 1;
    // What stands between its letters is written in many ways, but for a DOI.
    if (identifier.startsWith('doi ')) hash.whole(identifier, value);
    else hash.letters(identifier, value);
    if (hash.length > 0) keys.add(taken());
  }
  const [author = ''] = authors;
  if (year === undefined && author === '') return [...keys];
  hash.begin('t');
  hash.letters(title);
  if (hash.length < leastTitle) return [...keys];
  hash.code(0x7c);
  hash.letters(year ?? '');
  hash.code(0x7c);
  hash.letters(familyName(author));
  keys.add(taken());
  return [...keys];
}

/** "Doe, Jane" and "Jane Doe": Doe. */
function familyName(name: string): string {
  const comma = name.indexOf(',');
  if (comma > 0) return name.slice(0, comma);
  return name.trim().slice(name.trim().lastIndexOf(' ') + 1);
}

function taken(): number {
  halves.length = 0;
  hash.pushTo(halves);
  return (halves[0]! & highBits) * top + halves[1]!;
}
