import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { type Content, type ContentStore, contentPath } from '../../files/content.ts';
import { fileErrors } from '../../files/errors.ts';
import type { Queryable } from '../../store/database.ts';
import type { Hashed } from './blocks.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';
import { readSetFile } from './set-file.ts';
import { writeCompressed, writePlain } from './write-file.ts';

/** Documents of all sets are kept once, under their digest. */

export const contentsFile = 'contents.zst';

/** How many documents are copied at once. */
const atOnce = 4;

export function placedContent(digest: string): string {
  return `content/${contentPath(digest)}`;
}

/** Every digest that a row names, in order. */
export async function contentsOf(database: Queryable): Promise<readonly Content[]> {
  return database.query<Content>(sql`
    SELECT encode(digest, 'hex') AS digest, max(bytes) AS bytes FROM (
      SELECT digest, bytes FROM file UNION ALL
      SELECT digest, job_file.bytes FROM job_file JOIN job ON job.id = job_id AND job.ended IS NULL) AS named
    GROUP BY digest ORDER BY digest`);
}

export async function writeContentsList(place: Place, folder: string, contents: readonly Content[]): Promise<Hashed> {
  async function* lines(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < contents.length; at += 10_000)
      yield Buffer.from(
        contents
          .slice(at, at + 10_000)
          .map(({ digest, bytes }) => `${digest} ${bytes}\n`)
          .join(''),
      );
  }
  const { raw: _, ...hashed } = await writeCompressed(place, `${folder}/${contentsFile}`, lines());
  return hashed;
}

/** Documents of a set. Throws `damaged`. */
export async function readContentsList(place: Place, manifest: Manifest): Promise<readonly Content[]> {
  const packed = await readSetFile(place, manifest, contentsFile);
  if (packed === undefined) return [];
  const stream = createZstdDecompress();
  stream.end(packed);
  return (await text(stream))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ digest: line.slice(0, 64), bytes: Number(line.slice(65)) }));
}

/** Those that the place does not have yet, or not whole. */
export async function missingContents(place: Place, contents: readonly Content[]): Promise<readonly Content[]> {
  const missing: Content[] = [];
  await inTurns(contents, async (content) => {
    if ((await place.size(placedContent(content.digest))) !== content.bytes) missing.push(content);
  });
  return missing;
}

export interface CopyWatch {
  readonly onCopied?: (content: Content) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies documents to the place, each compared with its digest. Resolves to those that the store
 * does not have, or has damaged: they are nowhere to be had.
 */
export async function copyContents(
  store: ContentStore,
  place: Place,
  contents: readonly Content[],
  { onCopied, signal }: CopyWatch,
): Promise<readonly string[]> {
  const lost: string[] = [];
  await inTurns(contents, async (content) => {
    signal?.throwIfAborted();
    const { digest } = content;
    try {
      await writePlain(place, placedContent(digest), compared(await store.read(digest), digest));
      onCopied?.(content);
    } catch (error) {
      if (!(error instanceof UserError) || !ofOne.includes(error.code)) throw error;
      lost.push(digest);
    }
  });
  return lost.sort();
}

const ofOne: readonly string[] = [fileErrors.lost.code, fileErrors.damaged.code, fileErrors.refused.code];

/** Throws `damaged` at the end, before anything is kept. */
async function* compared(chunks: AsyncIterable<Uint8Array>, digest: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== digest) throw new UserError(fileErrors.damaged, { name: digest.slice(0, 12), digest });
}

/** The first that fails ends it. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const one = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const item = items[next++]!;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one));
}
