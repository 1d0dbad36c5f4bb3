import type { BatchLimits } from './batches.ts';

/** Less is not worth a commit, and a segment, of its own. */
export const leastBytes = 16_000_000;

/**
 * Batches of one size, as many for each worker: of five for two workers the second would have
 * nothing to do for a third of the time, and of one for two of the whole. `size` is that of the
 * input in bytes; undefined where nobody knows.
 */
export function evenBatches(limits: BatchLimits, size: number | undefined, workers: number): BatchLimits {
  if (size === undefined || workers < 2) return limits;
  const fewest = Math.ceil(size / limits.bytes);
  const even = Math.max(2, Math.ceil(fewest / workers)) * workers;
  const most = Math.max(1, Math.floor(size / leastBytes));
  const count = Math.max(fewest, Math.min(even, most));
  return count <= 1 ? limits : { ...limits, bytes: Math.min(limits.bytes, Math.ceil(size / count)) };
}
