import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { UserError } from '../../errors/errors.ts';
import type { Content, ContentStore } from '../content.ts';
import { fileErrors } from '../errors.ts';
import { receive } from '../receive.ts';
import { isBelow, shownLocation } from './address.ts';
import { isPublicAddress } from './public-address.ts';

const { request } = process.getBuiltinModule('node:https');

/** What is fetched, and how long it may take. Times in ms. */
export interface FetchRules {
  /** `fetch-urls`: these and all that is below them. */
  readonly prefixes: readonly URL[];
  /** Bytes of the largest file. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Of the whole, redirects included. Default an hour. */
  readonly within?: number;
  /** Until the answer begins. Default 30 s. */
  readonly answerWithin?: number;
  /** In each such time at least `leastBytes` must come. Default 30 s, and 64 kB. */
  readonly every?: number;
  readonly leastBytes?: number;
  /** Before what failed for the moment is tried again. Default 1 s, then longer. */
  readonly pause?: number;
  /** For tests: another network than the Internet. */
  readonly network?: Network;
}

export interface Network {
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly isPublic: (address: string) => boolean;
  readonly ca?: string;
}

const internet: Network = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  isPublic: isPublicAddress,
};

const mostRedirects = 5;
const longestAddress = 4_000;
const tries = 3;
const firstPause = 1_000;

/**
 * Fetches a file into the store. The host is resolved here, and the connection goes to the very
 * address that was looked at, so nothing can be swapped in between; so it is at each redirect.
 * Nothing is unpacked: an answer that is compressed on its way is refused. Throws `notAllowed` and
 * `notFetched`, `tooLarge`, and what the store throws.
 */
export async function fetchFile(store: ContentStore, location: string, rules: FetchRules): Promise<Content> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(store, location, rules);
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (attempt === tries) throw failed(location, error.message, error);
      await pause((rules.pause ?? firstPause) * 3 ** (attempt - 1), rules.signal);
    }
  }
}

/** It may be better in a moment. */
class Passing extends Error {}

function failed(location: string, reason: string, cause?: unknown): UserError {
  return new UserError(fileErrors.notFetched, { address: shownLocation(location), reason }, cause);
}

async function fetchOnce(store: ContentStore, location: string, rules: FetchRules): Promise<Content> {
  const { within = 3_600_000 } = rules;
  const late = AbortSignal.timeout(within);
  const signal = AbortSignal.any([rules.signal, late]);
  try {
    const answer = await follow(location, rules, signal);
    try {
      requireGood(location, answer, rules);
      return await receive(store, paced(location, answer, rules), rules.limit);
    } finally {
      answer.destroy();
    }
  } catch (error) {
    rules.signal.throwIfAborted();
    if (late.aborted) throw failed(location, `it was not there within ${Math.round(within / 1000)} s`, error);
    throw error;
  }
}

/** The answer at the end of its redirects. */
async function follow(location: string, rules: FetchRules, signal: AbortSignal): Promise<IncomingMessage> {
  let at = location;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const url = allowed(location, at, rules);
    const answer = await ask(location, url, rules, signal);
    const { statusCode = 0, headers } = answer;
    if (![301, 302, 303, 307, 308].includes(statusCode)) return answer;
    answer.destroy();
    const target = headers.location ?? '';
    if (!URL.canParse(target, url.href)) throw failed(location, `it leads to no address (status ${statusCode})`);
    const next = new URL(target, url);
    // What let us in at one host is not told to another.
    if (next.origin === url.origin && next.username === '')
      [next.username, next.password] = [url.username, url.password];
    at = next.href;
  }
  throw failed(location, `it leads on more than ${mostRedirects} times`);
}

/** The same, as far as it can be said without asking anybody. */
export function requireAllowed(location: string, rules: Pick<FetchRules, 'prefixes'>): void {
  allowed(location, location, rules);
}

/** Throws `notAllowed` for what `fetch-urls` does not name. */
function allowed(location: string, at: string, { prefixes }: Pick<FetchRules, 'prefixes'>): URL {
  const refuse = (reason: string, hint: string): UserError =>
    new UserError(fileErrors.notAllowed, { address: shownLocation(location), reason, hint });
  const where = at === location ? 'it' : `it leads to ${shownLocation(at)}, which`;
  const url = at.length > longestAddress || !URL.canParse(at) ? undefined : new URL(at);
  if (url === undefined || !hasReadableCredentials(url)) throw refuse(`${where} is no address`, 'Correct the address.');
  if (url.protocol !== 'https:')
    throw refuse(
      `${where} does not begin with https://`,
      'Give an address that begins with https://, or put the file into the inbox and give its path.',
    );
  if (!isBelow(url, prefixes))
    throw refuse(
      `${where} is not below an address of the setting \`fetch-urls\``,
      'The operator names addresses from which files are fetched in the setting `fetch-urls`.',
    );
  return url;
}

