import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { webErrors } from './errors.ts';
import { isApi } from './problem.ts';

/**
 * Where requests come in: what no text of ours can have is lost here, so that nothing behind has to
 * think of it. PostgreSQL keeps no NUL, and half a character cannot be written as UTF-8. Header
 * values have neither: Node refuses a NUL in them and reads them byte by byte.
 */
export function cleanText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.replace(/[\0\p{Cs}]/gu, '');
}

/**
 * The path and query that are asked for. "GET http://other.example/search" asks us for /search: it
 * does not tell what we are called.
 */
export function targetOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const own = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');
  const target = own.startsWith('/') || own === '*' ? own : `/${own}`;
  return target.includes('%00') ? withoutNul(target) : target;
}

/** Character by character, since "%0%000" is one more when the first is out. */
function withoutNul(target: string): string {
  const kept: string[] = [];
  for (const char of target) {
    if (char === '0' && kept.at(-1) === '0' && kept.at(-2) === '%') kept.length -= 2;
    else kept.push(char);
  }
  return kept.join('');
}

/** Bodies that are JSON here have a level or two. */
const deepest = 20;

function cleaned(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) throw new UserError(webErrors.bodyUnreadable, { reason: 'it is nested too deeply' });
  if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [cleanText(key), cleaned(one, depth + 1)]));
}

/**
 * Which bodies are read, and that the forms of pages are forms. Files come as bytes, see
 * web/files/routes.ts.
 */
export function readBodies(app: FastifyInstance): void {
  const readJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    void readJson(request, body, (error, value) => {
      if (error !== null) return done(error);
      try {
        done(null, cleaned(value));
      } catch (problem) {
        done(problem as UserError);
      }
    });
  });
  app.addContentTypeParser<string>('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => {
    const form = new URLSearchParams();
    for (const [name, value] of new URLSearchParams(body)) form.append(cleanText(name), cleanText(value));
    done(null, form);
  });
  app.addHook('preValidation', async (request) => requireForm(request));
}

/** Throws for a page's request without a form, and for a form to a program's address. */
function requireForm(request: FastifyRequest): void {
  if (request.method !== 'POST' || request.is404) return;
  const isForm = request.body instanceof URLSearchParams;
  if (!isApi(request.url) && request.body === undefined) throw new UserError(webErrors.bodyMissing);
  if (isForm === isApi(request.url)) throw new UserError(webErrors.bodyType, { wanted: typeFor(request) });
}

function typeFor({ url }: FastifyRequest): string {
  if (!isApi(url)) return 'application/x-www-form-urlencoded';
  return /\/files(?:\?|$)/.test(url) ? 'application/octet-stream' : 'application/json';
}

/** What Fastify says of a body that it cannot read, in our words; everything else as it is. */
export function explainBody(error: unknown, request: FastifyRequest): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return error;
  const { code, message } = error as FastifyError;
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new UserError(webErrors.bodyType, { wanted: typeFor(request) });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new UserError(webErrors.bodyMissing);
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new UserError(webErrors.bodyUnreadable, { reason: message });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new UserError(webErrors.bodyUnreadable, { reason: 'it is not as long as Content-Length says' });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new UserError(webErrors.bodyTooLarge);
    default:
      return error;
  }
}
