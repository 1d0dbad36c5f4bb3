import { ByteWriter } from './bytes.ts';
import { compareNames, isWordSpace } from './format.ts';
import type { SegmentOutput } from './output.ts';
import { DirectStream, type SectionStream, Spill } from './spill.ts';

/**
 * Terms to a block: a lookup decodes one block (4 us), a reader holds one separator a block in
 * memory.
 */
export const termsPerBlock = 64;
const dictionarySection = 'dictionary';

/**
 * The four sections about terms, written together while terms come in order.
 *
 * A block: varints number of terms, place in `postings`, place in `occurrences`; then for each term
 * varints: bytes shared with the term before it, bytes of its own, those bytes, records; the
 * ordinal when it has one record, else the length of its postings; in a word space the length of
 * its occurrences. In `separators`, for each block: varint length of the block, varint length of
 * the separator, the separator. The first is empty. In `spaces`: varint number of spaces; for each:
 * name (varint length, UTF-8) and varints: terms, blocks, place and length of its part of
 * `dictionary`, place and length of its part of `separators`, words in all its records.
 */
export class TermsWriter {
  readonly #postings: SectionStream;
  readonly #occurrences: SectionStream;
  readonly #dictionary: SectionStream;
  readonly #separators = new ByteWriter();
  readonly #spaces = new ByteWriter();
  #spaceCount = 0;
  #space = '';
  #words = false;
  readonly #block = new ByteWriter();
  #inBlock = 0;
  #blockPostings = 0;
  #blockOccurrences = 0;
  readonly #last = { bytes: Buffer.alloc(256), length: 0 };
  readonly #separator = { bytes: Buffer.alloc(256), length: 0 };
  #terms = 0;
  #blocks = 0;
  #dictionaryStart = 0;
  #separatorsStart = 0;
  #postingsBefore = 0;
  #occurrencesBefore = 0;

  /**
   * Everything stays in memory until `finish`. With `streaming` the dictionary, the largest, goes
   * to the output at once, which must stand where its section begins, and the others wait in
   * temporary files.
   */
  constructor(streaming?: { readonly output: SegmentOutput; readonly folder: string }) {
    this.#postings = new Spill(streaming?.folder);
    this.#occurrences = new Spill(streaming?.folder);
    this.#dictionary = streaming ? new DirectStream(streaming.output) : new Spill();
    streaming?.output.begin(dictionarySection);
  }

  /** Where the postings of the next term of two records or more are written. */
  get postings(): ByteWriter {
    return this.#postings.writer;
  }

  /** Where the frequencies and positions of the next term of a word space are written. */
  get occurrences(): ByteWriter {
    return this.#occurrences.writer;
  }

  /** Spaces come in order of their names. */
  beginSpace(name: string): void {
    if (this.#space !== '' && compareNames(name, this.#space) <= 0)
      throw new Error(`term space ${name} is out of order`);
    this.#space = name;
    this.#words = isWordSpace(name);
    this.#terms = 0;
    this.#blocks = 0;
    this.#dictionaryStart = this.#dictionary.length;
    this.#separatorsStart = this.#separators.length;
    this.#last.length = 0;
    this.#postingsBefore = this.#postings.length;
    this.#occurrencesBefore = this.#occurrences.length;
  }

  /**
   * `only` is the ordinal of a term with one record. Its postings and occurrences have been written before.
   */
  term(bytes: Uint8Array, start: number, end: number, records: number, only: number): void {
    const length = end - start;
    const last = this.#last;
    const longest = Math.min(length, last.length);
    let shared = 0;
    while (shared < longest && last.bytes[shared] === bytes[start + shared]) shared++;
    if (this.#inBlock === 0) {
      this.#beginBlock(bytes, start, this.#terms === 0 ? 0 : shared + 1);
      shared = 0;
    }
    const block = this.#block;
    block.varint(shared);
    block.varint(length - shared);
    block.raw(bytes, start + shared, end);
    for (let i = shared; i < length; i++) last.bytes[i] = bytes[start + i]!;
    last.length = length;
    block.varint(records);
    const postings = this.#postings.length;
    block.varint(records === 1 ? only : postings - this.#postingsBefore);
    this.#postingsBefore = postings;
    this.#postings.settle();
    if (this.#words) {
      const occurrences = this.#occurrences.length;
      block.varint(occurrences - this.#occurrencesBefore);
      this.#occurrencesBefore = occurrences;
      this.#occurrences.settle();
    }
    this.#terms++;
    if (++this.#inBlock === termsPerBlock) this.#endBlock();
  }

  /** A space without terms leaves no trace. */
  endSpace(words: number): void {
    if (this.#terms === 0) return;
    if (this.#inBlock > 0) this.#endBlock();
    const out = this.#spaces;
    out.varint(Buffer.byteLength(this.#space));
    out.text(this.#space);
    out.varint(this.#terms);
    out.varint(this.#blocks);
    out.varint(this.#dictionaryStart);
    out.varint(this.#dictionary.length - this.#dictionaryStart);
    out.varint(this.#separatorsStart);
    out.varint(this.#separators.length - this.#separatorsStart);
    out.varint(words);
    this.#spaceCount++;
  }

  /** Bytes of all sections, about. */
  get length(): number {
    return this.#postings.length + this.#occurrences.length + this.#dictionary.length + this.#separators.length;
  }

  finish(output: SegmentOutput): void {
    if (this.#dictionary instanceof Spill) output.begin(dictionarySection);
    this.#dictionary.moveTo(output);
    output.begin('postings');
    this.#postings.moveTo(output);
    output.begin('occurrences');
    this.#occurrences.moveTo(output);
    output.begin('separators');
    output.write(this.#separators.view());
    output.begin('spaces');
    const count = new ByteWriter(8);
    count.varint(this.#spaceCount);
    output.write(count.view());
    output.write(this.#spaces.view());
  }

  /** After an error: lets go of temporary files. */
  close(): void {
    for (const stream of [this.#postings, this.#occurrences, this.#dictionary]) stream.close();
  }

  #beginBlock(bytes: Uint8Array, start: number, separatorLength: number): void {
    for (let i = 0; i < separatorLength; i++) this.#separator.bytes[i] = bytes[start + i]!;
    this.#separator.length = separatorLength;
    this.#blockPostings = this.#postingsBefore;
    this.#blockOccurrences = this.#occurrencesBefore;
  }

  #endBlock(): void {
    const out = this.#dictionary.writer;
    const start = out.length;
    out.varint(this.#inBlock);
    out.varint(this.#blockPostings);
    out.varint(this.#blockOccurrences);
    out.raw(this.#block.bytes, 0, this.#block.length);
    this.#separators.varint(out.length - start);
    this.#separators.varint(this.#separator.length);
    this.#separators.raw(this.#separator.bytes, 0, this.#separator.length);
    this.#dictionary.settle();
    this.#block.length = 0;
    this.#inBlock = 0;
    this.#blocks++;
  }
}
