import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { type Person, personKey } from '../../people/person.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { WebEnvironment } from './environment.ts';

/**
 * What of an exchange decides whether a client holds its answer already, and who else may keep it.
 */
interface Kept {
  readonly environment: WebEnvironment;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly snapshot: IndexSnapshot;
  readonly person: Person;
  readonly page: PageContext;
}

/** All that decides an answer beside its address, and beside `what`, which the handler knows. */
function entityTag({ environment, snapshot, page, person }: Kept, what: string): string {
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
    what,
  ];
  return `W/"${createHash('sha1').update(parts.join('\n')).digest('base64url')}"`;
}

const ownCookies = new Set(['ln', 'theme']);

/**
 * How long whoever is between us and the reader may keep an answer: a short while when a guest
 * asks, whose cookies are choices of language and colours at most; nobody else's answer may be kept
 * by others at all.
 */
function cacheControl({ environment: { sharedCache }, request, person }: Kept): string {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.split('=')[0]!.trim());
  const isGuest =
    person.name === undefined &&
    request.headers.authorization === undefined &&
    cookies.every((name) => name === '' || ownCookies.has(name));
  if (!isGuest) return 'private, no-cache';
  return sharedCache === 0 ? 'no-cache' : `public, max-age=${sharedCache}, stale-while-revalidate=${3 * sharedCache}`;
}

/** Answers 304 when the client has this already. Answers differ by cookie and language. */
export function answeredAsHeld(exchange: Kept, what: string): boolean {
  const { request, reply } = exchange;
  const tag = entityTag(exchange, what);
  reply
    .header('etag', tag)
    .header('cache-control', cacheControl(exchange))
    .header('vary', 'Accept, Accept-Language, Cookie, Authorization');
  const held = request.headers['if-none-match'];
  if (held === undefined || !held.split(',').some((one) => one.trim() === tag || one.trim() === '*')) return false;
  reply.code(304).send();
  return true;
}
