/**
 * Upper bounds of the classes in which answering times are counted, in ms; those above the last are
 * a class of their own.
 */
export const latencyBounds = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** How many answers took how long. Plain data, so that processes can tell each other. */
export interface Latencies {
  /** By class, one more than there are bounds. */
  readonly counts: number[];
  /** Milliseconds of all answers together. */
  sum: number;
}

export function noLatencies(): Latencies {
  return { counts: new Array<number>(latencyBounds.length + 1).fill(0), sum: 0 };
}

export function addLatency(latencies: Latencies, milliseconds: number): void {
  let at = 0;
  while (at < latencyBounds.length && milliseconds > latencyBounds[at]!) at++;
  latencies.counts[at]!++;
  latencies.sum += milliseconds;
}

export function totalCount({ counts }: Latencies): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `to` is changed. */
export function addLatencies(to: Latencies, more: Latencies, sign: 1 | -1 = 1): void {
  for (let at = 0; at < to.counts.length; at++) to.counts[at]! += sign * (more.counts[at] ?? 0);
  to.sum += sign * more.sum;
}

/**
 * The time below which this part of the answers stayed, in ms, estimated within its class; 0 when
 * there are none.
 */
export function latencyQuantile(latencies: Latencies, part: number): number {
  const total = totalCount(latencies);
  if (total === 0) return 0;
  let before = 0;
  for (const [at, count] of latencies.counts.entries()) {
    if (before + count >= part * total && count > 0) {
      const low = latencyBounds[at - 1] ?? 0;
      const high = latencyBounds[at] ?? latencyBounds.at(-1)! * 2;
      return low + ((part * total - before) / count) * (high - low);
    }
    before += count;
  }
  return latencyBounds.at(-1)! * 2;
}
