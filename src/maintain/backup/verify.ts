import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Content } from '../../files/content.ts';
import { gapText, logAfter, segmentBytes, walFiles } from './archive.ts';
import { Damage, type Hashed, verified } from './blocks.ts';
import { contentsFile, inTurns, placedContent, readContentsList } from './contents.ts';
import { indexFile, segmentsOf } from './kept-index.ts';
import { type Manifest, readManifest } from './manifest.ts';
import type { Place } from './place.ts';

/** Something of a backup that is not as it was written. */
export interface Finding {
  /** Undefined: of a document, which several sets share. */
  readonly set: string | undefined;
  readonly file: string;
  /** In bytes: where the damaged block begins. */
  readonly offset: number;
  readonly problem: string;
}

export interface Verified {
  readonly sets: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly documents: number;
  readonly findings: readonly Finding[];
}

export interface VerifyOptions {
  readonly place: Place;
  readonly sets: readonly string[];
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Reads all of these sets and the documents that they name, and compares every byte. */
export async function verifySets(options: VerifyOptions): Promise<Verified> {
  const { place, sets, onBytes, signal } = options;
  const findings: Finding[] = [];
  const documents = new Map<string, Content>();
  let files = 0;
  let bytes = 0;
  const count = (more: number): void => {
    signal?.throwIfAborted();
    bytes += more;
    onBytes?.(more);
  };
  for (const set of sets) {
    let manifest: Manifest;
    try {
      manifest = await readManifest(place, set);
    } catch (error) {
      findings.push({ set, file: 'manifest.json', offset: 0, problem: (error as Error).message });
      continue;
    }
    let listed = true;
    for (const file of manifest.files) {
      files++;
      const found = await readThrough(place, `sets/${set}/${file.path}`, file, count);
      if (found === undefined) continue;
      findings.push({ set, file: file.path, ...found });
      if (file.path === contentsFile || file.path === indexFile) listed = false;
    }
    if (listed)
      for (const content of [...(await readContentsList(place, manifest)), ...(await segmentsOf(place, manifest))])
        documents.set(content.digest, content);
    for (const digest of manifest.lost) documents.delete(digest);
  }
  await inTurns([...documents.values()], async ({ digest, bytes: length }) => {
    const path = placedContent(digest);
    const found = await readThrough(place, path, { bytes: length, sha256: digest, blocks: [] }, count);
    if (found !== undefined) findings.push({ set: undefined, file: path, ...found });
  });
  return { sets, files, bytes, documents: documents.size, findings };
}

/** Each file of the archived log, and that none is missing after a base. */
export async function verifyLog(
  { place, onBytes, signal }: Omit<VerifyOptions, 'sets'>,
  manifests: readonly Manifest[],
): Promise<{ readonly files: number; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const files = await walFiles(place);
  for (const { path: file } of files) {
    signal?.throwIfAborted();
    let offset = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        offset += chunk.length;
        onBytes?.(chunk.length);
        yield chunk;
      }
    };
    // Compressed files have a sum of their own.
    await pipeline(await place.read(file), counted, createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      let bytes = 0;
      for await (const chunk of chunks) bytes += chunk.length;
      if (bytes !== segmentBytes) throw new Error(`it has ${bytes} bytes, not ${segmentBytes}`);
    }).catch((error: Error) => findings.push({ set: undefined, file, offset, problem: error.message }));
  }
  for (const manifest of manifests) {
    const { gap } = logAfter(files, manifest);
    if (gap === undefined) continue;
    findings.push({
      set: manifest.set,
      file: `wal/${manifest.base!.system}/${gapText(gap)}`,
      offset: 0,
      problem: 'it is missing',
    });
  }
  return { files: files.length, findings };
}

/** Undefined: it is as it was written. */
export async function readThrough(
  place: Place,
  path: string,
  hashed: Hashed,
  count: (bytes: number) => void,
): Promise<{ readonly offset: number; readonly problem: string } | undefined> {
  try {
    for await (const chunk of verified(await place.read(path), hashed)) count(chunk.length);
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return { offset: error.offset, problem: error.message };
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { offset: 0, problem: 'it is missing' };
    if (ofThisFile.includes(code)) return { offset: 0, problem: `it cannot be read: ${(error as Error).message}` };
    throw error;
  }
}

const ofThisFile: readonly unknown[] = ['EIO', 'EACCES', 'EPERM', 'EISDIR', 'EBADMSG'];
