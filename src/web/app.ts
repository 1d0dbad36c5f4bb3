import { randomBytes } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { UserError } from '../errors/errors.ts';
import { SegmentDamaged } from '../index/segment/errors.ts';
import { preferenceCookie, readCookie } from './cookies.ts';
import { createEnvironment, type WebEnvironment, type WebLibrary } from './environment.ts';
import { beginExchange } from './exchange.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { collectionRoutes } from './routes/collections.ts';
import { healthRoutes } from './routes/health.ts';
import { machineRoutes } from './routes/machines.ts';
import { sendInternal, sendMethodNotAllowed, sendNotFound, sendUserError } from './routes/messages.ts';
import { recordRoutes } from './routes/record.ts';
import { searchRoutes } from './routes/search.ts';
import { suggestRoutes } from './routes/suggest.ts';

export interface AppOptions {
  /** Under which address readers reach us; undefined is what the request says. */
  readonly baseUrl?: string | undefined;
  /** Where to say what was asked and what failed; undefined says nothing. */
  readonly logger?: FastifyBaseLogger | undefined;
  /** What balancers are told. */
  readonly readiness?: Readiness;
}

/** No script but ours, no style but ours, nothing from elsewhere. Data blocks such as JSON-LD are not scripts to it. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), browsing-topics=()',
};

const largestForm = 16 * 1024;
const longestUrlPart = 2000;

/** The web application over a library; it does not listen yet. */
export function createApp(library: WebLibrary, options: AppOptions = {}): FastifyInstance {
  const environment = createEnvironment(library, options.baseUrl);
  const app = Fastify({
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestUrlPart },
    bodyLimit: largestForm,
    genReqId: () => randomBytes(6).toString('hex'),
    // A bad percent sign in a path is a page that is not there.
    frameworkErrors: (error, request, reply) => answerError(environment, error, request, reply),
  });
  const routes = allowedMethods(app);
  healDamage(app, library);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    rememberLanguage(environment, request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
  collectionRoutes(app, environment);
  searchRoutes(app, environment);
  recordRoutes(app, environment);
  machineRoutes(app, environment);
  suggestRoutes(app, environment);
  healthRoutes(app, options.readiness ?? createReadiness());
  app.setNotFoundHandler((request, reply) => {
    const exchange = beginExchange(environment, request);
    const allowed = routes.allowed(request.url.split('?')[0]!);
    if (allowed.length > 0 && !allowed.includes(request.method))
      return sendMethodNotAllowed(exchange, reply, request.method, allowed.join(', '));
    return sendNotFound(exchange, reply);
  });
  app.setErrorHandler((error, request, reply) => answerError(environment, error, request, reply));
  return app;
}

/** A language chosen by `ln` stays chosen. */
function rememberLanguage(environment: WebEnvironment, request: FastifyRequest, reply: FastifyReply): void {
  const wanted = /[?&]ln=([a-z-]{2,12})(?:&|$)/i.exec(request.url)?.[1];
  if (
    wanted === undefined ||
    !environment.catalogues.has(wanted) ||
    readCookie(request.headers.cookie, 'ln') === wanted
  )
    return;
  reply.header('set-cookie', preferenceCookie('ln', wanted));
}

/** Whoever meets a damaged byte of the index has it mended and asks again, so the reader never sees it. */
function healDamage(app: FastifyInstance, library: WebLibrary): void {
  app.addHook('onRoute', (route) => {
    const answer = route.handler;
    route.handler = async function (request, reply) {
      try {
        return await answer.call(this, request, reply);
      } catch (error) {
        if (!(error instanceof SegmentDamaged)) throw error;
        request.log.warn({ message: error.message }, 'damaged index');
        await library.mend(error.segment);
        return answer.call(this, request, reply);
      }
    };
  });
}

interface AllowedMethods {
  /** Methods that some route answers for a path. */
  allowed(path: string): readonly string[];
}

/** The router forgets which other methods a path has; 405 must name them (RFC 9110, 15.5.6). */
function allowedMethods(app: FastifyInstance): AllowedMethods {
  const known: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}/?$`);
    known.push({ pattern, methods: [method].flat() });
  });
  return {
    allowed: (path) => [
      ...new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)),
    ],
  };
}

function answerError(
  environment: WebEnvironment,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const exchange = beginExchange(environment, request);
  if (error instanceof UserError) {
    if (error.status >= 500) request.log.error({ code: error.code, message: error.message }, 'unavailable');
    if (isForMachine(exchange.args))
      return reply
        .code(error.status)
        .type('text/plain; charset=utf-8')
        .send(`error: ${error.message}\nhint: ${error.hint}\n`);
    return sendUserError(exchange, reply, error.status, error.message, error.hint);
  }
  const status = statusOf(error);
  if (status === 404) return sendNotFound(exchange, reply);
  if (status < 500) return sendUserError(exchange, reply, status, error instanceof Error ? error.message : '', '');
  request.log.error({ err: error, url: request.url }, 'failed');
  return sendInternal(exchange, reply, request.id);
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return 500;
  // A path that cannot be decoded (FST_ERR_BAD_URL) or is longer than any of ours names no page.
  return 'code' in error && error.code === 'FST_ERR_BAD_URL' ? 404 : error.statusCode;
}

function isForMachine(args: URLSearchParams): boolean {
  const format = args.get('of');
  return format !== null && format !== '' && !format.startsWith('h');
}
