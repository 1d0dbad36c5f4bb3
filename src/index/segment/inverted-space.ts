import { compareBytes } from './bytes.ts';
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
    const list = { ordinals: new Uint32Array(16), frequencies: new Uint32Array(16) };
    terms.beginSpace(this.name);
    let words = 0;
    for (let rank = 0; rank < order.length; rank++) {
      let count = 0;
      let kept = starts[rank]!;
      const end = starts[rank + 1]!;
      if (kept === end) continue;
      if (list.ordinals.length < end - kept) {
        list.ordinals = new Uint32Array((end - kept) * 2);
        list.frequencies = new Uint32Array((end - kept) * 2);
      }
      // Positions move forward over the repeated ones that are dropped, so that one record's stay
      // together.
      const first = kept;
      for (let start = kept; start < end; ) {
        const ordinal = ordinals[start]!;
        let stop = start + 1;
        while (stop < end && ordinals[stop] === ordinal) stop++;
        const frequency = keepDistinct(positions, start, stop, kept);
        list.ordinals[count] = ordinal;
        list.frequencies[count++] = frequency;
        lengths[ordinal]! += frequency;
        kept += frequency;
        start = stop;
      }
      words += kept - first;
      if (count > 1) writeOrdinals(terms.postings, list.ordinals, count);
      writeFrequencies(terms.occurrences, list.frequencies, count);
      let at = first;
      for (let i = 0; i < count; i++) {
        writePositions(terms.occurrences, positions, at, at + list.frequencies[i]!);
        at += list.frequencies[i]!;
      }
      const term = order[rank]!;
      terms.term(table.bytes, table.starts[term]!, table.starts[term + 1]!, count, list.ordinals[0]!);
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
    this.#starts[this.#count] = start + this.#bytes.write(key, start, 'utf8');
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
      const start = starts[order[i]!]!;
      const end = starts[order[i]! + 1]!;
      let count = 0;
      for (; i < order.length; i++) {
        const number = order[i]!;
        if (count > 0 && compareBytes(bytes, starts[number]!, starts[number + 1]!, bytes, start, end) !== 0) break;
        const ordinal = this.#ordinals[number]!;
        if (count > 0 && list[count - 1] === ordinal) continue;
        if (count === list.length) list = enlarged(list, count * 2);
        list[count++] = ordinal;
      }
      if (count > 1) writeOrdinals(terms.postings, list, count);
      terms.term(bytes, start, end, count, list[0]!);
    }
    terms.endSpace(0);
  }
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
