import { marcErrors } from '../errors.ts';
import { RecordProblem, reasonFor } from '../problem.ts';
import { keptOfOversized, type RawRecord, type Splitter } from '../raw.ts';

const braceOpen = 0x7b;
const braceClose = 0x7d;
const quoteMark = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/**
 * Cuts JSON into its outermost objects, which are the records of an array, of one object, and of
 * newline-delimited JSON alike. A line break inside a string is not JSON, and "{" followed by
 * "leader" inside an object means that an end is missing: there a broken record is given up and the
 * next one begins.
 */
export function splitMarcJson(limit: number): Splitter {
  return new MarcJsonSplitter(limit);
}

class MarcJsonSplitter implements Splitter {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Offset of the object's "{" in the buffer, -1 between objects. */
  #start = -1;
  #at = 0;
  #depth = 0;
  #inString = false;
  /** In what is too large: read on, keep nothing. */
  #skipping = false;
  /** After a broken record: what follows belongs to it until a new record is plain to see. */
  #lost = false;
  #found: RawRecord[] = [];
  /**
   * What stands outside of records, as far as it says whether there are none: an empty list is no
   * mistake.
   */
  #outside = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): RawRecord[] {
    return this.#run(chunk);
  }

  end(): RawRecord[] {
    const found = this.#run(new Uint8Array(0));
    if (this.#start >= 0 && !this.#skipping) {
      this.#found = found;
      this.#refuse(
        this.#buffer.length,
        new RecordProblem(marcErrors.cutOff, { reason: 'the input ends before its last "}"' }),
      );
    }
    if (this.#position === 0 && this.#outside !== '' && this.#outside !== '[]') {
      this.#found = found;
      this.#start = 0;
      this.#refuse(
        0,
        new RecordProblem(marcErrors.json, { reason: 'there is no record in it, which begins with "{"' }),
      );
    }
    return found;
  }

  #run(chunk: Uint8Array): RawRecord[] {
    this.#found = [];
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    this.#scan();
    if (this.#start >= 0 && !this.#skipping && this.#buffer.length - this.#start > this.#limit) {
      this.#refuse(this.#start + keptOfOversized, new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }));
      this.#skipping = true;
      this.#start = 0;
    }
    const keepFrom = this.#start < 0 || this.#skipping ? Math.min(this.#at, this.#buffer.length) : this.#start;
    this.#buffer = this.#buffer.subarray(keepFrom);
    this.#at -= keepFrom;
    if (this.#start >= 0) this.#start = 0;
    return this.#found;
  }

  #scan(): void {
    const buffer = this.#buffer;
    let at = this.#at;
    for (; at < buffer.length; at += 1) {
      const byte = buffer[at];
      if (this.#inString) {
        if (byte === quoteMark) this.#inString = false;
        else if (byte === backslash) at += 1;
        else if (byte === newline) this.#giveUp(at, 'a text is not closed by a quotation mark');
      } else if (byte === quoteMark) this.#inString = this.#start >= 0;
      else if (byte === braceOpen) this.#openBrace(at);
      else if (byte === braceClose && this.#depth > 0) {
        this.#depth -= 1;
        if (this.#depth === 0) this.#cut(at + 1);
      } else if (this.#depth === 0 && this.#position === 0 && byte! > 0x20 && this.#outside.length < 3)
        this.#outside += String.fromCharCode(byte!);
    }
    this.#at = at;
  }

  #openBrace(at: number): void {
    if (this.#depth > 0 && this.#startsRecord(at)) this.#giveUp(at, 'the next record begins before its last "}"');
    if (this.#lost) {
      const startsLine = at === 0 || this.#buffer[at - 1] === newline;
      if (!startsLine && !this.#startsRecord(at)) return;
      this.#lost = false;
    }
    if (this.#depth === 0) this.#start = at;
    this.#depth += 1;
  }

  #startsRecord(at: number): boolean {
    const next = this.#buffer.indexOf(quoteMark, at) + 1;
    return this.#buffer[next] === 0x6c && /^\{\s*"leader"/.test(this.#buffer.toString('latin1', at, next + 7));
  }

  #cut(end: number): void {
    if (this.#skipping) this.#skipping = false;
    else if (end - this.#start > this.#limit) {
      this.#refuse(this.#start + keptOfOversized, new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }));
    } else {
      this.#position += 1;
      this.#found.push({ position: this.#position, bytes: this.#buffer.subarray(this.#start, end) });
    }
    this.#start = -1;
  }

  #giveUp(end: number, reason: string): void {
    if (!this.#skipping) this.#refuse(end, new RecordProblem(marcErrors.json, { reason }));
    this.#skipping = false;
    this.#lost = true;
    this.#inString = false;
    this.#depth = 0;
    this.#start = -1;
  }

  #refuse(end: number, problem: RecordProblem): void {
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#position += 1;
    this.#found.push({
      position: this.#position,
      bytes,
      refusal: reasonFor(problem, this.#position, find001InJson(bytes)),
    });
  }
}

/** The 001 of JSON that may be broken, for messages. */
export function find001InJson(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 10_000)).toString('utf8');
  return /"001"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
}
