import type { Content } from '../../files/content.ts';
import { type Manifest as LiveIndex, readManifest } from '../../index/manifest.ts';
import { fetchBlocks, type SegmentRow, segmentRows } from '../../index/segment-store.ts';
import type { Transaction } from '../../store/database.ts';
import { placedContent } from './contents.ts';
import type { Manifest, SetFile } from './manifest.ts';
import type { Place } from './place.ts';
import { readSetFile } from './set-file.ts';
import { writeCompressed, writePlain } from './write-file.ts';

/**
 * The index of a snapshot, where it is wanted in a dump. Segments never change and are named by
 * their SHA-256, so they are kept as documents are: once for all sets.
 */

export const indexFile = 'index.json';
export const deltasFile = 'index/delta.copy.zst';
/** What of a row is kept: its number is given again. */
export const deltaColumns = 'record_id, revision, data';

/** As it was in force. */
export interface KeptIndex extends Pick<LiveIndex, 'versions' | 'kept'> {
  /** The oldest first. */
  readonly segments: readonly SegmentRow[];
}

export interface IndexKept {
  readonly files: readonly SetFile[];
  /** What the place did not have yet. */
  readonly copied: readonly Content[];
}

/** In the transaction of the snapshot: who merges segments removes them meanwhile. */
export async function keepIndex(
  transaction: Transaction,
  place: Place,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<IndexKept> {
  const { segments: ids, versions, kept } = await readManifest(transaction);
  const rows = new Map((await segmentRows(transaction, ids)).map((row) => [row.id, row]));
  const segments = ids.flatMap((id) => rows.get(id) ?? []);
  const copied: Content[] = [];
  for (const { id, bytes } of segments) {
    signal?.throwIfAborted();
    if ((await place.size(placedContent(id))) === bytes) continue;
    await writePlain(place, placedContent(id), fetchBlocks(transaction, id));
    copied.push({ digest: id, bytes });
  }
  const list: KeptIndex = { versions, kept, segments };
  async function* bytesOfList(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${JSON.stringify(list)}\n`);
  }
  const deltas = transaction.copyOut(`COPY delta (${deltaColumns}) TO STDOUT (FORMAT binary)`);
  const { raw: _, ...packed } = await writeCompressed(place, `${folder}/${deltasFile}`, deltas, { signal });
  return {
    copied,
    files: [
      { path: indexFile, ...(await writePlain(place, `${folder}/${indexFile}`, bytesOfList())) },
      { path: deltasFile, ...packed },
    ],
  };
}

/** Undefined: the set has none. Throws `damaged`. */
export async function readIndex(
  place: Place,
  manifest: Pick<Manifest, 'set' | 'files'>,
): Promise<KeptIndex | undefined> {
  const bytes = await readSetFile(place, manifest, indexFile);
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as KeptIndex);
}

/** Segments that a set names, as the place has them. */
export async function segmentsOf(place: Place, manifest: Manifest): Promise<readonly Content[]> {
  const segments = (await readIndex(place, manifest))?.segments ?? [];
  return segments.map(({ id, bytes }) => ({ digest: id, bytes }));
}
