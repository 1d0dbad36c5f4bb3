import { compareBytes, writeText } from './bytes.ts';
import type { TermsWriter } from './dictionary-writer.ts';
import { OccurrenceLog, occurrencesByRank } from './occurrence-log.ts';
import { writeFrequencies, writeOrdinals, writePositions } from './postings-codec.ts';
import { termKey } from './term-key.ts';
import { sortedTexts } from './term-sort.ts';
import { enlarged, type TermTable } from './term-table.ts';

/**
 * All words of an inverter, whatever their spaces, in code point order: `order` is rank -> term,
 * `ranks` is term -> rank.
 */
export interface RankedWords {
  readonly table: TermTable;
  readonly order: Uint32Array;
  readonly ranks: Uint32Array;
}

export function rankWords(table: TermTable): RankedWords {
  const order = sortedTexts(table);
  const ranks = new Uint32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank]!] = rank;
  return { table, order, ranks };
}

/**
 * Words by number: every occurrence goes to a log that is sorted by term at the end, so that a word
 * costs two numbers.
 */
export class WordSpace {
  readonly name: string;
  readonly #log = new OccurrenceLog();
  #ordinal = -1;

  constructor(name: string) {
    this.name = name;
  }

  add(ordinal: number, term: number, position: number): void {
    if (ordinal !== this.#ordinal) {
      this.#ordinal = ordinal;
      this.#log.beginRecord(ordinal);
    }
    this.#log.add(term, position);
  }

  /** Bytes held, about; a sorted copy of the log comes on top at the end. */
  get bytes(): number {
    return this.#log.length * 8;
  }

  /**
   * Writes all terms in order. Gives the words of each of the `records`: a word said twice at one
   * position counts once.
   */
  write(terms: TermsWriter, records: number, { table, order, ranks }: RankedWords): Uint32Array {
    const { starts, ordinals, positions } = occurrencesByRank(this.#log, ranks);
    const lengths = new Uint32Array(records);
    const list = new WordList(ordinals, positions, lengths);
    terms.beginSpace(this.name);
    let words = 0;
    for (let rank = 0; rank < order.length; rank++) {
      const start = starts[rank]!;
      const end = starts[rank + 1]!;
      if (start === end) continue;
      words += list.take(start, end);
      list.write(terms, start);
      const term = order[rank]!;
      terms.term(table.bytes, table.starts[term]!, table.starts[term + 1]!, list.count, list.ordinals[0]!);
    }
    terms.endSpace(words);
    return lengths;
  }
}

/**
 * Values mostly have one record each, so that looking each up in a table would be a cache miss for
 * nothing: they are kept as they come, and equal ones meet when all are sorted.
 */
export class ValueSpace {
  readonly name: string;
  #bytes = Buffer.allocUnsafeSlow(256);
  #starts = new Uint32Array(33);
  #ordinals = new Uint32Array(32);
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  add(ordinal: number, term: string): void {
    const key = termKey(term);
    const start = this.#starts[this.#count]!;
    const needed = start + key.length * 3;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    this.#ordinals[this.#count++] = ordinal;
    this.#starts[this.#count] = start + writeText(this.#bytes, key, start);
    if (this.#count === this.#ordinals.length) {
      this.#ordinals = enlarged(this.#ordinals, this.#count * 2);
      this.#starts = enlarged(this.#starts, this.#count * 2 + 1);
    }
  }

  get bytes(): number {
    return this.#bytes.length + this.#ordinals.length * 8;
  }

