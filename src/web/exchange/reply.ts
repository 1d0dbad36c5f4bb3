import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personKey } from '../../people/person.ts';
import type { WebEnvironment } from './environment.ts';
import type { Exchange } from './exchange.ts';

const htmlType = 'text/html; charset=utf-8';

/** What decides how a page looks beside its address: the index, the site, the language, the theme, the code, the name of the host and the person. */
export function entityTag({ snapshot, page, person }: Exchange, environment: WebEnvironment, format = 'html'): string {
  const parts = [
    snapshot.version,
    snapshot.siteVersion,
    page.tr.language,
    page.theme ?? '',
    page.baseUrl,
    page.address,
    environment.edition,
    page.banners.join('\n'),
    personKey(person),
    // A form is good for its session only.
    page.formToken ?? '',
    format,
  ];
  return `W/"${createHash('sha1').update(parts.join('\n')).digest('base64url')}"`;
}

const ownCookies = new Set(['ln', 'theme']);

/**
 * How long whoever is between us and the reader may keep an answer: a short while when a guest asks, whose cookies are choices of language and
 * colours at most; nobody else's answer may be kept by others at all.
 */
export function caching({ person }: Exchange, { sharedCache }: WebEnvironment, request: FastifyRequest): string {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.split('=')[0]!.trim());
  const isGuest =
    person.name === undefined &&
    request.headers.authorization === undefined &&
    cookies.every((name) => name === '' || ownCookies.has(name));
  if (!isGuest) return mustAsk;
  return sharedCache === 0 ? 'no-cache' : `public, max-age=${sharedCache}, stale-while-revalidate=${3 * sharedCache}`;
}

const mustAsk = 'private, no-cache';

/** Answers 304 when the client has this already, before any work. Answers differ by cookie and language. */
export function notModified(
  request: FastifyRequest,
  reply: FastifyReply,
  tag: string,
  cacheControl = mustAsk,
): boolean {
  reply
    .header('etag', tag)
    .header('cache-control', cacheControl)
    .header('vary', 'Accept, Accept-Language, Cookie, Authorization');
  const held = request.headers['if-none-match'];
  if (held === undefined || !held.split(',').some((one) => one.trim() === tag || one.trim() === '*')) return false;
  reply.code(304).send();
  return true;
}

export function sendHtml(reply: FastifyReply, exchange: Exchange, text: string, status = 200): FastifyReply {
  return reply.code(status).header('server-timing', exchange.timing.header()).type(htmlType).send(text);
}
