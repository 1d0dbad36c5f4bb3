import { compareBytes, writeText } from './bytes.ts';

const firstSlots = 32;
/**
 * Up to here hashing characters in JavaScript is faster than encoding natively (40 ns) and hashing
 * bytes.
 */
const shortTerm = 12;

/**
 * Distinct strings numbered 0, 1, 2 ... in the order they first came. Holds their UTF-8 bytes one
 * after the other instead of the strings: a JavaScript string cut from a record keeps the whole
 * record alive, and a Map of them costs four times the memory.
 */
export class TermTable {
  /** Bytes of term t: bytes[starts[t] .. starts[t+1]-1]. */
  bytes: Buffer = Buffer.allocUnsafeSlow(256);
  starts = new Uint32Array(firstSlots + 1);
  count = 0;
  /**
   * Pairs of hash and term number + 1 (0: free). Open addressing, at most half full; together, as
   * each is a cache miss.
   */
  #slots = new Uint32Array(firstSlots * 4);
  /** Number of pairs less one. */
  #mask = firstSlots * 2 - 1;

  /** The number of a string. It is new when `count` grew. */
  number(term: string): number {
    const length = term.length;
    if (length > shortTerm) return this.#encoded(term);
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) {
      const unit = term.charCodeAt(i);
      if (unit > 127) return this.#encoded(term);
      hash = Math.imul(hash ^ unit, 0x01000193);
    }
    hash = spread(hash);
    const { bytes, starts } = this;
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    probing: for (;;) {
      const id = slots[slot * 2 + 1]! - 1;
      if (id < 0) break;
      const same = slots[slot * 2] === hash;
      slot = (slot + 1) & mask;
      if (!same) continue;
      const start = starts[id]!;
      if (starts[id + 1]! - start !== length) continue;
      for (let i = 0; i < length; i++) if (bytes[start + i] !== term.charCodeAt(i)) continue probing;
      return id;
    }
    this.#room(length);
    const start = this.starts[this.count]!;
    for (let i = 0; i < length; i++) this.bytes[start + i] = term.charCodeAt(i);
    return this.#added(hash, start + length);
  }

  /**
   * As `number`, for a long term or one that is not ASCII: its bytes are written first, and kept
   * when they are new.
   */
  #encoded(term: string): number {
    this.#room(term.length * 3);
    const start = this.starts[this.count]!;
    const length = writeText(this.bytes, term, start);
    const bytes = this.bytes;
    const hash = hashBytes(bytes, start, start + length);
    const slots = this.#slots;
    for (let slot = hash & this.#mask; slots[slot * 2 + 1] !== 0; slot = (slot + 1) & this.#mask) {
      if (slots[slot * 2] !== hash) continue;
      const id = slots[slot * 2 + 1]! - 1;
      const from = this.starts[id]!;
      const to = this.starts[id + 1]!;
      if (to - from === length && compareBytes(bytes, from, to, bytes, start, start + length) === 0) return id;
    }
    return this.#added(hash, start + length);
  }

  text(id: number): string {
    return this.bytes.toString('utf8', this.starts[id]!, this.starts[id + 1]!);
  }

  /** Bytes it takes in memory. */
  get memory(): number {
    return this.bytes.length + this.starts.byteLength + this.#slots.byteLength;
  }

  #added(hash: number, end: number): number {
    const id = this.count++;
    if (this.count * 4 > this.#slots.length) this.#grow();
    this.starts[id + 1] = end;
    put(this.#slots, this.#mask, hash, id + 1);
    return id;
  }

  #room(more: number): void {
    const end = this.starts[this.count]! + more;
    if (end <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.starts[this.count]);
    this.bytes = grown;
  }

  #grow(): void {
    const before = this.#slots;
    this.starts = enlarged(this.starts, this.starts.length * 2);
    this.#slots = new Uint32Array(before.length * 2);
    this.#mask = this.#slots.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] !== 0) put(this.#slots, this.#mask, before[at]!, before[at + 1]!);
    }
  }
}

function put(slots: Uint32Array, mask: number, hash: number, number: number): void {
  let slot = hash & mask;
  while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  slots[slot * 2] = hash;
  slots[slot * 2 + 1] = number;
}

/** FNV's low bits alone spread badly over a table. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Four bytes at a time. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ four, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return spread(hash);
}

export function enlarged(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(length);
  grown.set(from);
  return grown;
}
