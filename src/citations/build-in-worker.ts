import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SegmentDamaged } from '../index/segment/errors.ts';

/** What the worker is told: plain data. */
export interface BuildRequest {
  /** Segment files, and the ids of them. */
  readonly paths: readonly string[];
  readonly segments: readonly string[];
  readonly basis: string;
  readonly path: string;
  readonly temporary: string;
}

/**
 * What it answers. An error's class does not pass between threads, so damage comes as its parts.
 */
export type BuildAnswer =
  | { readonly done: true }
  | { readonly damage: { segment: string; section: string; offset: number; problem: string } };

/**
 * Makes a graph file in a thread of its own. Throws SegmentDamaged, what the file system says, or
 * AbortError; then nothing is left behind.
 */
export async function buildInWorker(
  request: Omit<BuildRequest, 'temporary'>,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  // Whoever owns the folder clears files of this form when a crash left them.
  const temporary = join(folder, `graph-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  const workerData: BuildRequest = { ...request, temporary };
  const worker = new Worker(new URL('./build-worker.ts', import.meta.url), { workerData });
  try {
    const [answer] = (await once(worker, 'message', { signal })) as [BuildAnswer];
    if ('done' in answer) return;
    const { segment, section, offset, problem } = answer.damage;
    throw new SegmentDamaged(segment, section, offset, problem);
  } finally {
    await worker.terminate();
    rmSync(temporary, { force: true });
  }
}
