import { isPartial, type WriteMode } from '../modes.ts';
import type { BatchLimits, BatchSizes } from './batches.ts';

/** Less is not worth a commit, and a segment, of its own. */
export const leastBytes = 8_000_000;
const leastRecords = 2_500;

export interface BatchPlan {
  /** Of the input in bytes; undefined where nobody knows. */
  readonly size: number | undefined;
  readonly workers: number;
  readonly mode: WriteMode;
}

/**
 * Batches such that no worker is without one while another has many. Those of an input whose size
 * says how much there is to do are even; others begin small and grow with what is done. Parts of
 * records are a few bytes each, and as much work as whole ones.
 */
export function batchSizes(limits: BatchLimits, { size, workers, mode }: BatchPlan): BatchSizes {
  if (workers < 2) return () => limits;
  if (size !== undefined && !isPartial(mode)) {
    const even = evenBatches(limits, size, workers);
    return () => even;
  }
  const part = (done: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, Math.ceil(done / (2 * workers))));
  return (done) => ({
    records: part(done.records, leastRecords, limits.records),
    bytes: part(done.bytes, leastBytes, limits.bytes),
  });
}

/**
 * Batches of one size, as many for each worker: of five for two workers the second would have
 * nothing to do for a third of the time, and of one for two of the whole.
 */
function evenBatches(limits: BatchLimits, size: number, workers: number): BatchLimits {
  const fewest = Math.ceil(size / limits.bytes);
  const even = Math.max(2, Math.ceil(fewest / workers)) * workers;
  const most = Math.floor(size / leastBytes / workers) * workers;
  const count = Math.max(fewest, Math.min(even, most));
  return count <= 1 ? limits : { ...limits, bytes: Math.min(limits.bytes, Math.ceil(size / count)) };
}
