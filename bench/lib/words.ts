import type { IndexSnapshot } from '../../src/index/snapshot.ts';
import { analyzerOf } from '../../src/search/search.ts';

export interface Word {
  readonly text: string;
  /** About how many records have it. */
  readonly records: number;
}

/**
 * The words of a field (default: the one for everything), most frequent first, equal ones in code
 * point order: only those that mean themselves when they are typed, so that a query finds what the
 * dictionary says. Counted in the largest segment and scaled to the library; hapaxes are left out.
 */
export function dictionary(snapshot: IndexSnapshot, code?: string): readonly Word[] {
  const analyzer = analyzerOf(snapshot.site);
  const field = code ?? analyzer.anyField;
  const space = analyzer.field(field)?.words ?? `w:${field}`;
  const largest = snapshot.segments.map(({ segment }) => segment).sort((a, b) => b.count - a.count)[0];
  if (largest === undefined) return [];
  const scale = snapshot.records / largest.count;
  const words: Word[] = [];
  for (const { term, records } of largest.terms(space, '')) {
    if (records < 2 || !/^[a-z]{2,20}$/.test(term)) continue;
    const typed = analyzer.queryWords(field, term);
    if (typed.length === 1 && typed[0]!.length === 1 && typed[0]![0] === term)
      words.push({ text: term, records: records * scale });
  }
  return words.sort((a, b) => b.records - a.records || (a.text < b.text ? -1 : 1));
}

/**
 * `count` words whose share of the records is nearest to `share`, and that no operator of the language is called.
 */
export function wordsNear(words: readonly Word[], records: number, share: number, count: number): readonly string[] {
  const wanted = share * records;
  const distance = (word: Word): number => Math.abs(Math.log(word.records / wanted));
  return words
    .filter(({ text }) => !operators.has(text))
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, count)
    .map(({ text }) => text);
}

const operators = new Set(['and', 'or', 'not', 'find', 'fin']);