/** The addresses of a host, all of which must be of the Internet. */
async function addressesOf(
  location: string,
  host: string,
  { network = internet }: FetchRules,
): Promise<readonly string[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    addresses = isIP(bare) > 0 ? [bare] : await network.resolve(bare);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTFOUND') throw failed(location, `there is no host ${bare}`, error);
    throw new Passing(`the host ${bare} could not be looked up (${String(code)})`);
  }
  if (addresses.length > 0 && addresses.every(network.isPublic)) return addresses;
  throw new UserError(fileErrors.notAllowed, {
    address: shownLocation(location),
    reason: `${bare} is not on the Internet, but on a private network or this machine`,
    hint: 'Files are fetched from the Internet alone. Put this one into the inbox, and give its path.',
  });
}

async function ask(location: string, url: URL, rules: FetchRules, signal: AbortSignal): Promise<IncomingMessage> {
  const { answerWithin = 30_000, network = internet } = rules;
  const addresses = await addressesOf(location, url.hostname, rules);
  // IPv4 first: many machines have no way to the other.
  const ordered = addresses.toSorted((a, b) => isIP(a) - isIP(b));
  let last: unknown;
  for (const address of ordered.slice(0, 4)) {
    try {
      return await askAt(url, address, { signal, answerWithin, ca: network.ca });
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
  }
  // A certificate that is wrong stays so.
  if (/^(ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(String((last as NodeJS.ErrnoException).code)))
    throw failed(location, reasonOf(last), last);
  throw new Passing(reasonOf(last));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code === undefined
    ? error.message
    : `${error.message} (${(error as NodeJS.ErrnoException).code})`;
}

/** Asks this very address, whatever the name of the host leads to by now. */
function askAt(
  url: URL,
  address: string,
  {
    signal,
    answerWithin,
    ca,
  }: { readonly signal: AbortSignal; readonly answerWithin: number; readonly ca: string | undefined },
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request(
    {
      // An address, so nothing is looked up again.
      ...{ host: address, port: url.port === '' ? 443 : Number(url.port), path: url.pathname + url.search },
      // The certificate is that of the name, which the server is told.
      ...(isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && { servername: url.hostname }),
      ...{ agent: false, signal, ca },
      headers: {
        ...{ host: url.host, accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Reperio' },
        ...(url.username !== '' && { authorization: `Basic ${credentialsOf(url)}` }),
      },
    },
    resolve,
  );
  // The time to answer is over with its head: what follows has its own.
  const late = setTimeout(
    () => asked.destroy(new Error(`it did not answer within ${Math.round(answerWithin / 1000)} s`)),
    answerWithin,
  );
  asked.once('error', reject);
  asked.end();
  return promise.finally(() => clearTimeout(late));
}

function hasReadableCredentials(url: URL): boolean {
  try {
    credentialsOf(url);
    return true;
  } catch {
    return false;
  }
}

function credentialsOf({ username, password }: URL): string {
  return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
}

function requireGood(location: string, { statusCode = 0, headers }: IncomingMessage, { limit }: FetchRules): void {
  if ([408, 425, 429, 500, 502, 503, 504].includes(statusCode))
    throw new Passing(`it answers with status ${statusCode}`);
  if (statusCode !== 200) throw failed(location, `it answers with status ${statusCode}`);
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity')
    throw failed(location, `it is sent compressed (${coding.slice(0, 40)}), which was not asked for`);
  const length = Number(headers['content-length'] ?? 0);
  if (length > limit) throw tooLarge(location, limit);
}

function tooLarge(location: string, limit: number): UserError {
  return failed(location, `it has more than ${limit} bytes, which the setting \`file-limit\` allows`);
}

/** Its bytes; slow ones are given up, and one that ends before it said it would. */
async function* paced(
  location: string,
  answer: IncomingMessage,
  { every = 30_000, leastBytes = 64 * 1024, limit }: FetchRules,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let before = 0;
  let isSlow = false;
  const watch = setInterval(() => {
    if (bytes - before < leastBytes) {
      isSlow = true;
      answer.destroy();
    }
    before = bytes;
  }, every);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge(location, limit);
      yield chunk;
    }
    // A whole answer has said where it ends.
    if (!answer.complete) throw new Passing('it broke off');
  } catch (error) {
    if (isSlow)
      throw failed(
        location,
        `it comes too slowly: less than ${leastBytes} bytes in ${Math.round(every / 1000)} s`,
        error,
      );
    if (error instanceof UserError || error instanceof Passing) throw error;
    throw new Passing(`it broke off: ${reasonOf(error)}`);
  } finally {
    clearInterval(watch);
  }
}

async function pause(time: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise.finally(() => clearTimeout(timer));
  signal.throwIfAborted();
}
