const firstSlots = 32;

/**
 * Distinct strings numbered 0, 1, 2 ... in the order they first came. Holds their UTF-8 bytes one after the other instead of the strings:
 * a JavaScript string cut from a record keeps the whole record alive, and a Map of them costs four times the memory.
 */
export class TermTable {
  /** Bytes of term t: bytes[starts[t] .. starts[t+1]-1]. */
  bytes: Buffer = Buffer.allocUnsafeSlow(256);
  starts = new Uint32Array(firstSlots + 1);
  count = 0;
  #hashes = new Uint32Array(firstSlots);
  /** Term number + 1, or 0. Open addressing, at most half full. */
  #slots = new Uint32Array(firstSlots * 2);
  #mask = firstSlots * 2 - 1;

  /** The number of a string. It is new when `count` grew. */
  number(term: string): number {
    const length = term.length;
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) {
      const unit = term.charCodeAt(i);
      if (unit > 127) return this.#encoded(term);
      hash = Math.imul(hash ^ unit, 0x01000193);
    }
    hash = spread(hash);
    const bytes = this.bytes;
    let slot = hash & this.#mask;
    probing: for (;;) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) break;
      slot = (slot + 1) & this.#mask;
      if (this.#hashes[id] !== hash) continue;
      const start = this.starts[id]!;
      if (this.starts[id + 1]! - start !== length) continue;
      for (let i = 0; i < length; i++) if (bytes[start + i] !== term.charCodeAt(i)) continue probing;
      return id;
    }
    this.#room(length);
    const start = this.starts[this.count]!;
    for (let i = 0; i < length; i++) this.bytes[start + i] = term.charCodeAt(i);
    return this.#added(hash, start + length, slot);
  }

  /** As `number`, for a term that is not ASCII: its bytes are written first, and kept when they are new. */
  #encoded(term: string): number {
    this.#room(term.length * 3);
    const start = this.starts[this.count]!;
    const length = this.bytes.write(term, start, 'utf8');
    const bytes = this.bytes;
    let hash = 0x811c9dc5;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash = spread(hash);
    let slot = hash & this.#mask;
    for (;;) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) break;
      slot = (slot + 1) & this.#mask;
      if (this.#hashes[id] !== hash) continue;
      const from = this.starts[id]!;
      const to = this.starts[id + 1]!;
      if (to - from === length && bytes.compare(bytes, from, to, start, start + length) === 0) return id;
    }
    return this.#added(hash, start + length, slot);
  }

  text(id: number): string {
    return this.bytes.toString('utf8', this.starts[id]!, this.starts[id + 1]!);
  }

  /** Bytes it takes in memory. */
  get memory(): number {
    return this.bytes.length + this.starts.byteLength + this.#hashes.byteLength + this.#slots.byteLength;
  }

  #added(hash: number, end: number, slot: number): number {
    const id = this.count++;
    this.#hashes[id] = hash;
    this.starts[id + 1] = end;
    this.#slots[slot] = id + 1;
    if (this.count === this.#hashes.length) this.#grow();
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
    const capacity = this.count * 2;
    this.starts = enlarged(this.starts, capacity + 1);
    this.#hashes = enlarged(this.#hashes, capacity);
    const slots = new Uint32Array(capacity * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** FNV's low bits alone spread badly over a table. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

export function enlarged(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(length);
  grown.set(from);
  return grown;
}
