/** Scrambles 32 bits so that neighbours have nothing in common (the finalizer of MurmurHash3). */
export function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * One hash of two numbers below 2^32: the seed of everything that belongs to `b` in the world of
 * `a`.
 */
export function hash(a: number, b: number): number {
  return mix(mix(a + 0x9e3779b9) ^ Math.imul(b + 1, 0x27d4eb2f));
}

/**
 * A number in [0, 1) made of a hash, for a decision that must not depend on the order in which
 * others are made.
 */
export function fraction(value: number): number {
  return value / 0x100000000;
}

/** A small deterministic source of chance that can be put back to any state (mulberry32). */
export interface Random {
  /** A number in [0, 1). */
  unit(): number;
  /** An integer in [0, n). */
  below(n: number): number;
  /** An integer in [low, high]. */
  between(low: number, high: number): number;
  /** An index below n that prefers small ones: the first tenth comes in a fifth of all cases. */
  early(n: number): number;
  /**
   * A rank from 0 without end, by the law of Zipf and Mandelbrot. The number of distinct ranks
   * among N draws grows as N^(1/steepness), which is what makes a vocabulary grow with its library
   * (Heaps). `flat` is how many ranks share the top.
   */
  zipf(steepness: number, flat: number): number;
  state(): number;
  restart(state: number): void;
}

export function createRandom(seed: number): Random {
  let state = seed | 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
  return {
    unit,
    below: (n) => Math.floor(unit() * n),
    between: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    early: (n) => {
      const u = unit();
      return Math.floor(n * u * Math.sqrt(u));
    },
    zipf: (steepness, flat) => {
      const rank = flat * ((1 - unit()) ** (-1 / (steepness - 1)) - 1);
      return rank < maximumRank ? Math.floor(rank) : maximumRank;
    },
    state: () => state,
    restart: (next) => {
      state = next | 0;
    },
  };
}

const maximumRank = 0x7fffffff;
