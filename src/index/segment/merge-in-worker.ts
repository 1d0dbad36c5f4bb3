import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RoaringBitmap32 } from '../bitmap.ts';
import { SegmentDamaged } from './errors.ts';
import { type MergedSegment, type MergeOptions, temporaryPath } from './merge.ts';

/** What the worker is told: plain data. */
export interface MergeRequest {
  readonly inputs: readonly { readonly path: string; readonly live: Uint8Array }[];
  readonly folder: string;
  readonly temporary: string;
  readonly options: MergeOptions;
}

/**
 * What it answers. An error's class does not pass between threads, so that damage comes as its
 * parts.
 */
export type MergeAnswer =
  | { readonly merged: MergedSegment }
  | { readonly damage: { segment: string; section: string; offset: number; problem: string } };

/**
 * Merges segment files in a thread of its own, so that this one goes on serving; writes
 * `folder/ID.segment`. Throws SegmentDamaged, what the file system says, or AbortError; then
 * nothing is left behind.
 */
export async function mergeInWorker(
  inputs: readonly { readonly path: string; readonly live: RoaringBitmap32 }[],
  folder: string,
  options: MergeOptions,
  signal?: AbortSignal,
): Promise<MergedSegment> {
  signal?.throwIfAborted();
  const plain = inputs.map(({ path, live }) => ({ path, live: live.serialize('portable') }));
  const temporary = temporaryPath(folder);
  const workerData: MergeRequest = { inputs: plain, folder, temporary, options };
  const worker = new Worker(new URL('./merge-worker.ts', import.meta.url), { workerData });
  try {
    const [answer] = (await once(worker, 'message', { signal })) as [MergeAnswer];
    if ('merged' in answer) return answer.merged;
    const { segment, section, offset, problem } = answer.damage;
    throw new SegmentDamaged(segment, section, offset, problem);
  } finally {
    await worker.terminate();
    rmSync(temporary, { force: true });
  }
}
