import type { FastifyReply, FastifyRequest } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { isPage } from '../../formats/formats.ts';
import { TooManyAttempts } from '../../people/throttle.ts';
import { storeErrors } from '../../store/errors.ts';
import { explainBody } from '../http/door.ts';
import { webErrors } from '../http/errors.ts';
import { isApi, problemOf, sendProblem } from '../http/problem.ts';
import { withoutSecrets } from '../http/secrets-in-url.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { WebEnvironment } from './environment.ts';
import { beginExchange } from './exchange.ts';
import { saidIn, sendInternal, sendNotFound, sendUnavailable, sendUserError } from './messages.ts';
import { isTimeout, noteFailed } from './note-failed.ts';
import { SiteClosed } from './site-level.ts';
import { unavailable } from './unavailable.ts';

/** Told in the place of others, which are in the log already. */
const ownWords: ReadonlySet<string> = new Set([
  webErrors.noDatabase.code,
  webErrors.noRoom.code,
  webErrors.internal.code,
]);

/** The database does not answer, or is not that of the library any more. */
const unanswered: ReadonlySet<string> = new Set([
  storeErrors.databaseAway.code,
  storeErrors.databaseBusy.code,
  storeErrors.databaseRefused.code,
  storeErrors.embeddedLost.code,
  storeErrors.tableMissing.code,
]);

/** What readers are told of a database that cannot be asked. */
class DatabaseAway extends UserError {
  constructor() {
    super(webErrors.noDatabase);
  }
}

/**
 * What is told in the place of an error that names our servers, files and settings: why is for the
 * log. Undefined: its own words are for everybody.
 */
function forReaders({ code, status }: UserError, request: FastifyRequest): UserError | undefined {
  if (unanswered.has(code)) return new DatabaseAway();
  if (code === storeErrors.diskFull.code) return new UserError(webErrors.noRoom);
  const isOfStore = Object.values(storeErrors).some((kind) => kind.code === code);
  return isOfStore && status === 500 ? new UserError(webErrors.internal, { id: request.id }) : undefined;
}

/** What was said of an answer that does not come: with a name of a file an error would be saved. */
const ofTheAnswer = ['content-disposition', 'content-range', 'accept-ranges', 'last-modified'] as const;

/** What the asker gets of something that was thrown: a page, a problem document, or words. */
export function answerError(
  environment: WebEnvironment,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = explainBody(thrown, request);
  for (const name of ofTheAnswer) reply.removeHeader(name);
  // That of documents would take the page its style.
  reply.headers(securityHeaders);
  const exchange = beginExchange(environment, request, reply);
  if (error instanceof UserError) {
    const told = forReaders(error, request);
    const isFailure = isTimeout(error) || (error.status === 500 && !ownWords.has(error.code));
    if (isFailure) noteFailed(environment.failures, error, request);
    if (told !== undefined) {
      request.log.error({ code: error.code, message: error.message }, 'unavailable');
      return answerError(environment, told, request, reply);
    }
    if (error instanceof SiteClosed) reply.header('retry-after', String(error.retryAfter));
    else if (error.status >= 500 && !ownWords.has(error.code))
      request.log.error({ code: error.code, message: error.message }, 'unavailable');
    if (error instanceof TooManyAttempts) reply.header('retry-after', String(error.seconds));
    const away = error.status === 503 ? unavailable(exchange.page.tr, error) : undefined;
    if (away !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', '5');
    const message = away === undefined ? error.message : [away.text, away.words].join(' ').trim();
    const hint = away?.hint ?? error.hint;
    if (isApi(request.url)) return sendProblem(reply, { ...problemOf(error), title: message, detail: hint });
    if (!isPage(exchange.args.get('of') ?? ''))
      return reply
        .removeHeader('etag')
        .header('cache-control', 'no-store')
        .code(error.status)
        .type('text/plain; charset=utf-8')
        .send(`error: ${message}\nhint: ${hint}\n`);
    if (away !== undefined) return sendUnavailable(exchange, away);
    return sendUserError(exchange, error.status, saidIn(exchange.page.tr, error));
  }
  const status = statusOf(error);
  if (status === 404) return sendNotFound(exchange);
  if (isApi(request.url) && status < 500)
    return sendProblem(reply, {
      status,
      title: error instanceof Error ? error.message : 'The request cannot be read.',
    });
  if (status < 500)
    return sendUserError(exchange, status, { message: error instanceof Error ? error.message : '', hint: '' });
  request.log.error({ err: error, url: withoutSecrets(request.url) }, 'failed');
  noteFailed(environment.failures, error, request);
  if (isApi(request.url)) return sendProblem(reply, problemOf(new UserError(webErrors.internal, { id: request.id })));
  return sendInternal(exchange, request.id);
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return 500;
  // A path that cannot be decoded (FST_ERR_BAD_URL) or is longer than any of ours names no page.
  return 'code' in error && error.code === 'FST_ERR_BAD_URL' ? 404 : error.statusCode;
}

/** An address of the API that there is not, or not for this method. */
export function sendApiUnknown(
  reply: FastifyReply,
  method: string,
  path: string,
  allowed: readonly string[],
): FastifyReply {
  const isMethod = allowed.length > 0 && !allowed.includes(method);
  if (isMethod) reply.header('allow', allowed.join(', '));
  const values = { path, method, allowed: allowed.join(', ') };
  const error = new UserError(isMethod ? webErrors.apiMethod : webErrors.apiUnknown, values);
  return sendProblem(reply, problemOf(error));
}
