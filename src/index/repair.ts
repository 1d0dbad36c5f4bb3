import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { currentSite } from '../site/versions.ts';
import { takeLease } from '../store/lease.ts';
import type { IndexContext } from './context.ts';
import { segmentMaker, segmentsOf } from './make-segments.ts';
import { publish, readManifest } from './manifest.ts';
import { ensureFile } from './merging.ts';
import { requireKnown } from './require-known.ts';
import { SegmentDamaged } from './segment/errors.ts';
import { openSegmentFile, segmentFileName, verifySegmentFile } from './segment/open.ts';
import {
  bytesInFile,
  bytesInMemory,
  type SegmentBytes,
  StoredBlockDamaged,
  segmentRows,
  storeAgain,
  storeSegment,
  writeSegmentFile,
} from './segment-store.ts';
import { versionsOf } from './stored-records.ts';

/** What was done about a damaged stored segment. */
export type Repair = 'copied from the local file' | 'rebuilt from the records' | 'left: it is no longer in use';

/** Waits for the lease, then repairs: what a follower asks for when it meets a damaged block. */
export async function repairInTurn(context: IndexContext, id: string): Promise<Repair> {
  const lease = await takeLease(context.url, 'indexer', { label: 'repair', wait: true, signal: context.signal });
  try {
    return await repairSegment(context, id);
  } finally {
    await lease?.release();
  }
}

/**
 * Repairs a segment whose stored blocks are damaged: from the local file when that is whole, else
 * by indexing again every record whose newest version no other segment has. Needs the lease.
 */
export async function repairSegment(context: IndexContext, id: string): Promise<Repair> {
  const { database } = context;
  const { segments } = await readManifest(database);
  if (!segments.includes(id)) return 'left: it is no longer in use';
  const local = await wholeLocalFile(context, id);
  if (local !== undefined) {
    await database.transaction((transaction) => storeAgain(transaction, local), { timeout: 0 });
    return 'copied from the local file';
  }
  const missing = await notCovered(
    context,
    segments.filter((other) => other !== id),
  );
  await indexAgain(context, missing, id);
  return 'rebuilt from the records';
}

async function wholeLocalFile({ database, folder }: IndexContext, id: string): Promise<SegmentBytes | undefined> {
  const path = join(folder, segmentFileName(id));
  const [row] = await segmentRows(database, [id]);
  if (row === undefined) return undefined;
  try {
    await verifySegmentFile(path);
    return bytesInFile({ id, records: row.records, bytes: (await stat(path)).size, path });
  } catch (error) {
    if (error instanceof SegmentDamaged || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return undefined;
    throw error;
  }
}

/** The records whose newest version is in none of these segments. */
async function notCovered(context: IndexContext, segments: readonly string[]): Promise<readonly number[]> {
  const { database } = context;
  const [counter] = await database.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  const newest = new Uint32Array(counter!.last + 1);
  for (const id of segments) {
    const path = await fileOf(context, id);
    if (path === undefined) continue;
    const segment = openSegmentFile(path);
    const { ids, revisions } = segment;
    for (let ordinal = 0; ordinal < ids.length; ordinal++) {
      const record = ids[ordinal]!;
      if (revisions[ordinal]! > (newest[record] ?? 0)) newest[record] = revisions[ordinal]!;
    }
    segment.close();
  }
  const missing: number[] = [];
  for (let after = 0; ; ) {
    const rows = await database.query<{ readonly id: number; readonly revision: number }>(
      sql`SELECT id, revision FROM record WHERE id > ${after} ORDER BY id LIMIT 50000`,
    );
    for (const { id, revision } of rows) if (revision > (newest[id] ?? 0)) missing.push(id);
    const last = rows.at(-1);
    if (last === undefined) return missing;
    after = last.id;
  }
}

/** Undefined: it is damaged or missing as well, so it covers nothing. */
async function fileOf(context: IndexContext, id: string): Promise<string | undefined> {
  try {
    return await ensureFile(context, id);
  } catch (error) {
    if (error instanceof StoredBlockDamaged) return undefined;
    throw error;
  }
}

async function indexAgain(context: IndexContext, records: readonly number[], damaged: string): Promise<void> {
  const { database, folder } = context;
  const { analyzer, origin } = segmentMaker(requireKnown(await currentSite(database)));
  const made: string[] = [];
  for await (const data of segmentsOf(versionsOf(database, records), analyzer)) {
    writeSegmentFile(folder, data);
    await database.transaction(
      async (transaction) => {
        const isNew = await storeSegment(transaction, bytesInMemory(data), origin);
        if (!isNew && data.id === damaged) await storeAgain(transaction, bytesInMemory(data));
      },
      { timeout: 0 },
    );
    made.push(data.id);
  }
  // Also when the very same segment came out: followers that gave up on it are woken by the
  // publication.
  await database.transaction((transaction) => publish(transaction, { add: made, remove: [damaged] }));
}
