import type { SpaceTable } from './dictionary.ts';
import { MalformedBytes } from './errors.ts';
import { SequentialReader } from './sequential-reader.ts';
import type { StoredSegment } from './stored-segment.ts';
import { maximumTermBytes } from './term-key.ts';

/** Longest head of a block, or entry of a term, in a dictionary. */
const longestEntry = maximumTermBytes + 48;
const leadBytes = 6;

/**
 * Walks over all terms of a space in order, with their postings: how a merge reads. Never steps
 * back.
 */
export class TermCursor {
  /** The present term: term[0 .. length-1]. */
  readonly term = Buffer.alloc(maximumTermBytes);
  length = 0;
  /** Its first six bytes as a number, which compares as they do. */
  lead = 0;
  records = 0;
  /** The ordinal, when there is one record. */
  only = 0;
  readonly #limit: number;
  readonly #words: boolean;
  readonly #dictionary: SequentialReader;
  readonly #postings: SequentialReader;
  readonly #occurrences: SequentialReader;
  #termsLeft: number;
  #inBlock = 0;
  #postingsStart = 0;
  #postingsLength = 0;
  #occurrencesStart = 0;
  #occurrencesLength = 0;

  constructor(segment: StoredSegment, space: SpaceTable) {
    const { source } = segment;
    this.#limit = segment.count;
    this.#words = space.words;
    this.#termsLeft = space.terms;
    const dictionary = source.section('dictionary');
    const { dictionaryStart } = space;
    this.#dictionary = new SequentialReader(
      source,
      dictionary,
      dictionaryStart,
      dictionaryStart + space.dictionaryLength,
    );
    const postings = source.section('postings');
    this.#postings = new SequentialReader(source, postings, 0, postings.length);
    const occurrences = source.section('occurrences');
    this.#occurrences = new SequentialReader(source, occurrences, 0, occurrences.length);
  }

  /** Goes to the next term. False when there is none. */
  next(): boolean {
    if (this.#termsLeft === 0) return false;
    this.#termsLeft--;
    const reader = this.#dictionary;
    reader.need(longestEntry);
    const { place } = reader;
    try {
      this.#decode(reader);
    } catch (error) {
      throw reader.source.damage(reader.section, place, error);
    }
    return true;
  }

  /**
   * Postings of the present term as they are stored (two records or more). Valid until the next
   * call.
   */
  postings(): Buffer {
    return this.#postings.part(this.#postingsStart, this.#postingsLength);
  }

  /**
   * Frequencies and positions of the present term as they are stored (in a word space). Valid until
   * the next call.
   */
  occurrences(): Buffer {
    return this.#occurrences.part(this.#occurrencesStart, this.#occurrencesLength);
  }

  /** Runs a decoder on what the two above gave. */
  decoding<T>(decode: () => T): T {
    const { source, section } = this.#words ? this.#occurrences : this.#postings;
    return source.decoding(section, this.#words ? this.#occurrencesStart : this.#postingsStart, decode);
  }

  #decode(reader: SequentialReader): void {
    this.#postingsStart += this.#postingsLength;
    this.#occurrencesStart += this.#occurrencesLength;
    if (this.#inBlock === 0) {
      this.#inBlock = reader.varint();
      this.#postingsStart = reader.varint();
      this.#occurrencesStart = reader.varint();
      this.length = 0;
    }
    this.#inBlock--;
    const shared = reader.bounded(this.length, 'the shared part of a term');
    const own = reader.bounded(maximumTermBytes - shared, 'the length of a term');
    const from = reader.skip(own);
    const { term } = this;
    for (let i = 0; i < own; i++) term[shared + i] = reader.bytes[from + i]!;
    this.length = shared + own;
    if (shared < leadBytes) {
      let lead = 0;
      for (let i = 0; i < leadBytes; i++) lead = lead * 256 + (i < this.length ? term[i]! : 0);
      this.lead = lead;
    }
    this.records = reader.bounded(this.#limit, 'the number of records');
    const size = reader.varint();
    if (this.records === 1 && size >= this.#limit) throw new MalformedBytes(`a term names record ${size}`);
    this.only = size;
    this.#postingsLength = this.records === 1 ? 0 : size;
    this.#occurrencesLength = this.#words ? reader.varint() : 0;
  }
}

/** Code point order of the present terms. */
export function compareCursors(a: TermCursor, b: TermCursor): number {
  if (a.lead !== b.lead) return a.lead - b.lead;
  const shared = Math.min(a.length, b.length);
  const left = a.term;
  const right = b.term;
  for (let i = 0; i < shared; i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return a.length - b.length;
}
