import { ByteReader } from './bytes.ts';
import { MalformedBytes } from './errors.ts';
import type { Section } from './format.ts';
import type { Source } from './source.ts';

const pieceLength = 128 * 1024;

/**
 * Reads a part of a section from its beginning to its end, in pieces. `bytes` are valid from `at`
 * to `end`.
 */
export class SequentialReader extends ByteReader {
  readonly section: Section;
  readonly source: Source;
  /** Place in the section of the first byte after `bytes`. */
  #next: number;
  readonly #last: number;

  constructor(source: Source, section: Section, start: number, last: number) {
    super(Buffer.alloc(0));
    this.source = source;
    this.section = section;
    this.#next = start;
    this.#last = last;
  }

  /** Place in the section. */
  get place(): number {
    return this.#next - this.end + this.at;
  }

  /** Makes `count` bytes from `at` on valid, or as many as there are. */
  need(count: number): void {
    const held = this.end - this.at;
    if (held >= count) return;
    const length = Math.min(Math.max(count, pieceLength) - held, this.#last - this.#next);
    if (length === 0) return;
    const more = this.source.read(this.section, this.#next, length);
    this.bytes = held === 0 ? more : Buffer.concat([this.bytes.subarray(this.at), more]);
    this.end = this.bytes.length;
    this.at = 0;
    this.#next += more.length;
  }

  /** The bytes at a place further on; they are valid until the next call. */
  part(start: number, length: number): Buffer {
    const step = start - this.place;
    if (step <= this.end - this.at) {
      this.at += step;
    } else {
      this.at = this.end;
      this.#next = start;
    }
    this.need(length);
    if (step < 0 || this.end - this.at < length) {
      throw this.source.damage(this.section, start, new MalformedBytes('a list is longer than its section'));
    }
    return this.bytes.subarray(this.at, this.at + length);
  }
}
