/** Stands in the place of a term number before the ordinal of the next record. */
const recordMark = 0xffffffff;
const firstChunk = 128;
const largestChunk = 32 * 1024;

/** Pairs (term, position) of one word space as they come, record by record. */
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

/**
 * Occurrences by rank: those of the term with rank r are at starts[r] .. starts[r+1]-1, in the
 * order they came.
 */
export interface Occurrences {
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly positions: Uint32Array;
}

/** A counting sort: twice over the log, once over the terms. `ranks`: term -> rank. */
export function occurrencesByRank(log: OccurrenceLog, ranks: Uint32Array): Occurrences {
  const next = countByRank(log, ranks);
  const total = next[ranks.length]!;
  const ordinals = new Uint32Array(total);
  const positions = new Uint32Array(total);
  let ordinal = 0;
  for (const chunk of log.chunks()) {
    for (let i = 0; i < chunk.length; i += 2) {
      const term = chunk[i]!;
      if (term === recordMark) {
        ordinal = chunk[i + 1]!;
        continue;
      }
      const rank = ranks[term]!;
      const at = next[rank]!;
      next[rank] = at + 1;
      ordinals[at] = ordinal;
      positions[at] = chunk[i + 1]!;
    }
  }
  return { starts: backToStarts(next), ordinals, positions };
}

/** Where the occurrences of each rank begin, and behind them their number. */
function countByRank(log: OccurrenceLog, ranks: Uint32Array): Uint32Array {
  const starts = new Uint32Array(ranks.length + 1);
  for (const chunk of log.chunks()) {
    for (let i = 0; i < chunk.length; i += 2) if (chunk[i] !== recordMark) starts[ranks[chunk[i]!]!]!++;
  }
  let sum = 0;
  for (let rank = 0; rank < starts.length; rank++) {
    const count = starts[rank]!;
    starts[rank] = sum;
    sum += count;
  }
  return starts;
}

/** After filling, entry r has where rank r ends, which is where rank r+1 begins. */
function backToStarts(ends: Uint32Array): Uint32Array {
  ends.copyWithin(1, 0, ends.length - 1);
  ends[0] = 0;
  return ends;
}
