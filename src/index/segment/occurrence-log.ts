/** Stands in the place of a term number before the ordinal of the next record. */
const recordMark = 0xffffffff;
const firstChunk = 128;
const largestChunk = 32 * 1024;

/** Pairs (term, position) of one word space as they come, record by record; or (term, ordinal) of one value space. */
export class OccurrenceLog {
  readonly #chunks: Uint32Array[] = [];
  #chunk = new Uint32Array(firstChunk);
  #at = 0;
  /** Numbers held, for estimates. */
  length = 0;

  add(first: number, second: number): void {
    if (this.#at === this.#chunk.length) this.#next();
    this.#chunk[this.#at] = first;
    this.#chunk[this.#at + 1] = second;
    this.#at += 2;
    this.length += 2;
  }

  beginRecord(ordinal: number): void {
    this.add(recordMark, ordinal);
  }

  *chunks(): Generator<Uint32Array> {
    yield* this.#chunks;
    yield this.#chunk.subarray(0, this.#at);
  }

  #next(): void {
    this.#chunks.push(this.#chunk);
    this.#chunk = new Uint32Array(Math.min(this.#chunk.length * 2, largestChunk));
    this.#at = 0;
  }
}

/** Occurrences by term: those of term t are at starts[t] .. starts[t+1]-1, in the order they came. */
export interface Occurrences {
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  /** Empty for values. */
  readonly positions: Uint32Array;
}

/** A counting sort: twice over the log, once over the terms. */
export function wordOccurrences(log: OccurrenceLog, terms: number): Occurrences {
  const next = countByTerm(log, terms);
  const ordinals = new Uint32Array(next[terms]!);
  const positions = new Uint32Array(next[terms]!);
  let ordinal = 0;
  for (const chunk of log.chunks()) {
    for (let i = 0; i < chunk.length; i += 2) {
      const term = chunk[i]!;
      if (term === recordMark) {
        ordinal = chunk[i + 1]!;
        continue;
      }
      const at = next[term]!;
      next[term] = at + 1;
      ordinals[at] = ordinal;
      positions[at] = chunk[i + 1]!;
    }
  }
  return { starts: backToStarts(next), ordinals, positions };
}

export function valueOccurrences(log: OccurrenceLog, terms: number): Occurrences {
  const next = countByTerm(log, terms);
  const ordinals = new Uint32Array(next[terms]!);
  for (const chunk of log.chunks()) {
    for (let i = 0; i < chunk.length; i += 2) {
      const at = next[chunk[i]!]!;
      next[chunk[i]!] = at + 1;
      ordinals[at] = chunk[i + 1]!;
    }
  }
  return { starts: backToStarts(next), ordinals, positions: new Uint32Array(0) };
}

/** Where the occurrences of each term begin, and behind them their number. */
function countByTerm(log: OccurrenceLog, terms: number): Uint32Array {
  const starts = new Uint32Array(terms + 1);
  for (const chunk of log.chunks()) {
    for (let i = 0; i < chunk.length; i += 2) if (chunk[i] !== recordMark) starts[chunk[i]!]!++;
  }
  let sum = 0;
  for (let term = 0; term <= terms; term++) {
    const count = starts[term]!;
    starts[term] = sum;
    sum += count;
  }
  return starts;
}

/** After filling, entry t has where term t ends, which is where term t+1 begins. */
function backToStarts(ends: Uint32Array): Uint32Array {
  ends.copyWithin(1, 0, ends.length - 1);
  ends[0] = 0;
  return ends;
}
