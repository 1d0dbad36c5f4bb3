import type { TermSink } from '../term-sink.ts';
import { ownCopy, type Stemmer } from './stem.ts';
import type { WordBuffer } from './words.ts';

/** Words of one way of stemming that are remembered for one sink; the vocabulary of some ten thousand records. */
const maximumKnown = 300_000;

/** Remembers what number a sink gave to the stem of a word: one lookup for a word, however many spaces it stands in. */
export interface WordNumbers {
  /** Turns to a sink; what was remembered of another one is forgotten. */
  use(sink: TermSink): void;
  /** The sink's numbers of the words in `buffer`, stemmed; fills and returns `out`, of which only the first `buffer.count` count. */
  numbered(sink: TermSink, buffer: WordBuffer, stemmer: Stemmer | undefined, out: number[]): number[];
}

export function createWordNumbers(): WordNumbers {
  let current: WeakRef<TermSink> | undefined;
  const known = new Map<Stemmer | undefined, Map<string, number>>();
  return {
    use(sink) {
      if (current?.deref() === sink) return;
      current = new WeakRef(sink);
      known.clear();
    },
    numbered(sink, { words, count }, stemmer, out) {
      let numbers = known.get(stemmer);
      if (numbers === undefined || numbers.size >= maximumKnown) {
        numbers = new Map();
        known.set(stemmer, numbers);
      }
      for (let at = 0; at < count; at++) {
        const word = words[at] as string;
        let number = numbers.get(word);
        if (number === undefined) {
          number = sink.term(stemmer === undefined ? word : stemmer(word));
          numbers.set(ownCopy(word), number);
        }
        out[at] = number;
      }
      return out;
    },
  };
}
