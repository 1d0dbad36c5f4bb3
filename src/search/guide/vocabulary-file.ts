import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { placeFile } from '../../store/folder-owner.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the thread that makes a vocabulary is told. */
export interface VocabularyRequest {
  readonly segment: string;
  readonly spaces: readonly string[];
  /** The file to be made, and the one it is written to before. */
  readonly path: string;
  readonly part: string;
}

/** A vocabulary takes seconds; after this long nobody is making it any more. ms. */
const abandoned = 600_000;
/** After a failure, or while another process makes it, ms. */
const askAgain = 5000;
/** Two segments' words fit in many times. */
const heapMegabytes = 512;
let threads = 0;
const mostThreads = 1;

/**
 * The vocabulary that is kept beside a segment's file. When there is none that is whole, a thread
 * begins to make it, unless one of this node does so already;
 * `later` is called when asking again may help.
 */
export function keptVocabulary(segment: string, spaces: readonly string[], later: () => void): Vocabulary | undefined {
  const path = vocabularyPath(segment, spaces);
  const kept = readVocabularyFile(path);
  if (kept !== undefined) return kept;
  const part = `${path}.part`;
  const again = () => void setTimeout(later, askAgain).unref();
  if (threads >= mostThreads || !begin(part)) {
    again();
    return undefined;
  }
  threads++;
  const workerData: VocabularyRequest = { segment, spaces, path, part };
  const worker = new Worker(new URL('./vocabulary-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  worker.unref();
  // The segment may be gone or damaged, or the thread ended with the process: then it has no words
  // for a while.
  worker.on('error', () => undefined);
  worker.on('exit', (code) => {
    threads--;
    if (code === 0) return later();
    rmSync(part, { force: true });
    again();
  });
  return undefined;
}

/** Beside ID.segment and swept with it. Which words it has depends on the term spaces. */
function vocabularyPath(segment: string, spaces: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(spaces)).digest('hex').slice(0, 12);
  return segment.replace(/\.segment$/, `.${digest}.words`);
}

/** False when somebody else has begun. */
function begin(part: string): boolean {
  const begun = statSync(part, { throwIfNoEntry: false });
  if (begun !== undefined && Date.now() - begun.mtimeMs > abandoned) rmSync(part, { force: true });
  try {
    closeSync(openSync(part, 'wx'));
    return true;
  } catch {
    return false;
  }
}

/** CRC-32 (4 bytes, little-endian), then the vocabulary as V8 serializes it. */
export function writeVocabularyFile({ path, part }: VocabularyRequest, vocabulary: Vocabulary): void {
  const bytes = serialize(vocabulary);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(bytes));
  writeFileSync(part, Buffer.concat([checksum, bytes]));
  placeFile(part, path);
}

function readVocabularyFile(path: string): Vocabulary | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) return undefined;
    return deserialize(bytes.subarray(4)) as Vocabulary;
  } catch {
    return undefined;
  }
}
