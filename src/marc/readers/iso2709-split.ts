import { isSpace } from '../bytes.ts';
import { marcErrors } from '../errors.ts';
import { RecordProblem, reasonFor } from '../problem.ts';
import { keptOfOversized, type RawRecord, type Splitter } from '../raw.ts';

const recordEnd = 0x1d;
const fieldEnd = 0x1e;

/**
 * Cuts ISO 2709 after each record terminator (0x1D). Lengths in leaders are not trusted for
 * cutting, with one exception: a record whose end got lost runs into the next one, and where the
 * last part of such a piece is a record of just the length its leader says, it is cut there.
 */
export function splitIso2709(limit: number): Splitter {
  return new Iso2709Splitter(limit);
}

class Iso2709Splitter implements Splitter {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #queue: Uint8Array[] = [];
  #queued = 0;
  #position = 0;
  #skipping = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): RawRecord[] {
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    return this.#queued < this.#buffer.length ? [] : this.#run();
  }

  end(): RawRecord[] {
    const found = this.#run();
    const rest = this.#buffer.subarray(this.#start(0));
    // 0x1A ends a file in old systems.
    if (rest.length > 0 && !this.#skipping && rest[0] !== 0x1a) {
      found.push(
        this.#refuse(
          rest,
          new RecordProblem(marcErrors.cutOff, { reason: 'the input ends before its end of record (0x1D)' }),
        ),
      );
    }
    this.#buffer = Buffer.alloc(0);
    return found;
  }

  #run(): RawRecord[] {
    this.#buffer = Buffer.concat([this.#buffer, ...this.#queue]);
    this.#queue = [];
    this.#queued = 0;
    const found: RawRecord[] = [];
    let from = 0;
    for (let end = this.#buffer.indexOf(recordEnd); end >= 0; end = this.#buffer.indexOf(recordEnd, from)) {
      if (this.#skipping) this.#skipping = false;
      else this.#cut(this.#start(from), end + 1, found);
      from = end + 1;
    }
    const rest = this.#buffer.length - from;
    if (this.#skipping) from = this.#buffer.length;
    else if (rest > this.#limit) {
      found.push(this.#tooLarge(from));
      this.#skipping = true;
      from = this.#buffer.length;
    }
    this.#buffer = this.#buffer.subarray(from);
    return found;
  }

  /**
   * Line breaks between records are common, and so are marks of files that were put together and
   * NULs that fill a block. A leader may begin with blanks, for a length that nobody knew.
   */
  #start(from: number): number {
    const buffer = this.#buffer;
    let at = from;
    for (;;) {
      if (isSpace(buffer[at]) || buffer[at] === 0) at += 1;
      else if (buffer[at] === 0xef && buffer[at + 1] === 0xbb && buffer[at + 2] === 0xbf) at += 3;
      else break;
    }
    if (at === from || buffer[at - 1] !== 0x20 || isLeader(buffer, at)) return at;
    for (let blanks = 1; blanks <= 5 && buffer[at - blanks] === 0x20 && at - blanks >= from; blanks += 1)
      if (isLeader(buffer, at - blanks)) return at - blanks;
    return at;
  }

  #cut(start: number, end: number, found: RawRecord[]): void {
    if (end - start > this.#limit) {
      found.push(this.#tooLarge(start));
      return;
    }
    const inner =
      saidLength(this.#buffer, start) === end - start ? undefined : lastWholeRecord(this.#buffer, start, end);
    if (inner !== undefined) {
      const reason = 'the next record begins before its end of record (0x1D)';
      found.push(this.#refuse(this.#buffer.subarray(start, inner), new RecordProblem(marcErrors.cutOff, { reason })));
    }
    this.#position += 1;
    found.push({ position: this.#position, bytes: this.#buffer.subarray(inner ?? start, end) });
  }

  #tooLarge(start: number): RawRecord {
    const kept = this.#buffer.subarray(start, start + keptOfOversized);
    return this.#refuse(kept, new RecordProblem(marcErrors.tooLarge, { limit: this.#limit }));
  }

  #refuse(bytes: Uint8Array, problem: RecordProblem): RawRecord {
    this.#position += 1;
    return { position: this.#position, bytes, refusal: reasonFor(problem, this.#position, undefined) };
  }
}

/** Does the base address of a leader here lead behind the end of a directory? */
function isLeader(buffer: Buffer, at: number): boolean {
  const base = saidLength(buffer, at + 12);
  return base > 24 && buffer[at + base - 1] === fieldEnd;
}

/**
 * Where a record begins that fills the rest of [start, end): five digits that say its length, and
 * the usual end of a leader.
 */
function lastWholeRecord(buffer: Buffer, start: number, end: number): number | undefined {
  const piece = buffer.subarray(start, end);
  for (let at = piece.indexOf('4500', 21); at >= 0; at = piece.indexOf('4500', at + 1)) {
    if (at > 20 && saidLength(piece, at - 20) === piece.length - at + 20) return start + at - 20;
  }
  return undefined;
}

/** The length the leader at `at` says, or NaN. */
export function saidLength(buffer: Buffer, at: number): number {
  let length = 0;
  for (let digit = at; digit < at + 5; digit += 1) {
    const value = buffer[digit]! - 0x30;
    if (!(value >= 0 && value <= 9)) return Number.NaN;
    length = length * 10 + value;
  }
  return length;
}
