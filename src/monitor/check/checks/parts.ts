import { grouped } from '../../../errors/grouped.ts';
import type { Sample } from '../../node-meter.ts';
import { sampleSeconds } from '../../node-meter.ts';
import type { WorkerStatus } from '../../node-status.ts';
import type { WorkerReport } from '../../worker-report.ts';

/** "1 node", "12 nodes". */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** For what begins a sentence. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

export function reportedBy(workers: readonly WorkerStatus[]): readonly WorkerReport[] {
  return workers.flatMap(({ report }) => (report === undefined ? [] : [report]));
}

/** The samples of the last seconds. */
export function lately(samples: readonly Sample[], seconds: number): readonly Sample[] {
  return samples.slice(-Math.max(1, Math.round(seconds / sampleSeconds)));
}

/** What a middle of numbers is; 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Says so instead of waiting for the database to be found. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

/**
 * Work that may hang for ever, as that over a file server which is away: it is not begun again
 * beside itself. Throws when the one before still hangs.
 */
export async function alone<T>(memory: Map<string, unknown>, key: string, work: () => Promise<T>): Promise<T> {
  const since = memory.get(key);
  if (typeof since === 'number') {
    const seconds = Math.round((performance.now() - since) / 1000);
    throw new Error(`${key} has not answered for ${seconds} s.`);
  }
  memory.set(key, performance.now());
  try {
    return await work();
  } finally {
    memory.delete(key);
  }
}
