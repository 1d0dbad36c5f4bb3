import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { nameOf, segmentBytes, type WalFile, walFiles } from './archive.ts';
import { backupErrors } from './errors.ts';
import type { BaseFacts } from './manifest.ts';
import type { Place } from './place.ts';
import { connectReplication, type Raw, refusal } from './replication.ts';

export interface ReceiveOptions {
  readonly database: Queryable;
  readonly url: string;
  readonly place: Place;
  /** Of which the log is wanted. */
  readonly base: BaseFacts;
  readonly signal?: AbortSignal | undefined;
}

/** What was committed this long before the log was asked for is in it. Milliseconds. */
const margin = 1_000;

/**
 * Fetches the log of a server that is not ours, from where the place has it to where it is now, by
 * the replication protocol. No slot: the server keeps for us what it keeps anyway, and does not
 * fill its disk while we are away. Resolves to the time up to which everything is in the place.
 * Throws `logGone` when the server has removed what is needed: a new base is.
 */
export async function receiveLog(options: ReceiveOptions): Promise<Date> {
  const { database, url, place, base, signal } = options;
  const [clock] = await database.query<{ now: Date }>(sql`SELECT clock_timestamp() AS now`);
  const until = new Date(clock!.now.getTime() - margin);
  const { client, raw } = await connectReplication(url);
  const stop = (): void => raw.stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const { rows } = await client.query<{ systemid: string; timeline: number; xlogpos: string }>('IDENTIFY_SYSTEM');
    const { systemid, timeline, xlogpos } = rows[0]!;
    const gone = (reason: string): UserError => new UserError(backupErrors.logGone, { reason });
    if (systemid !== base.system) throw gone('it is another server');
    if (Number(timeline) !== base.timeline) throw gone('another server has become the primary');
    await requireUsualSegments(client);
    const own = (await walFiles(place)).filter(
      (file) => file.system === base.system && file.timeline === base.timeline,
    );
    const first = nextNumber(own, base);
    const from = BigInt(first) * BigInt(segmentBytes);
    const to = positionOf(xlogpos);
    if (to <= from) await written(place, base, first, [], until);
    else {
      const begun = client.query(`START_REPLICATION PHYSICAL ${positionText(from)} TIMELINE ${base.timeline}`);
      const bytes = copied(raw, from, to);
      const wrote = written(place, base, first, bytes, until);
      const failed = begun.then(
        () => wrote,
        (error: Error & { readonly code?: string }) => {
          bytes.destroy();
          throw error.code === '58P01' ? gone(error.message) : refusal(error);
        },
      );
      await Promise.race([wrote, failed]);
    }
    signal?.throwIfAborted();
    for (const { path, isPart, archived } of own) if (isPart && archived < until) await place.remove(path);
    return until;
  } finally {
    signal?.removeEventListener('abort', stop);
    raw.stream.destroy();
    await client.end().catch(() => undefined);
  }
}

async function requireUsualSegments(client: { query(text: string): Promise<{ rows: unknown[] }> }): Promise<void> {
  const { rows } = await client.query('SHOW wal_segment_size');
  const [row] = rows as readonly { readonly wal_segment_size: string }[];
  if (row?.wal_segment_size !== '16MB')
    throw new UserError(backupErrors.notContinuous, {
      problem: `the files of its log have ${row?.wal_segment_size}, not 16MB`,
      instead: 'Archive the log with the tools of that server.',
    });
}

/** The number of the first file that is not whole in the place. */
function nextNumber(own: readonly WalFile[], { segment }: BaseFacts): number {
  const whole = new Set(own.filter(({ isPart }) => !isPart).map(({ number }) => number));
  let number = Number.parseInt(segment.slice(8, 16), 16) * 256 + Number.parseInt(segment.slice(16, 24), 16);
  while (whole.has(number)) number++;
  return number;
}

/** Of XLogData: the letter, where it begins, where the log ends now, a time. */
const headBytes = 25;
const w = 'w'.charCodeAt(0);
const replyEvery = 1_000;

/** The bytes of the log from one position to at least another. */
function copied(raw: Raw, from: bigint, to: bigint): PassThrough {
  const bytes = new PassThrough({ highWaterMark: 4 * 1024 * 1024 });
  let at = from;
  // The server takes who is silent for dead.
  const replies = setInterval(() => raw.sendCopyFromChunk(statusOf(at)), replyEvery);
  const end = (error?: Error): void => {
    clearInterval(replies);
    if (error === undefined) bytes.end();
    else bytes.destroy(error);
  };
  bytes.on('drain', () => raw.stream.resume());
  bytes.on('close', () => clearInterval(replies));
  raw.once('end', () => end(at >= to ? undefined : new Error('The server has ended the connection.')));
  raw.on('copyData', ({ chunk }: { readonly chunk: Buffer }) => {
    if (chunk[0] !== w || at >= to) return;
    const begins = chunk.readBigUInt64BE(1);
    if (begins !== at)
      return end(new Error(`The server sent ${positionText(begins)} of its log, not ${positionText(at)}.`));
    // The chunk is a part of the connection's buffer, which is used again.
    const more = Buffer.from(chunk.subarray(headBytes));
    at += BigInt(more.length);
    if (!bytes.write(more)) raw.stream.pause();
    if (at >= to) end();
  });
  return bytes;
}

/** Nothing is said to be safe: who says so may be waited for by commits. */
function statusOf(at: bigint): Buffer {
  const message = Buffer.alloc(34);
  message.write('r');
  message.writeBigUInt64BE(at, 1);
  return message;
}

const compress = promisify(gzip);

/** In files as the server has them; the last one, which is not full, by the time. */
async function written(
  place: Place,
  { system, timeline }: BaseFacts,
  first: number,
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
  until: Date,
): Promise<void> {
  let number = first;
  let filled = 0;
  let segment = Buffer.alloc(segmentBytes);
  const keep = async (ending: string): Promise<void> => {
    const packed = await compress(segment, { level: 6 });
    await place.write(`wal/${system}/${nameOf(timeline, number)}${ending}.gz`, one(packed));
  };
  for await (const chunk of bytes)
    for (let done = 0; done < chunk.length; ) {
      const length = Math.min(chunk.length - done, segmentBytes - filled);
      chunk.copy(segment, filled, done, done + length);
      filled += length;
      done += length;
      if (filled < segmentBytes) continue;
      await keep('');
      number++;
      filled = 0;
      segment = Buffer.alloc(segmentBytes);
    }
  // Also when there is nothing in it: its name says up to when that is all.
  await keep(`.until-${until.getTime()}`);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function positionOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function positionText(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase();
}
