import { ByteReader, ByteWriter } from './bytes.ts';
import type { TermsWriter } from './dictionary-writer.ts';
import { dropped } from './merge-plan.ts';
import { mergeRuns } from './merge-runs.ts';
import { readFrequencies, readOrdinals, skipPositions, writeFrequencies, writeOrdinals } from './postings-codec.ts';
import type { TermCursor } from './term-cursor.ts';

/** An input that stands on a term. */
export interface Head {
  /** Place among the inputs. */
  readonly input: number;
  readonly cursor: TermCursor;
  /** Ordinal -> merged ordinal, or `dropped`. */
  readonly map: Uint32Array;
  /** Nothing of the input is dropped. */
  readonly all: boolean;
}

/** Puts the posting lists of one term from several inputs together. Reused from term to term. */
export class MergedList {
  readonly #terms: TermsWriter;
  #ordinals = new Uint32Array(1024);
  #frequencies = new Uint32Array(1024);
  /** End of the positions of the i-th posting, when they have to be put in order. */
  #ends = new Uint32Array(1024);
  #scratch = new Uint32Array(1024);
  #positions = new ByteWriter();
  #spare = new ByteWriter();
  #count = 0;

  constructor(terms: TermsWriter) {
    this.#terms = terms;
  }

  /**
   * Writes the term on which all heads stand, given in order of the inputs, unless none of its
   * records is kept. Gives the words it stands for.
   */
  merge(heads: readonly Head[], words: boolean): number {
    const { cursor, map } = heads[0]!;
    if (heads.length === 1 && cursor.records === 1) return this.#single(cursor, map[cursor.only]!, words);
    this.#reserve(heads);
    const lists = heads.map(ordinalsOf);
    const runs = this.#addOrdinals(heads, lists);
    if (this.#count === 0) return 0;
    const ascending = runs.every(
      (start, i) => i === 0 || start === 0 || start === this.#count || this.#inOrderAt(start),
    );
    const sum = words ? this.#addOccurrences(heads, lists, ascending) : 0;
    if (!ascending) this.#sort(runs, words);
    const count = this.#count;
    if (count > 1) writeOrdinals(this.#terms.postings, this.#ordinals, count);
    if (words) {
      writeFrequencies(this.#terms.occurrences, this.#frequencies, count);
      this.#terms.occurrences.raw(this.#positions.bytes, 0, this.#positions.length);
    }
    this.#terms.term(cursor.term, 0, cursor.length, count, this.#ordinals[0]!);
    return sum;
  }

  /** The most frequent case by far: copied as it is. */
  #single(cursor: TermCursor, ordinal: number, words: boolean): number {
    if (ordinal === dropped) return 0;
    let sum = 0;
    if (words) {
      const bytes = cursor.occurrences();
      sum = cursor.decoding(() => readFrequencies(new ByteReader(bytes), 1, bytes.length, this.#frequencies));
      this.#terms.occurrences.raw(bytes);
    }
    this.#terms.term(cursor.term, 0, cursor.length, 1, ordinal);
    return sum;
  }

  /** Fills `#ordinals`; gives where each input's part begins, and the end. */
  #addOrdinals(heads: readonly Head[], lists: readonly Uint32Array[]): number[] {
    const ordinals = this.#ordinals;
    const runs = [0];
    let count = 0;
    for (let h = 0; h < heads.length; h++) {
      const { map } = heads[h]!;
      const list = lists[h]!;
      for (let i = 0; i < list.length; i++) {
        const ordinal = map[list[i]!]!;
        if (ordinal !== dropped) ordinals[count++] = ordinal;
      }
      runs.push(count);
    }
    this.#count = count;
    return runs;
  }

  /**
   * Fills `#frequencies` and `#positions`, and `#ends` unless the records ascend. Positions are
   * copied, not decoded.
   */
  #addOccurrences(heads: readonly Head[], lists: readonly Uint32Array[], ascending: boolean): number {
    const positions = this.#positions;
    positions.length = 0;
    let count = 0;
    let sum = 0;
    for (let h = 0; h < heads.length; h++) {
      const { cursor, map, all } = heads[h]!;
      const list = lists[h]!;
      const bytes = cursor.occurrences();
      const reader = new ByteReader(bytes);
      cursor.decoding(() => {
        if (all && ascending) {
          sum += readFrequencies(reader, list.length, bytes.length, this.#frequencies, count);
          positions.raw(bytes, reader.at);
          count += list.length;
          return;
        }
        readFrequencies(reader, list.length, bytes.length, this.#scratch);
        let at = reader.at;
        for (let i = 0; i < list.length; i++) {
          const frequency = this.#scratch[i]!;
          const end = skipPositions(bytes, at, bytes.length, frequency);
          if (map[list[i]!] !== dropped) {
            positions.raw(bytes, at, end);
            this.#frequencies[count] = frequency;
            this.#ends[count++] = positions.length;
            sum += frequency;
          }
          at = end;
        }
      });
    }
    return sum;
  }

  #sort(runs: readonly number[], words: boolean): void {
    const order = mergeRuns(this.#ordinals, runs);
    this.#ordinals = this.#permuted(this.#ordinals, order);
    if (!words) return;
    this.#frequencies = this.#permuted(this.#frequencies, order);
    const sorted = this.#spare;
    sorted.length = 0;
    for (const i of order) sorted.raw(this.#positions.bytes, i === 0 ? 0 : this.#ends[i - 1]!, this.#ends[i]!);
    [this.#positions, this.#spare] = [sorted, this.#positions];
  }

  #permuted(numbers: Uint32Array<ArrayBuffer>, order: Uint32Array): Uint32Array<ArrayBuffer> {
    const sorted = this.#scratch;
    for (let i = 0; i < order.length; i++) sorted[i] = numbers[order[i]!]!;
    this.#scratch = numbers;
    return sorted;
  }

  #inOrderAt(start: number): boolean {
    return this.#ordinals[start - 1]! < this.#ordinals[start]!;
  }

  #reserve(heads: readonly Head[]): void {
    let needed = 0;
    for (const { cursor } of heads) needed += cursor.records;
    if (needed <= this.#ordinals.length) return;
    this.#ordinals = new Uint32Array(needed * 2);
    this.#frequencies = new Uint32Array(needed * 2);
    this.#ends = new Uint32Array(needed * 2);
    this.#scratch = new Uint32Array(needed * 2);
  }
}

function ordinalsOf({ cursor, map }: Head): Uint32Array {
  if (cursor.records === 1) return Uint32Array.of(cursor.only);
  const bytes = cursor.postings();
  return cursor.decoding(() => readOrdinals(bytes, cursor.records, map.length));
}
