import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { SiteVersion } from '../site/versions.ts';
import { CopyRows } from '../store/copy-rows.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { giveToFolderOwner, makeOwnedFolder, placeFile } from '../store/folder-owner.ts';
import { segmentErrors } from './segment/errors.ts';
import type { MergedSegment } from './segment/merge.ts';
import { segmentFileName } from './segment/open.ts';
import type { SegmentData } from './segment/output.ts';
import { writeAll } from './segment/spill.ts';

/** Segments in the database: rows of blocks, each with the SHA-256 of its bytes. */
const blockBytes = 1024 * 1024;
/** Blocks fetched by one statement; the driver holds them twice. */
const blocksAtOnce = 8;

/** By what a segment is made. */
export interface SegmentOrigin {
  /** Of the site file, and of the analysis. */
  readonly indexDigest: string;
  readonly analysis: number;
}

export interface SegmentRow extends SegmentOrigin {
  readonly id: string;
  readonly records: number;
  readonly bytes: number;
}

/** A segment to be stored, block by block. */
export interface SegmentBytes {
  readonly id: string;
  readonly records: number;
  readonly bytes: number;
  readonly blocks: Iterable<Buffer>;
}

export function bytesInMemory({ id, records, bytes }: SegmentData): SegmentBytes {
  const count = Math.ceil(bytes.length / blockBytes);
  const blocks = Array.from({ length: count }, (_, number) =>
    bytes.subarray(number * blockBytes, (number + 1) * blockBytes),
  );
  return { id, records, bytes: bytes.length, blocks };
}

/** Reads the file while it is stored. */
export function bytesInFile({ id, records, bytes, path }: MergedSegment): SegmentBytes {
  return { id, records, bytes, blocks: blocksOfFile(path) };
}

function* blocksOfFile(path: string): Generator<Buffer, void, void> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(blockBytes);
      let length = 0;
      for (let read = -1; read !== 0 && length < blockBytes; length += read)
        read = readSync(file, block, length, blockBytes - length, null);
      if (length > 0) yield block.subarray(0, length);
      if (length < blockBytes) return;
    }
  } finally {
    closeSync(file);
  }
}

/** What is made by a site in force. */
export function originOf({ site, indexDigest }: Pick<SiteVersion, 'site' | 'indexDigest'>): SegmentOrigin {
  return { indexDigest, analysis: site.indexed.analysis };
}

/**
 * Stores a segment in the caller's transaction. A segment that is there already, under the same id,
 * is the same.
 */
export async function storeSegment(
  transaction: Transaction,
  segment: SegmentBytes,
  { indexDigest, analysis }: SegmentOrigin,
): Promise<boolean> {
  const { id, records, bytes } = segment;
  const blocks = Math.ceil(bytes / blockBytes);
  const isNew = await insertSegmentRow(transaction, { id, records, bytes, indexDigest, analysis }, blocks);
  if (isNew) await copyBlocks(transaction, segment);
  return isNew;
}

/** Puts the right bytes in the place of damaged ones. */
export async function storeAgain(transaction: Transaction, segment: SegmentBytes): Promise<void> {
  await transaction.query(sql`DELETE FROM segment_block WHERE segment_id = ${segment.id}`);
  await copyBlocks(transaction, segment);
}

async function copyBlocks(transaction: Transaction, { id, blocks }: SegmentBytes): Promise<void> {
  const stream = transaction.copyIn(
    'COPY segment_block (segment_id, number, checksum, data) FROM STDIN (FORMAT binary)',
  );
  const rows = new CopyRows();
  let number = 0;
  for (const block of blocks) {
    rows.row(4);
    rows.text(id);
    rows.integer(number++);
    rows.bytes(createHash('sha256').update(block).digest());
    rows.bytes(block);
    await rows.flush(stream);
  }
  await rows.end(stream);
}

/**
 * False when the segment is stored already; then it counts as new again, so that nobody sweeps it
 * away before it is published.
 */
async function insertSegmentRow(transaction: Queryable, row: SegmentRow, blocks: number): Promise<boolean> {
  const [made] = await transaction.query<{ made: boolean }>(sql`
    INSERT INTO segment (id, records, bytes, blocks, index_digest, analysis)
    VALUES (${row.id}, ${row.records}, ${row.bytes}, ${blocks}, ${row.indexDigest}, ${row.analysis})
    ON CONFLICT (id) DO UPDATE SET created = now(), index_digest = excluded.index_digest
    RETURNING xmax = 0 AS made`);
  return made?.made === true;
}

/** Writes ID.segment whole or not at all; several processes may do it at once. */
export function writeSegmentFile(folder: string, { id, bytes }: SegmentData): string {
  makeOwnedFolder(folder);
  const path = join(folder, segmentFileName(id));
  const part = partName(path);
  const file = openSync(part, 'wx', 0o400);
  try {
    writeAll(file, bytes);
    placeFile(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return path;
}

/**
 * Copies a stored segment to ID.segment, block by block. Throws StoredBlockDamaged when what is
 * stored is damaged; nothing is left behind then.
 */
export async function fetchSegmentFile(database: Queryable, folder: string, id: string): Promise<string> {
  makeOwnedFolder(folder);
  const path = join(folder, segmentFileName(id));
  const part = partName(path);
  const hash = createHash('sha256');
  const file = await open(part, 'wx', 0o400);
  try {
    let number = 0;
    for await (const block of fetchBlocks(database, id)) {
      hash.update(block);
      await file.writeFile(block);
      number++;
    }
    if (hash.digest('hex') !== id)
      throw new StoredBlockDamaged(id, number - 1, 'all blocks together are not the segment');
    giveToFolderOwner(part);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

function partName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
}

export async function segmentRows(database: Queryable, ids: readonly string[]): Promise<readonly SegmentRow[]> {
  return await database.query<SegmentRow>(sql`
    SELECT id, records, bytes, index_digest AS "indexDigest", analysis FROM segment WHERE id = ANY (${ids}::text[])`);
}

/**
 * The blocks of a stored segment, checked, in order. Throws StoredBlockDamaged naming the first one
 * that is missing or not what was stored.
 */
export async function* fetchBlocks(database: Queryable, id: string): AsyncGenerator<Buffer, void, void> {
  const [row] = await database.query<{ blocks: number }>(sql`SELECT blocks FROM segment WHERE id = ${id}`);
  const blocks = row?.blocks ?? 0;
  if (blocks === 0) throw new StoredBlockDamaged(id, 0, 'the segment is not stored');
  for (let from = 0; from < blocks; from += blocksAtOnce) {
    const rows = await database.query<{
      readonly number: number;
      readonly checksum: Buffer;
      readonly data: Buffer;
    }>(sql`
      SELECT number, checksum, data FROM segment_block
      WHERE segment_id = ${id} AND number >= ${from} AND number < ${from + blocksAtOnce} ORDER BY number`);
    for (let number = from; number < Math.min(from + blocksAtOnce, blocks); number++) {
      const block = rows[number - from];
      if (block?.number !== number) throw new StoredBlockDamaged(id, number, 'it is missing');
      if (!createHash('sha256').update(block.data).digest().equals(block.checksum))
        throw new StoredBlockDamaged(id, number, 'its checksum is wrong');
      yield block.data;
    }
  }
}

/**
 * A stored block is missing or not what was written: the segment must be made anew from the
 * records.
 */
export class StoredBlockDamaged extends UserError {
  readonly segment: string;
  readonly block: number;
  constructor(segment: string, block: number, problem: string) {
    super(segmentErrors.block, { segment, block, problem });
    this.segment = segment;
    this.block = block;
  }
}
