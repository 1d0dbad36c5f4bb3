import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { version } from '../../config/version.ts';
import { UserError } from '../../errors/errors.ts';
import { type MayReach, reachable } from '../harvest/networks.ts';
import { webhookErrors } from './errors.ts';

const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Where webhooks may send: the settings webhook-hosts and webhook-networks. */
export interface Allowed {
  readonly hosts: string | undefined;
  readonly networks: string | undefined;
}

export interface Posted {
  readonly status: number;
  /** Milliseconds that the receiver asks to wait. */
  readonly retryAfter: number | undefined;
}

export interface Poster {
  /**
   * One POST of JSON; redirects are not followed. Throws UserError for an address that is not
   * allowed, and Error, whose message says what went wrong, when no answer came.
   */
  post(url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Posted>;
  close(): void;
}

/** Milliseconds. */
const answerWithin = 15_000;
/** Bytes of an answer: nobody reads them. */
const mostAnswer = 65_536;

/**
 * The address is looked at when it is connected to, so a name cannot mean another one by then; a
 * connection that is kept goes to an address that was looked at.
 */
export function openPoster(allowed: Allowed): Poster {
  const mayReach = reachable(allowed.networks);
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  return {
    post: async (text, body, headers, signal) => {
      const url = requireReceiver(text, allowed);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !mayReach(host)) throw notPublic(host, host);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithin)]);
      const { request } = url.protocol === 'https:' ? https : http;
      return await new Promise<Posted>((resolve, reject) => {
        const asked = request(
          url.href,
          {
            ...{
              method: 'POST',
              agent: agents[url.protocol as 'http:'],
              lookup: looking(host, mayReach),
              signal: limit,
            },
            headers: {
              ...headers,
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
              'user-agent': `Reperio/${version()} (webhook)`,
            },
          },
          (response) => {
            let size = 0;
            response.on('data', (part: Buffer) => {
              size += part.length;
              if (size > mostAnswer) response.destroy();
            });
            response.on('error', () => undefined);
            response.on('close', () =>
              resolve({ status: response.statusCode ?? 0, retryAfter: waitOf(response.headers['retry-after']) }),
            );
          },
        );
        asked.on('error', (error) => {
          if (error instanceof UserError || signal.aborted) return reject(error);
          const late = `no answer within ${answerWithin / 1000} seconds`;
          const found = error instanceof AggregateError ? ((error.errors[0] as Error | undefined) ?? error) : error;
          const { code, message } = found as NodeJS.ErrnoException;
          return reject(new Error(limit.aborted ? late : message || code || 'the connection failed'));
        });
        asked.end(body);
      });
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** Throws `wrong` for what is no web address, and `hostNotAllowed`. */
export function requireReceiver(text: string, { hosts }: Allowed): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isWeb || url.username !== '' || url.password !== '' || text.length > 2_000)
    throw new UserError(webhookErrors.wrong, {
      reason: `"${text.slice(0, 200)}" is no address of the web without name and password`,
      events: 'record.*, job.*, held.*',
    });
  if (!isAllowed(url.hostname, hosts)) throw new UserError(webhookErrors.hostNotAllowed, { host: url.hostname });
  return url;
}

/** Of webhook-hosts: a name, "*.name" for all below it, "*" for any. */
function isAllowed(host: string, hosts: string | undefined): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return (hosts ?? '')
    .split(/[\s,]+/)
    .map((one) => one.toLowerCase())
    .some(
      (one) => one !== '' && (one === '*' || one === name || (one.startsWith('*.') && name.endsWith(one.slice(1)))),
    );
}

function looking(host: string, mayReach: MayReach): LookupFunction {
  return (name, asked, done) => {
    lookup(name, { ...asked, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0);
      const bad = found.find(({ address }) => !mayReach(address));
      if (bad !== undefined) return done(notPublic(host, bad.address), '', 0);
      if (asked.all === true) return done(null, found);
      return done(null, found[0]?.address ?? '', found[0]?.family ?? 0);
    });
  };
}

function notPublic(host: string, address: string): UserError {
  return new UserError(webhookErrors.privateAddress, { host, address });
}

function waitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
