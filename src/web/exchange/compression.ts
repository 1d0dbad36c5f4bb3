import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { visitorOf } from './visitor.ts';

const withBrotli = promisify(brotliCompress);
const withGzip = promisify(gzip);

/** Below this many bytes the time is worth more than the bytes. */
const smallest = 2000;

/** A search page of 40 kB: 1 ms of another thread, and a seventh is sent. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 } };
const gzipOptions = { level: 4 };

/**
 * Pages are compressed where the client can read that. Those of people who are signed in are not: a
 * secret of a form beside text that an address brings could be guessed by the length of the answer
 * (BREACH). Tags of pages are weak, so one tag stands for all codings.
 */
export function compressPages(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (!type.startsWith('text/html') || typeof payload !== 'string') return payload;
    if (reply.hasHeader('content-encoding') || isShort(payload)) return payload;
    const vary = String(reply.getHeader('vary') ?? '');
    reply.header('vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
    const isPlain = request.method === 'HEAD' || hasSecrets(request);
    const coding = isPlain ? undefined : codingFor(request.headers['accept-encoding']);
    if (coding === undefined) return payload;
    reply.header('content-encoding', coding).removeHeader('content-length');
    return coding === 'br' ? withBrotli(payload, brotliOptions) : withGzip(payload, gzipOptions);
  });
}

/** Bytes are as many as characters at least, and to count those of a page takes a while. */
function isShort(payload: string): boolean {
  return payload.length < smallest && Buffer.byteLength(payload) < smallest;
}

function hasSecrets(request: FastifyRequest): boolean {
  const { signedIn, session } = visitorOf(request);
  return signedIn !== undefined || session !== undefined || /^\/(?:account|admin)(?:[/?]|$)/.test(request.url);
}

/** The best of ours for an Accept-Encoding header (RFC 9110, 12.5.3); undefined is none. */
export function codingFor(header: string | undefined): 'br' | 'gzip' | undefined {
  const wishes = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return [name.trim(), quality === undefined ? 1 : Number(quality)];
    }),
  );
  const wish = (name: string): number => wishes.get(name) ?? wishes.get('*') ?? 0;
  const [br, gz] = [wish('br'), wish('gzip')];
  if (br > 0 && br >= gz) return 'br';
  return gz > 0 ? 'gzip' : undefined;
}
