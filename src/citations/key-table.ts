/**
 * A key that more records hold than this is no identifier but a word such as "none", and means
 * nobody.
 */
export const mostHolders = 16;

const noEntry = 0xffffffff;

/**
 * Which records hold a key, in memory while a graph is made: open addressing over the distinct
 * keys, and a list of holders for each. 24 bytes a key.
 */
export class KeyTable {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #ids: Uint32Array;
  /** Entry -> the next one of the same key. */
  readonly #next: Uint32Array;
  /** Holders of the key, kept at its first entry; stops counting at 255. */
  readonly #holders: Uint8Array;
  /** Entry + 1, or 0. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  #length = 0;

  constructor(capacity: number) {
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#ids = new Uint32Array(capacity);
    this.#next = new Uint32Array(capacity);
    this.#holders = new Uint8Array(capacity);
    const slots = 2 ** Math.ceil(Math.log2(capacity * 1.5 + 16));
    this.#slots = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  /** All keys of a record are added one after the other; a key that it has twice counts once. */
  add(high: number, low: number, id: number): void {
    let slot = low & this.#mask;
    for (;;) {
      const first = this.#slots[slot]! - 1;
      if (first < 0) break;
      if (this.#low[first] === low && this.#high[first] === high) {
        this.#addHolder(first, id);
        return;
      }
      slot = (slot + 1) & this.#mask;
    }
    this.#slots[slot] = this.#put(high, low, id, noEntry) + 1;
  }

  /**
   * Puts the holders of a key into `into` from `at` on and gives the new end; nothing when there
   * are none or too many.
   */
  find(high: number, low: number, into: Uint32Array, at: number): number {
    for (let slot = low & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const first = this.#slots[slot]! - 1;
      if (first < 0) return at;
      if (this.#low[first] !== low || this.#high[first] !== high) continue;
      if (this.#holders[first]! > mostHolders) return at;
      let end = at;
      for (let entry = first; entry !== noEntry; entry = this.#next[entry]!) into[end++] = this.#ids[entry]!;
      return end;
    }
  }

  /** All entries, for the file. */
  get entries(): KeyEntries {
    return {
      high: this.#high.subarray(0, this.#length),
      low: this.#low.subarray(0, this.#length),
      ids: this.#ids.subarray(0, this.#length),
    };
  }

  #addHolder(first: number, id: number): void {
    const newest = this.#next[first]!;
    if (this.#ids[first] === id || (newest !== noEntry && this.#ids[newest] === id)) return;
    this.#next[first] = this.#put(this.#high[first]!, this.#low[first]!, id, newest);
    if (this.#holders[first]! < 255) this.#holders[first]!++;
  }

  #put(high: number, low: number, id: number, next: number): number {
    const entry = this.#length++;
    this.#high[entry] = high;
    this.#low[entry] = low;
    this.#ids[entry] = id;
    this.#next[entry] = next;
    this.#holders[entry] = 1;
    return entry;
  }
}

/** Keys and the record of each, as parallel lists. */
export interface KeyEntries {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly ids: Uint32Array;
}

/** Keys and records that grow at the end. */
export class KeyList {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #ids = new Uint32Array(1024);
  #length = 0;

  add(high: number, low: number, id: number): void {
    const at = this.#length++;
    if (at === this.#high.length) {
      this.#high = grown(this.#high);
      this.#low = grown(this.#low);
      this.#ids = grown(this.#ids);
    }
    this.#high[at] = high;
    this.#low[at] = low;
    this.#ids[at] = id;
  }

  get entries(): KeyEntries {
    return {
      high: this.#high.subarray(0, this.#length),
      low: this.#low.subarray(0, this.#length),
      ids: this.#ids.subarray(0, this.#length),
    };
  }
}

function grown(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(numbers.length * 2);
  more.set(numbers);
  return more;
}

/**
 * The order of entries by key, then record. Sorts 64-bit numbers of key and place natively:
 * comparing in JavaScript is ten times slower.
 */
export function sortedOrder({ high, low, ids }: KeyEntries): Uint32Array {
  const length = high.length;
  const packed = new BigUint64Array(length);
  const halves = new Uint32Array(packed.buffer);
  for (let i = 0; i < length; i++) {
    halves[2 * i] = i;
    halves[2 * i + 1] = high[i]!;
  }
  packed.sort();
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = halves[2 * i]!;
  for (let from = 0; from < length; ) {
    let to = from + 1;
    while (to < length && high[order[to]!] === high[order[from]!]) to++;
    if (to - from > 1) order.subarray(from, to).sort((a, b) => low[a]! - low[b]! || ids[a]! - ids[b]!);
    from = to;
  }
  return order;
}
