import { lookup } from 'node:dns';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { version } from '../../config/version.ts';
import { UserError } from '../../errors/errors.ts';
import { harvestErrors } from './errors.ts';
import type { MayReach } from './networks.ts';

const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

export interface GetOptions {
  readonly mayReach: MayReach;
  readonly signal: AbortSignal;
  /** Of an answer, as it comes and unpacked, in bytes. */
  readonly limit: number;
  /** Nothing comes for so long: ms. */
  readonly silence: number;
  /** A whole answer takes no longer: ms. */
  readonly longest: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const mostRedirects = 5;

/**
 * One GET. Every address on the way is looked at when it is connected to, so a name cannot mean
 * another one by then. Throws UserError for what the world does.
 */
export async function get(address: string, options: GetOptions): Promise<Answer> {
  let url = requireAddress(address);
  for (let count = 0; ; count++) {
    const answer = await once(url, options);
    const target = answer.headers.location;
    if (![301, 302, 303, 307, 308].includes(answer.status) || target === undefined) return answer;
    const next = URL.canParse(target, url.href) ? new URL(target, url.href) : undefined;
    const isDown = url.protocol === 'https:' && next?.protocol !== 'https:';
    if (next === undefined || count >= mostRedirects || isDown || !isWeb(next))
      throw new UserError(harvestErrors.redirect, { address: shown(url), target: target.slice(0, 200) });
    url = next;
  }
}

/** Throws `address` for what is no http address that a harvest may be sent to. */
export function requireAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isWeb(url)) throw new UserError(harvestErrors.address, { address: text });
  return url;
}

function isWeb({ protocol, username, password }: URL): boolean {
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

/** Without what is asked: tokens are long. */
function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}

async function once(url: URL, { mayReach, signal, limit, silence, longest }: GetOptions): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refuse = (address: string): UserError => new UserError(harvestErrors.privateAddress, { host, address });
  if (isIP(host) !== 0 && !mayReach(host)) throw refuse(host);
  const look: LookupFunction = (name, asked, done) => {
    lookup(name, { ...asked, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0);
      const bad = found.find(({ address }) => !mayReach(address));
      if (bad !== undefined) return done(refuse(bad.address), '', 0);
      const [first] = found;
      if (asked.all === true) return done(null, found);
      return done(null, first?.address ?? '', first?.family ?? 0);
    });
  };
  const headers = {
    accept: 'application/xml, text/xml;q=0.9, */*;q=0.1',
    'accept-encoding': 'gzip, deflate',
    'user-agent': `Reperio/${version()} (OAI-PMH harvester)`,
  };
  // One that sends a byte now and then is never silent.
  const late = AbortSignal.timeout(longest);
  const either = AbortSignal.any([signal, late]);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const asked = request(url.href, { headers, lookup: look, signal: either, timeout: silence }, resolve);
      asked.on('timeout', () => asked.destroy(new Error(`nothing came for ${Math.round(silence / 1000)} seconds`)));
      asked.on('error', reject);
      asked.end();
    });
    const body = await bodyOf(response, url, limit);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError) throw error;
    const reason = late.aborted
      ? `its answer was not there after ${Math.ceil(longest / 1000)} seconds`
      : reasonOf(error);
    throw new UserError(harvestErrors.unreachable, { address: shown(url), reason }, error);
  }
}

async function bodyOf(response: IncomingMessage, url: URL, limit: number): Promise<Buffer> {
  const coding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const unpack = /^(x-)?gzip$/.test(coding) ? createGunzip() : coding === 'deflate' ? createInflate() : undefined;
  if (unpack === undefined && coding !== 'identity' && coding !== '') {
    response.destroy();
    throw new UserError(harvestErrors.encoding, { address: shown(url), reason: `its encoding is "${coding}"` });
  }
  const tooLarge = new UserError(harvestErrors.tooLarge, { address: shown(url), limit });
  const parts: Buffer[] = [];
  let size = 0;
  const source: Readable = unpack === undefined ? response : response.pipe(unpack);
  if (unpack !== undefined) response.on('error', (error) => unpack.destroy(error));
  try {
    for await (const part of source as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) throw tooLarge;
      parts.push(part);
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw new UserError(harvestErrors.encoding, {
        address: shown(url),
        reason: `what is packed is damaged (${code})`,
      });
    throw error;
  } finally {
    response.destroy();
  }
  return Buffer.concat(parts, size);
}

function reasonOf(error: unknown): string {
  const found = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const { message, code } = found as { readonly message?: string; readonly code?: string };
  return (message || code || String(error)).replace(/\.$/, '');
}
