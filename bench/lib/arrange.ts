import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RoaringBitmap32 } from '../../src/index/bitmap.ts';
import { SnapshotBuilder } from '../../src/index/live.ts';
import { mergeToFile } from '../../src/index/segment/merge.ts';
import { openSegmentFile } from '../../src/index/segment/open.ts';
import type { StoredSegment } from '../../src/index/segment/stored-segment.ts';
import type { IndexSnapshot } from '../../src/index/snapshot.ts';

const smallSegments = 20;
const smallRecords = 1000;

/**
 * The same records as one large and twenty small segments (1,000 records each, or a fortieth of a
 * small library), which is what a busy library looks like between merges.
 */
export function arrange(snapshot: IndexSnapshot, folder: string): IndexSnapshot {
  mkdirSync(folder, { recursive: true });
  const last = snapshot.segments.reduce((most, { segment }) => Math.max(most, segment.ids.at(-1) ?? 0), 0);
  const size = Math.min(smallRecords, Math.floor(last / (2 * smallSegments)));
  const large = last - size * smallSegments;
  const segments: StoredSegment[] = [part(snapshot, 0, large, folder)];
  for (let from = large; from < last; from += size) segments.push(part(snapshot, from, from + size, folder));
  const { site, siteVersion } = snapshot;
  return new SnapshotBuilder().build({ version: `arranged ${snapshot.version}`, site, siteVersion, segments });
}

/** Records above `from` up to `to` in one segment. */
function part(snapshot: IndexSnapshot, from: number, to: number, folder: string): StoredSegment {
  const inputs = snapshot.segments.flatMap(({ segment, live }) => {
    const first = segment.ids.findIndex((id) => id > from);
    const end = segment.ids.findLastIndex((id) => id <= to) + 1;
    if (first < 0 || first >= end) return [];
    return [
      { segment: segment as StoredSegment, live: RoaringBitmap32.and(live, RoaringBitmap32.fromRange(first, end)) },
    ];
  });
  return openSegmentFile(mergeToFile(inputs, folder, { dropDeletions: true }).path);
}

/** Where a benchmark may put segments of its own. */
export function arrangedFolder(data: string): string {
  return join(data, 'bench-segments');
}
