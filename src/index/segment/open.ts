import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SegmentDamaged } from './errors.ts';
import type { SegmentData } from './output.ts';
import { memoryBytes, openFile, type RawBytes, Source } from './source.ts';
import { StoredSegment } from './stored-segment.ts';

const extension = '.segment';

/** The file of a segment is named after its id. */
export function segmentFileName(id: string): string {
  return id + extension;
}

/**
 * Opens ID.segment. Reads its footer only; every other byte is checked when it is first read.
 * Throws SegmentDamaged, REPERIO_SEGMENT_VERSION, or what the file system says.
 */
export function openSegmentFile(path: string): StoredSegment {
  return open(basename(path, extension), openFile(path), path);
}

/** The same over bytes in memory, which must not change. */
export function memorySegment(data: SegmentData): StoredSegment {
  return open(data.id, memoryBytes(data.bytes));
}

function open(id: string, raw: RawBytes, file?: string): StoredSegment {
  try {
    return new StoredSegment(new Source(id, raw), file);
  } catch (error) {
    raw.close();
    throw error;
  }
}

/**
 * Reads a whole segment file, compares every checksum and its id (its name). Lets others work in
 * between. Throws SegmentDamaged.
 */
export async function verifySegmentFile(path: string): Promise<void> {
  const id = basename(path, extension);
  const raw = openFile(path);
  try {
    const hash = createHash('sha256');
    for (const piece of new Source(id, raw).checkAll()) {
      hash.update(piece);
      await setImmediate();
    }
    const found = hash.digest('hex');
    if (found !== id) throw new SegmentDamaged(id, 'footer', raw.length, `the content is that of segment ${found}`);
  } finally {
    raw.close();
  }
}
