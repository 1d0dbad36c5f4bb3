import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentPath } from '../../files/content.ts';
import type { DocumentFile } from '../../files/documents.ts';
import { disposition, mediaType } from '../../files/names.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import { filePolicy } from '../http/security-headers.ts';
import { rangeOf } from './range.ts';

/** Sends a file that this person may have, or has it sent. */
export async function deliver(
  exchange: Exchange,
  { store, delivery, accelPrefix }: WebFiles,
  file: DocumentFile,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const { digest, bytes, format, added } = file;
  const type = mediaType(format);
  const tag = `"${digest}"`;
  reply
    .headers(cachingOf(exchange, file, tag))
    .header('content-disposition', disposition(file))
    .header('content-security-policy', filePolicy)
    .type(type);
  if (isHeld(request, tag, added)) return reply.code(304).send();
  if (delivery === 'redirect') {
    const address = await store.address(digest, { type, disposition: disposition(file) });
    if (address !== undefined)
      return reply.removeHeader('etag').header('cache-control', 'private, no-store').redirect(address, 302);
  }
  const path = store.path(digest);
  if (delivery === 'x-sendfile' && path !== undefined) return reply.header('x-sendfile', path).send('');
  if (delivery === 'x-accel' && path !== undefined)
    return reply.header('x-accel-redirect', accelPrefix + contentPath(digest)).send('');
  reply.header('accept-ranges', 'bytes');
  const range = isFresh(request, tag, added) ? rangeOf(request.headers.range, bytes) : undefined;
  if (range === 'none') return reply.code(416).header('content-range', `bytes */${bytes}`).send('');
  if (range !== undefined)
    reply
      .code(206)
      .header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
      .header('content-length', String(range.end - range.start + 1));
  else reply.header('content-length', String(bytes));
  // Of a stream the whole would be read.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(await store.read(digest, range));
}

/**
 * Who may keep a document, or what is made of it, and how they ask whether it is still the same.
 */
export function cachingOf(
  { person }: Exchange,
  { status, added }: DocumentFile,
  tag: string,
): Readonly<Record<string, string>> {
  const isPublic = status === '' && person.name === undefined;
  return {
    etag: tag,
    'last-modified': added.toUTCString(),
    'cache-control': isPublic ? 'no-cache' : 'private, no-cache',
  };
}

export function isHeld({ headers }: FastifyRequest, tag: string, added: Date): boolean {
  const held = headers['if-none-match'];
  if (held !== undefined) return held.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim()));
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Math.floor(added.getTime() / 1000) * 1000 <= since;
}

/** If-Range: is the part that is asked for one of this very file? */
function isFresh({ headers }: FastifyRequest, tag: string, added: Date): boolean {
  const condition = headers['if-range'];
  return condition === undefined || condition === tag || condition === added.toUTCString();
}
