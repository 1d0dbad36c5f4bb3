import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import { comment, type Envelope, type Identify, PageProblem, readEnvelope } from './envelope.ts';
import { harvestErrors } from './errors.ts';
import { type Answer, type GetOptions, get, requireAddress } from './get.ts';
import { pageText } from './page-text.ts';

export interface ClientOptions extends Omit<GetOptions, 'limit' | 'silence' | 'longest'> {
  /** The address of the server, without "?verb=". */
  readonly base: string;
  /** It waits, and why. */
  readonly onWait?: (sentence: string) => void;
  /** Another clock for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Somebody waits for the answer: nothing is tried again. */
  readonly once?: boolean;
  /** Of a page, in bytes; default 50 MB. */
  readonly limit?: number;
  /** How long a server may say nothing, in ms; default a minute. */
  readonly silence?: number;
  /** How long a page may take as a whole, in ms; default half an hour. */
  readonly longest?: number;
}

export interface ListAsked {
  readonly prefix: string;
  readonly set?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface Page extends Envelope {
  /** What came was not in its encoding: a record with U+FFFD is not what was meant. */
  readonly damaged: boolean;
}

export interface OaiClient {
  identify(): Promise<Identify>;
  /** Errors of the protocol are in the page. */
  list(asked: ListAsked): Promise<Page>;
  resume(token: string): Promise<Page>;
  record(identifier: string, prefix: string): Promise<Page>;
}

const pageLimit = 50_000_000;
const longestSilence = 60_000;
const longestPage = 1_800_000;
/** Without a word how long to wait, ms: after each failure the next. */
const backOff = [2_000, 10_000, 30_000];
const longestWait = 3_600_000;
/** It may ask so often for one page. */
const mostWaits = 20;

/** A server of OAI-PMH 2.0. Throws UserError for whatever it or the net does wrong. */
export function oaiClient(options: ClientOptions): OaiClient {
  const base = requireAddress(options.base);
  const ask = (words: Readonly<Record<string, string | undefined>>): Promise<Page> => {
    const url = new URL(base);
    for (const [name, value] of Object.entries(words)) if (value !== undefined) url.searchParams.set(name, value);
    return patiently(url.href, options);
  };
  return {
    identify: async () => {
      const { identify, errors } = await ask({ verb: 'Identify' });
      if (identify !== undefined) return identify;
      throw refusal(options.base, errors) ?? notOai(options.base, 'it does not say what server it is');
    },
    list: ({ prefix, set, from, until }) => ask({ verb: 'ListRecords', metadataPrefix: prefix, set, from, until }),
    resume: (resumptionToken) => ask({ verb: 'ListRecords', resumptionToken }),
    record: (identifier, metadataPrefix) => ask({ verb: 'GetRecord', identifier, metadataPrefix }),
  };
}

/** The first error of a page as one to throw. */
export function refusal(address: string, errors: Envelope['errors']): UserError | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  return new UserError(harvestErrors.refused, {
    address,
    code: first.code.slice(0, 100),
    text: first.text.slice(0, 500),
  });
}

function notOai(address: string, reason: string): UserError {
  return new UserError(harvestErrors.notOai, { address, reason });
}

/** Does what Retry-After says, and tries again three times what may pass. */
async function patiently(address: string, options: ClientOptions): Promise<Page> {
  const { signal, onWait, base, sleep = (ms) => pause(ms, undefined, { signal }), limit, silence, longest } = options;
  const getting = {
    ...options,
    ...{ limit: limit ?? pageLimit, silence: silence ?? longestSilence, longest: longest ?? longestPage },
  };
  for (let failures = 0, waits = 0; ; ) {
    signal.throwIfAborted();
    let problem: UserError;
    try {
      const answer = await get(address, getting);
      const wait = askedToWait(answer, Date.now());
      if (wait === undefined) {
        const page = readAnswer(answer, base);
        if (page !== undefined) return page;
      } else if (wait > longestWait || ++waits > mostWaits || options.once === true) {
        throw new UserError(harvestErrors.busy, { address: base, seconds: Math.ceil(wait / 1000) });
      } else {
        onWait?.(`${base} asks to wait for ${Math.ceil(wait / 1000)} seconds.`);
        await sleep(wait, signal);
        continue;
      }
      problem = new UserError(harvestErrors.status, { address: base, status: answer.status });
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 408) failures = backOff.length;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError) || !mayPass.has(error.code)) throw error;
      problem = error;
    }
    const wait = backOff[failures++];
    if (wait === undefined || options.once === true) throw problem;
    onWait?.(`${problem.message} It is tried again in ${wait / 1000} seconds.`);
    await sleep(wait, signal);
  }
}

const mayPass = new Set<string>([
  harvestErrors.unreachable.code,
  harvestErrors.status.code,
  harvestErrors.encoding.code,
  harvestErrors.notOai.code,
]);

/** Ms of Retry-After, seconds or a date; undefined: it does not ask for that. */
function askedToWait({ status, headers }: Answer, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if ((status !== 503 && status !== 429) || text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

const htmlStart = new RegExp(`^\\s*(?:${comment}\\s*)*<(?:!doctype\\s+html|html)\\b`, 'i');

/** Undefined: only its status says something. Some servers give an error of the protocol a 4xx. */
function readAnswer({ status, headers, body }: Answer, address: string): Page | undefined {
  const isGood = status >= 200 && status < 300;
  const { text, damaged } = pageText(body, headers['content-type']);
  if (htmlStart.test(text)) {
    if (!isGood) return undefined;
    const title = /<title[^>]*>\s*([^<]{1,80})/i.exec(text)?.[1]?.trim();
    throw new UserError(harvestErrors.html, { address, title: title === undefined ? '' : ` ("${title}")` });
  }
  try {
    const page = readEnvelope(text);
    if (!isGood && page.errors.length === 0) return undefined;
    return { ...page, damaged };
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    if (!isGood) return undefined;
    throw notOai(address, body.length === 0 ? 'it is empty' : error.message);
  }
}
