/** A set of record numbers up to a largest one: one bit each, 125 kB for a million. */
export class IdSet {
  readonly #bits: Uint32Array;
  #size = 0;

  constructor(largest: number) {
    this.#bits = new Uint32Array((largest >>> 5) + 1);
  }

  get size(): number {
    return this.#size;
  }

  add(id: number): void {
    const bit = 1 << (id & 31);
    const word = this.#bits[id >>> 5]!;
    if ((word & bit) !== 0) return;
    this.#bits[id >>> 5] = word | bit;
    this.#size++;
  }

  has(id: number): boolean {
    return (this.#bits[id >>> 5]! & (1 << (id & 31))) !== 0;
  }
}
