import { marcErrors } from './errors.ts';
import { RecordProblem, reasonFor } from './problem.ts';
import { keptOfOversized, type RawRecord, type Splitter } from './raw.ts';

const newline = 0x0a;

/** Cuts text MARC into records: at empty lines, at "=LDR", and where the record number at the beginning of the lines changes. */
export function splitTextMarc(limit: number): Splitter {
  return new TextMarcSplitter(limit);
}

class TextMarcSplitter implements Splitter {
  readonly format = 'text';
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Offset of the first line not looked at; what is before it belongs to the record being collected. */
  #line = 0;
  #number: string | undefined;
  #skipping = false;
  #found: RawRecord[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): RawRecord[] {
    this.#found = [];
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (
      let end = this.#buffer.indexOf(newline, this.#line);
      end >= 0;
      end = this.#buffer.indexOf(newline, this.#line)
    ) {
      this.#takeLine(end);
    }
    if (this.#buffer.length > this.#limit) {
      if (!this.#skipping) this.#refuseTooLarge(keptOfOversized);
      this.#skipping = true;
      this.#drop(this.#line > 0 ? this.#line : this.#buffer.length);
    }
    return this.#found;
  }

  end(): RawRecord[] {
    return this.push(Buffer.from('\n\n'));
  }

  #takeLine(end: number): void {
    const head = this.#buffer.toString('latin1', this.#line, Math.min(end, this.#line + 40));
    const isBlank = head.trim() === '' && end - this.#line < 40;
    const number = /^(\d+) [0-9A-Za-z]{3}/.exec(head)?.[1];
    const isNext = isBlank || head.startsWith('=LDR') || (number !== undefined && number !== this.#number);
    const cut = isNext ? this.#line : 0;
    if (isNext) this.#cut(cut);
    const next = end + 1 - cut;
    if (number !== undefined || isBlank) this.#number = number;
    if (isBlank) this.#drop(next);
    else this.#line = next;
  }

  #cut(end: number): void {
    if (end > 0 && !this.#skipping) {
      if (end > this.#limit) this.#refuseTooLarge(keptOfOversized);
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

  #refuseTooLarge(kept: number): void {
    this.#position += 1;
    const reason = reasonFor(new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }), this.#position, undefined);
    this.#found.push({ position: this.#position, bytes: this.#buffer.subarray(0, kept), refusal: reason });
  }
}
