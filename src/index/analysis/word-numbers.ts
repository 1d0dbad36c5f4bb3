import type { TermSink } from '../term-sink.ts';
import type { Stemmer } from './stem.ts';
import { type WordBuffer, wordAt } from './words.ts';

/**
 * Words of one way of stemming that are remembered for one sink; the vocabulary of some ten
 * thousand records.
 */
const maximumKnown = 300_000;
/** So many stems are good for the next sink too: a record, or some hundred, use far fewer. */
const maximumKept = 50_000;

/**
 * Remembers what number a sink gave to the stem of a word: one lookup for a word, however many
 * spaces it stands in.
 */
export interface WordNumbers {
  /** Turns to a sink; numbers of another one are forgotten. */
  use(sink: TermSink): void;
  /**
   * The sink's numbers of the words in `buffer`, stemmed; fills and returns `out`, of which only
   * the first `buffer.count` count.
   */
  numbered(sink: TermSink, buffer: WordBuffer, stemmer: Stemmer | undefined, out: number[]): number[];
}

export function createWordNumbers(): WordNumbers {
  let current: WeakRef<TermSink> | undefined;
  const known = new Map<Stemmer | undefined, WordTable>();
  return {
    use(sink) {
      if (current?.deref() === sink) return;
      current = new WeakRef(sink);
      for (const [stemmer, table] of known) {
        if (table.count > maximumKept) known.delete(stemmer);
        else table.forgetNumbers();
      }
    },
    numbered(sink, buffer, stemmer, out) {
      let table = known.get(stemmer);
      if (table === undefined || table.count >= maximumKnown) {
        table = new WordTable();
        known.set(stemmer, table);
      }
      const { text, starts, ends, count } = buffer;
      for (let at = 0; at < count; at++) {
        const hash = hashOf(text, starts[at]!, ends[at]!);
        let word = table.find(hash, text, starts[at]!, ends[at]!);
        if (word < 0) {
          const whole = wordAt(buffer, at);
          word = table.add(hash, whole, stemmer === undefined ? whole : stemmer(whole));
        }
        let number = table.numbers[word]!;
        if (number === none) {
          number = sink.term(table.stems[word]!);
          table.numbers[word] = number;
        }
        out[at] = number;
      }
      return out;
    },
  };
}

/** FNV-1a over UTF-16, mixed, since its low bits alone spread badly over a table. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** In the place of a number that a sink was not asked for. */
const none = 0xffffffff;

/**
 * Words -> their stems and numbers, asked with a piece of a text that never becomes a string of its
 * own. A Map wants one for each word of each record; its lookups were the hottest line of a load.
 */
class WordTable {
  count = 0;
  /** UTF-16 of word w: #units[#starts[w] .. #starts[w+1]-1]. */
  #units = new Uint16Array(4096);
  #starts = new Uint32Array(513);
  /** Of each word, its stem and the number of that. */
  readonly stems: string[] = [];
  numbers = new Uint32Array(512).fill(none);
  /** Pairs of hash and word + 1 (0: free); open addressing, at most half full. */
  #slots = new Uint32Array(4096);
  #mask = 2047;

  /** Which word it is, or -1. */
  find(hash: number, text: string, start: number, end: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; slots[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      if (slots[slot * 2] !== hash) continue;
      const word = slots[slot * 2 + 1]! - 1;
      if (this.#is(word, text, start, end)) return word;
    }
    return -1;
  }

  forgetNumbers(): void {
    this.numbers.fill(none, 0, this.count);
  }

  add(hash: number, word: string, stem: string): number {
    const id = this.count++;
    this.stems.push(stem);
    if (id === this.numbers.length) {
      this.numbers = enlarged(this.numbers, id * 2).fill(none, id);
      this.#starts = enlarged(this.#starts, id * 2 + 1);
    }
    const start = this.#starts[id]!;
    if (start + word.length > this.#units.length) {
      const units = new Uint16Array((start + word.length) * 2);
      units.set(this.#units);
      this.#units = units;
    }
    for (let i = 0; i < word.length; i++) this.#units[start + i] = word.charCodeAt(i);
    this.#starts[id + 1] = start + word.length;
    if (this.count * 4 > this.#slots.length) this.#grow();
    put(this.#slots, this.#mask, hash, id + 1);
    return id;
  }

  #is(word: number, text: string, start: number, end: number): boolean {
    const from = this.#starts[word]!;
    const length = end - start;
    if (this.#starts[word + 1]! - from !== length) return false;
    const units = this.#units;
    for (let i = 0; i < length; i++) if (units[from + i] !== text.charCodeAt(start + i)) return false;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#mask = this.#slots.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] !== 0) put(this.#slots, this.#mask, before[at]!, before[at + 1]!);
    }
  }
}

function put(slots: Uint32Array, mask: number, hash: number, value: number): void {
  let slot = hash & mask;
  while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  slots[slot * 2] = hash;
  slots[slot * 2 + 1] = value;
}

function enlarged(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(length);
  grown.set(from);
  return grown;
}
