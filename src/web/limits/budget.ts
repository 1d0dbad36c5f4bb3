interface Bucket {
  tokens: number;
  /** When `tokens` was true, in milliseconds. */
  at: number;
}

/** A budget of requests for each network: a token bucket that holds some seconds' worth. */
export interface Budget {
  /**
   * Takes one; 0 when there was one, else the seconds until there is, at least 1. `times` is how
   * many times as much this asker may.
   */
  take(network: string, times?: number): number;
  /** What `take` would say, without taking one. */
  left(network: string): number;
  readonly size: number;
}

/**
 * 20,000 networks are about 3 MB. Whoever comes back after being forgotten begins with a full
 * bucket.
 */
const mostNetworks = 20_000;
/**
 * A bucket holds ten seconds' worth, since a minute's at once would keep a process busy for
 * seconds; and a page with all that it brings with it.
 */
const burst = 1 / 6;
const leastBurst = 60;

/** `perMinute` 0 is without limit. `now` in milliseconds. */
export function createBudget(perMinute: number, now: () => number = () => performance.now()): Budget {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (network: string, rate: number): Bucket => {
    const most = Math.min(rate, Math.max(leastBurst, rate * burst));
    const time = now();
    const { tokens, at } = buckets.get(network) ?? { tokens: most, at: time };
    return { tokens: Math.min(most, tokens + ((time - at) * rate) / 60_000), at: time };
  };
  return {
    take: (network, times = 1) => {
      if (perMinute === 0) return 0;
      const rate = perMinute * times;
      const bucket = bucketOf(network, rate);
      // The least recently used stands first.
      buckets.delete(network);
      buckets.set(network, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > mostNetworks && oldest !== undefined) buckets.delete(oldest);
      const seconds = wait(bucket, rate);
      if (seconds === 0) bucket.tokens -= 1;
      return seconds;
    },
    left: (network) => (perMinute === 0 ? 0 : wait(bucketOf(network, perMinute), perMinute)),
    get size() {
      return buckets.size;
    },
  };
}

function wait({ tokens }: Bucket, rate: number): number {
  return tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - tokens) * 60) / rate));
}
