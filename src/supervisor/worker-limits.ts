import type { WorkerReport } from '../monitor/worker-report.ts';

/** When a worker is replaced though it is well. 0 is never. */
export interface WorkerLimits {
  /**
   * Requests that it answers; each worker has its own up to a tenth more or less, so that they do
   * not go together.
   */
  readonly requests: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Milliseconds without a request. */
  readonly idle: number;
  /** Milliseconds for which it may say nothing before it is killed. */
  readonly silence: number;
}

/** `random`: 0 to 1. */
export function ownLimits(limits: WorkerLimits, random: number): WorkerLimits {
  return { ...limits, requests: Math.round(limits.requests * (0.9 + 0.2 * random)) };
}

/**
 * Why a worker is to be replaced by a fresh one, as the end of a sentence; undefined: it is not.
 * `idle`: ms since it was last seen working.
 */
export function whyReplace(report: WorkerReport, idle: number, limits: WorkerLimits): string | undefined {
  const { requests, memory } = report;
  if (limits.requests > 0 && requests >= limits.requests) return `it has answered ${requests} requests`;
  if (limits.memory > 0 && memory.resident > limits.memory)
    return `it used ${Math.round(memory.resident / 1e6)} MB, more than ${Math.round(limits.memory / 1e6)} MB`;
  if (limits.idle > 0 && idle > limits.idle && requests > 0)
    return `it had no request for ${Math.round(idle / 1000)} s`;
  return undefined;
}
