import { marcErrors } from '../errors.ts';
import { RecordProblem, reasonFor } from '../problem.ts';
import { keptOfOversized, type RawRecord, type Splitter } from '../raw.ts';

const newline = 0x0a;
/** What of a line is enough to see whether another record begins. */
const headBytes = 40;

/**
 * Cuts text MARC into records: at empty lines, at "=LDR", and where the record number at the
 * beginning of the lines changes.
 */
export function splitTextMarc(limit: number): Splitter {
  return new TextMarcSplitter(limit);
}

class TextMarcSplitter implements Splitter {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  /**
   * Offset of the first line not looked at; what is before it belongs to the record being
   * collected.
   */
  #line = 0;
  /** Record number of the lines being collected, where they have one. */
  #number: string | undefined;
  #lineIsEmpty = false;
  /** Was the head of the current line looked at, before its end had come? */
  #begun = false;
  #skipping = false;
  #found: RawRecord[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): RawRecord[] {
    this.#found = [];
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#takeLine());
    if (this.#buffer.length > this.#limit && this.#buffer.length - this.#line >= headBytes)
      this.#beginLine(this.#buffer.length);
    if (this.#buffer.length > this.#limit) {
      if (!this.#skipping) this.#refuseTooLarge();
      this.#skipping = true;
      this.#drop(this.#begun ? this.#buffer.length : this.#line);
    }
    return this.#found;
  }

  end(): RawRecord[] {
    return this.push(Buffer.from('\n\n'));
  }

  /** False when there is no complete line. */
  #takeLine(): boolean {
    const end = this.#buffer.indexOf(newline, this.#line);
    if (end < 0) return false;
    this.#beginLine(end);
    this.#begun = false;
    this.#line = this.#buffer.indexOf(newline, this.#line) + 1;
    if (this.#lineIsEmpty) this.#drop(this.#line);
    return true;
  }

  /** Looks at the head of the current line, once, and cuts before it when another record begins. */
  #beginLine(end: number): void {
    if (this.#begun) return;
    this.#begun = true;
    const head = this.#buffer.toString('latin1', this.#line, Math.min(end, this.#line + headBytes));
    this.#lineIsEmpty = head.trim() === '' && end - this.#line < headBytes;
    const number = this.#lineIsEmpty ? undefined : (/^(\d+) [0-9A-Za-z]{3}/.exec(head)?.[1] ?? this.#number);
    if (this.#lineIsEmpty || head.startsWith('=LDR') || number !== this.#number) this.#cut(this.#line);
    this.#number = number;
  }

  #cut(end: number): void {
    if (end > 0 && !this.#skipping) {
      if (end > this.#limit) this.#refuseTooLarge();
      else {
        this.#position += 1;
        this.#found.push({ position: this.#position, bytes: this.#buffer.subarray(0, end) });
      }
    }
    this.#skipping = false;
    this.#drop(end);
  }

  #drop(bytes: number): void {
    this.#buffer = this.#buffer.subarray(bytes);
    this.#line = 0;
  }

  #refuseTooLarge(): void {
    this.#position += 1;
    const reason = reasonFor(new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }), this.#position, undefined);
    this.#found.push({ position: this.#position, bytes: this.#buffer.subarray(0, keptOfOversized), refusal: reason });
  }
}
