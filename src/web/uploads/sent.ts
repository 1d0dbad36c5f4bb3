import { Readable } from 'node:stream';
import { UserError } from '../../errors/errors.ts';
import type { Content } from '../../files/content.ts';
import { receive } from '../../files/receive.ts';
import { marcErrors } from '../../marc/errors.ts';
import { hasInstructions } from '../../marc/instructions.ts';
import type { ReadResult } from '../../marc/raw.ts';
import { readRecords } from '../../marc/readers/read.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import { uploadErrors } from './errors.ts';

/** What is written at once, while the sender waits; more is a job. */
export const atOnce = { records: 100, bytes: 2_000_000 } as const;

export type Sent =
  | { readonly kind: 'few'; readonly records: readonly ReadResult[]; readonly bytes: Buffer }
  /** Its bytes are in the file store. */
  | { readonly kind: 'many'; readonly content: Content };

/** A body as it comes: bytes, or a stream of them. Throws a UserError for what no reader knows. */
export async function readSent(
  body: unknown,
  {
    files,
    limit,
    recordLimit,
    known,
  }: {
    readonly files: WebFiles | undefined;
    readonly limit: number;
    readonly recordLimit: number | undefined;
    /** The body is in the file store already. */
    readonly known?: Content | undefined;
  },
): Promise<Sent> {
  const input = body instanceof Readable ? body : Readable.from(Buffer.isBuffer(body) ? [body] : []);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let ended = false;
  while (bytes <= atOnce.bytes) {
    const { done, value } = await stream.next();
    if (done === true) {
      ended = true;
      break;
    }
    chunks.push(value);
    bytes += value.length;
  }
  const start = Buffer.concat(chunks);
  if (ended) {
    if (bytes === 0) throw new UserError(uploadErrors.empty);
    const records = await fewRecords(start, recordLimit);
    // What is to be fetched would keep the sender waiting, and a transaction open.
    const brings = records?.some((one) => one.kind === 'record' && hasInstructions(one.record));
    if (records !== undefined && brings === true && files === undefined) throw new UserError(uploadErrors.noStore);
    if (records !== undefined && brings !== true) return { kind: 'few', records, bytes: start };
  } else if (known !== undefined) input.destroy();
  if (known !== undefined) return { kind: 'many', content: known };
  if (files === undefined) throw new UserError(uploadErrors.tooMany, atOnce);
  return { kind: 'many', content: await receive(files.store, restOf(start, ended ? undefined : stream), limit) };
}

async function* restOf(start: Buffer, stream: AsyncIterator<Buffer> | undefined): AsyncGenerator<Buffer> {
  yield start;
  for (;;) {
    const next = await stream?.next();
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** Undefined: they are too many to be written at once. */
async function fewRecords(bytes: Buffer, recordLimit: number | undefined): Promise<readonly ReadResult[] | undefined> {
  const records: ReadResult[] = [];
  try {
    for await (const batch of readRecords(Readable.from([bytes]), { recordLimit })) {
      records.push(...batch);
      if (records.length > atOnce.records) return undefined;
    }
  } catch (error) {
    if (error instanceof UserError && error.code === marcErrors.empty.code) throw new UserError(uploadErrors.empty);
    throw error;
  }
  if (records.length === 0) throw new UserError(uploadErrors.empty);
  return records;
}
