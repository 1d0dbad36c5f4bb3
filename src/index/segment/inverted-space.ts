import type { TermsWriter } from './dictionary-writer.ts';
import { OccurrenceLog, valueOccurrences, wordOccurrences } from './occurrence-log.ts';
import { writeFrequencies, writeOrdinals, writePositions } from './postings-codec.ts';
import { termKey } from './term-key.ts';
import { sortedTerms } from './term-sort.ts';
import { enlarged, TermTable } from './term-table.ts';

/** Words: every occurrence goes to a log that is sorted by term at the end, so that a word costs a lookup and two numbers. */
export class WordSpace {
  readonly name: string;
  readonly #table = new TermTable();
  readonly #log = new OccurrenceLog();
  #ordinal = -1;

  constructor(name: string) {
    this.name = name;
  }

  add(ordinal: number, term: string, position: number): void {
    if (ordinal !== this.#ordinal) {
      this.#ordinal = ordinal;
      this.#log.beginRecord(ordinal);
    }
    this.#log.add(this.#table.number(termKey(term)), position);
  }

  /** Bytes held, about; a sorted copy of the log comes on top at the end. */
  get bytes(): number {
    return this.#table.memory + this.#log.length * 8;
  }

  /** Writes all terms in order. Gives the words of each of the `records`: a word said twice at one position counts once. */
  write(terms: TermsWriter, records: number): Uint32Array {
    const table = this.#table;
    const { starts, ordinals, positions } = wordOccurrences(this.#log, table.count);
    const lengths = new Uint32Array(records);
    const list = { ordinals: new Uint32Array(16), frequencies: new Uint32Array(16) };
    terms.beginSpace(this.name);
    let words = 0;
    for (const term of sortedTerms(table)) {
      let count = 0;
      let kept = starts[term]!;
      const end = starts[term + 1]!;
      if (list.ordinals.length < end - kept) {
        list.ordinals = new Uint32Array((end - kept) * 2);
        list.frequencies = new Uint32Array((end - kept) * 2);
      }
      // Positions move forward over the repeated ones that are dropped, so that one record's stay together.
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
      terms.term(table.bytes, table.starts[term]!, table.starts[term + 1]!, count, list.ordinals[0]!);
    }
    terms.endSpace(words);
    return lengths;
  }
}

/** Values mostly have one record each: the first is kept with the term, only further ones go to the log. */
export class ValueSpace {
  readonly name: string;
  readonly #table = new TermTable();
  readonly #more = new OccurrenceLog();
  #first = new Uint32Array(32);
  #last = new Uint32Array(32);

  constructor(name: string) {
    this.name = name;
  }

  add(ordinal: number, term: string): void {
    const before = this.#table.count;
    const number = this.#table.number(termKey(term));
    if (number === before) {
      if (number === this.#first.length) {
        this.#first = enlarged(this.#first, number * 2);
        this.#last = enlarged(this.#last, number * 2);
      }
      this.#first[number] = ordinal;
    } else if (this.#last[number] === ordinal) {
      return;
    } else {
      this.#more.add(number, ordinal);
    }
    this.#last[number] = ordinal;
  }

  get bytes(): number {
    return this.#table.memory + this.#first.length * 8 + this.#more.length * 6;
  }

  /** Writes all terms in order. */
  write(terms: TermsWriter): void {
    const table = this.#table;
    const { starts, ordinals } = valueOccurrences(this.#more, table.count);
    let list = new Uint32Array(16);
    terms.beginSpace(this.name);
    for (const term of sortedTerms(table)) {
      const start = starts[term]!;
      const count = 1 + starts[term + 1]! - start;
      const only = this.#first[term]!;
      if (count > 1) {
        if (list.length < count) list = new Uint32Array(count * 2);
        list[0] = only;
        for (let i = 1; i < count; i++) list[i] = ordinals[start + i - 1]!;
        writeOrdinals(terms.postings, list, count);
      }
      terms.term(table.bytes, table.starts[term]!, table.starts[term + 1]!, count, only);
    }
    terms.endSpace(0);
  }
}

/** Sorts positions[start .. stop-1], drops repeated ones and moves the rest to `to` (which is not after `start`). Gives their number. */
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
