import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personKey } from '../access/person.ts';
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
    personKey(person),
    // A form is good for its session only.
    page.formToken ?? '',
    format,
  ];
  return `W/"${createHash('sha1').update(parts.join('\n')).digest('base64url')}"`;
}

/**
 * Answers 304 when the client has this already, before any work. Pages differ by cookie and language, and must be asked about each time
 * since records change.
 */
export function notModified(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply
    .header('etag', tag)
    .header('cache-control', 'no-cache')
    .header('vary', 'Accept, Accept-Language, Cookie, Authorization');
  const held = request.headers['if-none-match'];
  if (held === undefined || !held.split(',').some((one) => one.trim() === tag || one.trim() === '*')) return false;
  reply.code(304).send();
  return true;
}

export function sendHtml(reply: FastifyReply, exchange: Exchange, text: string, status = 200): FastifyReply {
  return reply.code(status).header('server-timing', exchange.timing.header()).type(htmlType).send(text);
}
