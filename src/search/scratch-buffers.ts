import type { RoaringBitmap32 } from '../index/bitmap.ts';

/**
 * Memory for lists that one question after another needs for a moment. Megabytes for each question
 * outside V8's heap would have it collect garbage several times a second. What is given is valid
 * until the same is asked for again, and never across an `await`.
 */
export class OrdinalMemory {
  #list = new Uint32Array(1024);

  /** The ordinals of a set, ascending. */
  of(bits: RoaringBitmap32): Uint32Array {
    const { size } = bits;
    if (this.#list.length < size) this.#list = new Uint32Array(grown(size));
    return bits.toUint32Array(this.#list).subarray(0, size);
  }
}

export class WeightMemory {
  #list = new Float64Array(1024);

  /** So many numbers, of any value. */
  of(length: number): Float64Array {
    if (this.#list.length < length) this.#list = new Float64Array(grown(length));
    return this.#list.subarray(0, length);
  }
}

function grown(length: number): number {
  return Math.ceil(length * 1.25);
}
