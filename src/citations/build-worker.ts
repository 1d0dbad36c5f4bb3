import { parentPort, workerData } from 'node:worker_threads';
import { newestVersions } from '../index/live.ts';
import { SegmentDamaged } from '../index/segment/errors.ts';
import { openSegmentFile } from '../index/segment/open.ts';
import { buildGraph } from './build.ts';
import type { BuildAnswer, BuildRequest } from './build-in-worker.ts';
import { writeGraph } from './graph-file.ts';

parentPort?.postMessage(answer(workerData as BuildRequest));

function answer({ paths, segments, basis, path, temporary }: BuildRequest): BuildAnswer {
  try {
    const opened = paths.map(openSegmentFile);
    const newest = newestVersions(opened);
    const graph = buildGraph(opened.map((segment, place) => ({ segment, newest: newest[place]! })));
    for (const segment of opened) segment.close();
    writeGraph(path, temporary, graph, { basis, segments });
    return { done: true };
  } catch (error) {
    if (!(error instanceof SegmentDamaged)) throw error;
    const { segment, section, offset, problem } = error;
    return { damage: { segment, section, offset, problem } };
  }
}
