/** Bits to a pass: two passes for keys below 2^26, with counters that stay in the first cache. */
const passBits = 13;
const buckets = 1 << passBits;

/** Below this the native sort is faster than clearing the counters. */
const smallest = 400;

/**
 * Sorts the first `size` keys (below 2^26) ascending and their numbers with them; equal keys stay
 * in their order. Keeps its room from call to call.
 */
export class KeySort {
  readonly keys: Uint32Array;
  readonly numbers: Uint32Array;
  readonly #spareKeys: Uint32Array;
  readonly #spareNumbers: Uint32Array;
  readonly #pairs = new Float64Array(smallest);
  /** Made when first needed: most sorts are small. */
  #low: Uint32Array | undefined;
  #high: Uint32Array | undefined;

  constructor(capacity: number) {
    this.keys = new Uint32Array(capacity);
    this.numbers = new Uint32Array(capacity);
    this.#spareKeys = new Uint32Array(capacity);
    this.#spareNumbers = new Uint32Array(capacity);
  }

  sort(size: number): void {
    if (size < smallest) this.#sortPairs(size);
    else this.#radixSort(size);
  }

  /** Key and place in one number each, which are then all different. */
  #sortPairs(size: number): void {
    const { keys, numbers } = this;
    const pairs = this.#pairs.subarray(0, size);
    for (let i = 0; i < size; i++) {
      pairs[i] = keys[i]! * smallest + i;
      this.#spareNumbers[i] = numbers[i]!;
    }
    pairs.sort();
    for (let i = 0; i < size; i++) {
      keys[i] = Math.floor(pairs[i]! / smallest);
      numbers[i] = this.#spareNumbers[pairs[i]! - keys[i]! * smallest]!;
    }
  }

  #radixSort(size: number): void {
    this.#low ??= new Uint32Array(buckets);
    this.#high ??= new Uint32Array(buckets);
    const low = this.#low.fill(0);
    const high = this.#high.fill(0);
    for (let i = 0; i < size; i++) {
      low[this.keys[i]! & (buckets - 1)]!++;
      high[this.keys[i]! >>> passBits]!++;
    }
    let lowSum = 0;
    let highSum = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const lowCount = low[bucket]!;
      const highCount = high[bucket]!;
      low[bucket] = lowSum;
      high[bucket] = highSum;
      lowSum += lowCount;
      highSum += highCount;
    }
    const { keys, numbers } = this;
    const spareKeys = this.#spareKeys;
    const spareNumbers = this.#spareNumbers;
    for (let i = 0; i < size; i++) {
      const at = low[keys[i]! & (buckets - 1)]!++;
      spareKeys[at] = keys[i]!;
      spareNumbers[at] = numbers[i]!;
    }
    for (let i = 0; i < size; i++) {
      const at = high[spareKeys[i]! >>> passBits]!++;
      keys[at] = spareKeys[i]!;
      numbers[at] = spareNumbers[i]!;
    }
  }
}
