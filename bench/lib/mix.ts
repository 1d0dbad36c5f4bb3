import { createRandom } from '../../src/demo/random.ts';
import type { IndexSnapshot } from '../../src/index/snapshot.ts';
import { analyzerOf } from '../../src/search/search.ts';
import { dictionary, type Word } from './words.ts';

export type QueryClass = 'rare' | 'two words' | 'common';

export interface MixedQuery {
  readonly class: QueryClass;
  readonly text: string;
}

const sizes: Readonly<Record<QueryClass, number>> = { rare: 600, 'two words': 300, common: 100 };
/** Shares of all records that have the word. */
const rareBelow = 0.001;
const usualBelow = 0.2;

/**
 * The published mix: 1,000 distinct queries drawn from the library's own dictionary with a fixed
 * seed, 60 % rare words (in fewer than one of 1,000 records), 30 % pairs of words from the title of
 * one record, each in 0.1 to 20 % of all, and the 100 most common words. In random order.
 */
export function queryMix(snapshot: IndexSnapshot, seed = 1000): readonly MixedQuery[] {
  const random = createRandom(seed);
  const words = dictionary(snapshot);
  const { records } = snapshot;
  const share = ({ records: found }: Word): number => found / records;
  const rare = words.filter((word) => share(word) < rareBelow);
  const usual = new Set(
    words.filter((word) => share(word) >= rareBelow && share(word) < usualBelow).map(({ text }) => text),
  );
  const draw = (make: () => string | undefined, count: number): readonly string[] => {
    const texts = new Set<string>();
    for (let tries = 0; texts.size < count && tries < count * 100; tries++) {
      const text = make();
      if (text !== undefined) texts.add(text);
    }
    return [...texts];
  };
  const rareWord = (): string => rare[random.below(rare.length)]!.text;
  const pair = (): string | undefined => {
    const { segment } = snapshot.segments[random.below(snapshot.segments.length)]!;
    const found = titleWords(snapshot, segment.brief(random.below(segment.count)).t).filter((word) => usual.has(word));
    const [first, second] = [found[random.below(found.length)], found[random.below(found.length)]];
    return first === second ? undefined : `${first} ${second}`;
  };
  const texts: Readonly<Record<QueryClass, readonly string[]>> = {
    rare: draw(rareWord, sizes.rare),
    'two words': draw(pair, sizes['two words']),
    common: words.slice(0, sizes.common).map(({ text }) => text),
  };
  const all = (Object.keys(texts) as QueryClass[]).flatMap((name) =>
    texts[name].map((text) => ({ class: name, text, order: random.unit() })),
  );
  return all.sort((a, b) => a.order - b.order);
}

function titleWords(snapshot: IndexSnapshot, title: string): readonly string[] {
  return analyzerOf(snapshot.site).queryWords('title', title).flat();
}
