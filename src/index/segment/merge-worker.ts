import { parentPort, workerData } from 'node:worker_threads';
import { RoaringBitmap32 } from '../bitmap.ts';
import { SegmentDamaged } from './errors.ts';
import { mergeToFile } from './merge.ts';
import type { MergeAnswer, MergeRequest } from './merge-in-worker.ts';
import { openSegmentFile } from './open.ts';

parentPort?.postMessage(answer(workerData as MergeRequest));

function answer({ inputs, folder, options, temporary }: MergeRequest): MergeAnswer {
  try {
    const opened = inputs.map(({ path, live }) => ({
      segment: openSegmentFile(path),
      live: RoaringBitmap32.deserialize(live, 'portable'),
    }));
    const merged = mergeToFile(opened, folder, options, temporary);
    for (const { segment } of opened) segment.close();
    return { merged };
  } catch (error) {
    if (!(error instanceof SegmentDamaged)) throw error;
    const { segment, section, offset, problem } = error;
    return { damage: { segment, section, offset, problem } };
  }
}
