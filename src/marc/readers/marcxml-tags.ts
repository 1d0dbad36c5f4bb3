import { isSpace } from '../bytes.ts';
import { readToken } from './marcxml-token.ts';

/** What was searched for may still come. */
export const waiting = -1;

/**
 * Tags are searched for by their first seven bytes (the end tag without its "<"): up to that length
 * Node looks for the first byte with vector instructions, 0.5 us for 4 kB of MARCXML; longer ones
 * are searched for by skipping, 1.9 us.
 */
const needleBytes = 7;

/**
 * The tags of the records of a document, which may have a prefix, and where they stand in the
 * buffer that is being split.
 */
export class RecordTags {
  prefix = '';
  start: Buffer = Buffer.from('<record');
  end: Buffer = Buffer.from('</record');
  #buffer: Buffer = Buffer.alloc(0);
  #startNeedle: Buffer = this.start;
  #endNeedle: Buffer = this.end.subarray(1);
  /**
   * The next "<!" at or after the place it was last asked for; the buffer's length when there is
   * none; -1 when not known.
   */
  #declaration = -1;
  /** The next start tag, in the same way. */
  #start = -1;

  searchIn(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#declaration = -1;
    this.#start = -1;
  }

  usePrefix(prefix: string): void {
    if (prefix === this.prefix) return;
    this.prefix = prefix;
    this.start = Buffer.from(`<${prefix}record`);
    this.end = Buffer.from(`</${prefix}record`);
    this.#startNeedle = this.start.subarray(0, needleBytes);
    this.#endNeedle = this.end.subarray(1, 1 + needleBytes);
    this.#start = -1;
  }

  /** Does a record start at `at`? False as well when not enough of its tag has come. */
  isStart(at: number): boolean {
    return this.#isTag(this.start, at);
  }

  /**
   * Offset after the record's end tag; `waiting` when it has not come; minus the offset of another
   * start tag that comes first.
   */
  endOfRecord(content: number): number {
    const buffer = this.#buffer;
    let from = content;
    for (;;) {
      const close = this.#nextEnd(from);
      const declaration = this.#nextDeclaration(from);
      const start = this.#nextStart(from);
      if (start < declaration && start < close) return -start;
      if (declaration < close) {
        const token = readToken(buffer, declaration);
        if (token.kind === 'incomplete') return waiting;
        from = Math.max(token.end, declaration + 2);
        continue;
      }
      if (close === buffer.length) return waiting;
      const end = buffer.indexOf(0x3e, close);
      return end < 0 ? waiting : end + 1;
    }
  }

  /** Offset of the next end tag, the buffer's length when there is none. */
  #nextEnd(from: number): number {
    const buffer = this.#buffer;
    for (let at = buffer.indexOf(this.#endNeedle, from); at >= 0; at = buffer.indexOf(this.#endNeedle, at + 1)) {
      if (this.#buffer[at - 1] === 0x3c && this.#isTag(this.end, at - 1)) return at - 1;
    }
    return buffer.length;
  }

  #nextStart(from: number): number {
    if (this.#start >= from) return this.#start;
    const buffer = this.#buffer;
    this.#start = buffer.length;
    for (let at = buffer.indexOf(this.#startNeedle, from); at >= 0; at = buffer.indexOf(this.#startNeedle, at + 1)) {
      if (!this.#isTag(this.start, at)) continue;
      this.#start = at;
      break;
    }
    return this.#start;
  }

  #nextDeclaration(from: number): number {
    if (this.#declaration >= from) return this.#declaration;
    let at = this.#buffer.indexOf(0x21, from);
    while (at >= 0 && (at === from || this.#buffer[at - 1] !== 0x3c)) at = this.#buffer.indexOf(0x21, at + 1);
    this.#declaration = at < 0 ? this.#buffer.length : at - 1;
    return this.#declaration;
  }

  #isTag(tag: Buffer, at: number): boolean {
    const end = at + tag.length;
    const next = this.#buffer[end];
    if (next !== 0x3e && next !== 0x2f && !isSpace(next)) return false;
    return this.#buffer[end - 1] === 0x64 && this.#buffer.compare(tag, 0, tag.length, at, end) === 0;
  }
}