  /** Writes all terms in order. */
  write(terms: TermsWriter): void {
    const bytes = this.#bytes;
    const starts = this.#starts;
    const order = sortedTexts({ bytes, starts, count: this.#count });
    let list = new Uint32Array(16);
    terms.beginSpace(this.name);
    for (let i = 0; i < order.length; ) {
      const next = endOfEquals(order, i, bytes, starts);
      if (list.length < next - i) list = new Uint32Array((next - i) * 2);
      const count = this.#ordinalsOf(order, i, next, list);
      if (count > 1) writeOrdinals(terms.postings, list, count);
      terms.term(bytes, starts[order[i]!]!, starts[order[i]! + 1]!, count, list[0]!);
      i = next;
    }
    terms.endSpace(0);
  }

  /** Of the values order[from .. to-1], which are equal and ascend in their records. */
  #ordinalsOf(order: Uint32Array, from: number, to: number, list: Uint32Array): number {
    let count = 0;
    for (let i = from; i < to; i++) {
      const ordinal = this.#ordinals[order[i]!]!;
      if (count === 0 || list[count - 1] !== ordinal) list[count++] = ordinal;
    }
    return count;
  }
}

/** Where the values end that are equal to order[from]. */
function endOfEquals(order: Uint32Array, from: number, bytes: Uint8Array, starts: Uint32Array): number {
  const start = starts[order[from]!]!;
  const end = starts[order[from]! + 1]!;
  let to = from + 1;
  while (to < order.length) {
    const number = order[to]!;
    if (compareBytes(bytes, starts[number]!, starts[number + 1]!, bytes, start, end) !== 0) break;
    to++;
  }
  return to;
}

/**
 * The occurrences of one word at a time. Loops of their own for each step: V8 compiles a loop in a
 * loop for the inner one, and throws that away each time it ends.
 */
class WordList {
  ordinals = new Uint32Array(16);
  #frequencies = new Uint32Array(16);
  count = 0;
  readonly #from: Uint32Array;
  readonly #positions: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(from: Uint32Array, positions: Uint32Array, lengths: Uint32Array) {
    this.#from = from;
    this.#positions = positions;
    this.#lengths = lengths;
  }

  /**
   * Reads those from `start` to `end`; gives how many there are. Positions move forward over the
   * repeated ones that are dropped, so that one record's stay together.
   */
  take(start: number, end: number): number {
    if (this.ordinals.length < end - start) {
      this.ordinals = new Uint32Array((end - start) * 2);
      this.#frequencies = new Uint32Array((end - start) * 2);
    }
    let kept = start;
    this.count = 0;
    for (let at = start; at < end; ) {
      const stop = endOfRun(this.#from, at, end);
      const frequency = stop - at === 1 ? this.#keep(at, kept) : keepDistinct(this.#positions, at, stop, kept);
      const ordinal = this.#from[at]!;
      this.ordinals[this.count] = ordinal;
      this.#frequencies[this.count++] = frequency;
      this.#lengths[ordinal]! += frequency;
      kept += frequency;
      at = stop;
    }
    return kept - start;
  }

  write(terms: TermsWriter, start: number): void {
    const frequencies = this.#frequencies;
    if (this.count > 1) writeOrdinals(terms.postings, this.ordinals, this.count);
    writeFrequencies(terms.occurrences, frequencies, this.count);
    let at = start;
    for (let i = 0; i < this.count; i++) {
      const end = at + frequencies[i]!;
      writePositions(terms.occurrences, this.#positions, at, end);
      at = end;
    }
  }

  #keep(at: number, to: number): number {
    this.#positions[to] = this.#positions[at]!;
    return 1;
  }
}

function endOfRun(ordinals: Uint32Array, from: number, end: number): number {
  const ordinal = ordinals[from]!;
  let to = from + 1;
  while (to < end && ordinals[to] === ordinal) to++;
  return to;
}

/**
 * Sorts positions[start .. stop-1], drops repeated ones and moves the rest to `to` (which is not
 * after `start`). Gives their number.
 */
function keepDistinct(positions: Uint32Array, start: number, stop: number, to: number): number {
  for (let i = start + 1; i < stop; i++) {
    if (positions[i]! < positions[i - 1]!) {
      positions.subarray(start, stop).sort();
      break;
    }
  }
  let kept = to;
  for (let i = start; i < stop; i++) {
    const position = positions[i]!;
    if (kept === to || positions[kept - 1] !== position) positions[kept++] = position;
  }
  return kept - to;
}
