import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { tellFirstRelease } from '../../index/manifest.ts';
import { segmentFileName } from '../../index/segment/open.ts';
import { bytesInFile, storeSegment } from '../../index/segment-store.ts';
import { indexFolderOf } from '../../library/index-folder.ts';
import { knownPair } from '../../site/index-versions.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { giveToFolderOwner, makeOwnedFolder } from '../../store/folder-owner.ts';
import { Damage, verified } from '../backup/blocks.ts';
import { placedContent } from '../backup/contents.ts';
import { backupErrors } from '../backup/errors.ts';
import { deltaColumns, deltasFile, readIndex } from '../backup/kept-index.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import type { LoadWatch } from './load-tables.ts';

interface IndexBack {
  readonly place: Place;
  readonly manifest: Manifest;
  readonly settings: Settings;
  readonly watch?: LoadWatch;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings back the index that a dump has, if it has one that this release can read. False: it is to
 * be made anew, also where something of it is missing or damaged.
 */
export async function indexBack(
  { place, manifest, settings, signal, watch }: IndexBack,
  database: Database,
): Promise<boolean> {
  const index = await readIndex(place, manifest).catch((error: unknown) => {
    if (error instanceof UserError && error.code === backupErrors.damaged.code) return undefined;
    throw error;
  });
  if (index === undefined || knownPair(index.versions) === undefined) return false;
  const folder = indexFolderOf(settings);
  try {
    await database.transaction(
      async (transaction) => {
        for (const { id, records, bytes, indexDigest, analysis } of index.segments) {
          signal?.throwIfAborted();
          // Where the node has its copy anyway.
          const path = await fetchSegment(place, folder, id);
          await storeSegment(transaction, bytesInFile({ id, records, bytes, path }), { indexDigest, analysis });
          watch?.onBytes?.(bytes);
        }
        await deltasBack(transaction, place, manifest);
        const { analysis, format } = index.versions;
        await transaction.query(sql`
          UPDATE manifest SET version = version + 1, segments = ${index.segments.map(({ id }) => id)}::text[],
            kept = ${index.kept}, analysis = ${analysis}, format = ${format}`);
        await tellFirstRelease(transaction, index.versions);
      },
      { timeout: 0 },
    );
    return true;
  } catch (error) {
    if (error instanceof Damage || isMissing(error)) return false;
    throw error;
  }
}

/** ID.segment, whole or not at all. Throws Damage. */
async function fetchSegment(place: Place, folder: string, id: string): Promise<string> {
  makeOwnedFolder(folder);
  const path = join(folder, segmentFileName(id));
  const part = `${path}.${process.pid}.part`;
  const hash = createHash('sha256');
  async function* hashed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(await place.read(placedContent(id)), hashed, createWriteStream(part, { mode: 0o400 }));
    if (hash.digest('hex') !== id) throw new Damage(0, 'its bytes are not those that were written');
    giveToFolderOwner(part);
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function deltasBack(transaction: Transaction, place: Place, { set, files }: Manifest): Promise<void> {
  const file = files.find(({ path }) => path === deltasFile);
  if (file === undefined) return;
  const source = Readable.from(verified(await place.read(`sets/${set}/${deltasFile}`), file), { objectMode: false });
  const rows = transaction.copyIn(`COPY delta (${deltaColumns}) FROM STDIN (FORMAT binary)`);
  await pipeline(source, createZstdDecompress(), rows);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
