import { createGunzip, type Gunzip } from 'node:zlib';
import { marcErrors } from '../errors.ts';
import { RecordProblem } from '../problem.ts';
import { isGzip } from './detect.ts';

/** Compressed bytes given to zlib at once: they can become a thousand times as many. */
const sliceBytes = 16 * 1024;

/**
 * The input, decompressed if it is gzip. Throws RecordProblem where compressed data are damaged,
 * after all that could be read.
 */
export async function* plainInput(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let decompress: ((chunk: Uint8Array | undefined) => AsyncGenerator<Uint8Array>) | undefined;
  let first = true;
  for await (const chunk of joinedStart(input)) {
    if (first && isGzip(chunk)) decompress = decompressor();
    first = false;
    if (decompress === undefined) yield chunk;
    else yield* decompress(chunk);
  }
  if (decompress !== undefined) yield* decompress(undefined);
}

/** The same chunks, with at least two bytes in the first, which is what it takes to know gzip. */
async function* joinedStart(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of input) {
    if (start === undefined) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length < 2) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined && start.length > 0) yield start;
}

/**
 * Takes compressed chunks, undefined for the end; zlib's own stream interface would throw away what
 * it read before an error.
 */
function decompressor(): (chunk: Uint8Array | undefined) => AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const ready: Buffer[] = [];
  let failure: Error | undefined;
  gunzip.on('data', (data: Buffer) => ready.push(data));
  gunzip.on('error', (error) => {
    failure = error;
  });
  return async function* decompress(chunk) {
    const slices = chunk === undefined ? [undefined] : slicesOf(chunk);
    for (const slice of slices) {
      await write(gunzip, slice);
      yield* ready.splice(0);
      if (failure !== undefined) throw new RecordProblem(marcErrors.gzip, { reason: failure.message });
    }
  };
}

/** Resolves when zlib is done with the bytes, or has failed (its callbacks do not come then). */
async function write(gunzip: Gunzip, slice: Uint8Array | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      gunzip.off('close', done);
      resolve();
    };
    gunzip.on('close', done);
    if (slice === undefined) gunzip.end();
    else gunzip.write(slice, done);
  });
}

function slicesOf(chunk: Uint8Array): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; at += sliceBytes) slices.push(chunk.subarray(at, at + sliceBytes));
  return slices;
}
