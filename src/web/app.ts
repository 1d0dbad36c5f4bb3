import { randomBytes } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { having } from '../addresses/addresses.ts';
import { UserError } from '../errors/errors.ts';
import { SegmentDamaged } from '../index/segment/errors.ts';
import type { FailureBook } from '../monitor/failures/failure-book.ts';
import { may } from '../people/person.ts';
import { openLevel, type SiteLevel } from '../site/level.ts';
import { accountRoutes } from './account/routes.ts';
import { sessionApiRoutes } from './account/session-api.ts';
import { adminRoutes } from './admin/routes.ts';
import { webhookApiRoutes } from './admin/webhooks-api.ts';
import { apiRoutes } from './api/routes.ts';
import { collectionRoutes } from './collection/routes.ts';
import { editRoutes } from './edit/routes.ts';
import { type AfterAnswer, createAfterAnswer } from './exchange/after-answer.ts';
import { answerError, sendApiUnknown } from './exchange/answer-error.ts';
import { compressPages } from './exchange/compression.ts';
import { createEnvironment, type WebEnvironment, type WebLibrary } from './exchange/environment.ts';
import { beginExchange } from './exchange/exchange.ts';
import { checkFormToken } from './exchange/form-token.ts';
import { sendMethodNotAllowed, sendNotFound } from './exchange/messages.ts';
import { keepPrivate } from './exchange/privacy.ts';
import { applyLevel } from './exchange/site-level.ts';
import { lateInAll } from './exchange/unavailable.ts';
import { meet, personOf, visitorOf } from './exchange/visitor.ts';
import type { WebFiles } from './exchange/web-files.ts';
import type { WebOai } from './exchange/web-oai.ts';
import type { WebPeople } from './exchange/web-people.ts';
import type { WebUploads } from './exchange/web-uploads.ts';
import { feedRoutes } from './feeds/routes.ts';
import { fileRoutes } from './files/routes.ts';
import { oaiRoutes } from './harvest/oai.ts';
import { resourceSyncRoutes } from './harvest/resource-sync.ts';
import { sitemapRoutes } from './harvest/sitemaps.ts';
import { sruRoutes } from './harvest/sru.ts';
import { answerClientError } from './http/client-error.ts';
import { preferenceCookie, readCookie } from './http/cookies.ts';
import { readBodies, targetOf } from './http/door.ts';
import { webErrors } from './http/errors.ts';
import { isApi } from './http/problem.ts';
import { comesFromElsewhere } from './http/same-origin.ts';
import { withoutSecrets } from './http/secrets-in-url.ts';
import { securityHeaders } from './http/security-headers.ts';
import { type RequestWatch, watchRequests } from './http/watch.ts';
import { jobRoutes } from './jobs/routes.ts';
import { kbRoutes } from './kb/routes.ts';
import { applyLimits, createLimits, type LimitSettings, noLimits, refuseFor } from './limits/limits.ts';
import { trustedProxies } from './limits/networks.ts';
import { watchBodies } from './limits/slow-client.ts';
import { manyApiRoutes } from './many/api.ts';
import { checksRoutes } from './many/checks.ts';
import { duplicatesRoutes } from './many/duplicates.ts';
import { mergeRoutes } from './many/merge.ts';
import { manyRoutes } from './many/routes.ts';
import { applyProfiling } from './profile/apply.ts';
import { type ProfileRoutes, profileRoutes } from './profile/routes.ts';
import { resolverRoutes } from './record/resolvers.ts';
import { recordRoutes } from './record/routes.ts';
import { searchRoutes } from './search/routes.ts';
import { healthRoutes } from './status/health.ts';
import { createReadiness, type Readiness } from './status/readiness.ts';
import { type StatusSource, statusRoutes } from './status/routes.ts';
import { uploadRoutes } from './uploads/routes.ts';

export interface AppOptions {
  /** Under which address readers reach us; undefined is what the request says. */
  readonly baseUrl?: string | undefined;
  /** Where to say what was asked and what failed; undefined says nothing. */
  readonly logger?: FastifyBaseLogger | undefined;
  /** People, sessions, roles; undefined: everybody is a guest. */
  readonly people?: WebPeople;
  /**
   * Proxies whose word is taken for the address and protocol of readers: addresses and networks,
   * with commas.
   */
  readonly trustProxy?: string | undefined;
  /** How far the site is open; undefined: always. */
  readonly level?: () => SiteLevel;
  /** Who looks on while requests are answered; undefined: nobody. */
  readonly watch?: RequestWatch;
  /** How the node is, for /server-status and /metrics; undefined: there is neither. */
  readonly status?: StatusSource;
  /** Documents of records; undefined: there are none. */
  readonly files?: WebFiles;
  /** Changing records; undefined: nobody does here. */
  readonly uploads?: WebUploads;
  /** What harvesters were told of records; undefined: nobody harvests. */
  readonly oai?: WebOai;
  /** Counts what went wrong; undefined: nobody does. */
  readonly failures?: FailureBook;
  /** For ?profile= and kept profiles; undefined: there are none. */
  readonly profiling?: ProfileRoutes;
  /** Milliseconds. */
  readonly timeouts?: Readonly<Record<'request' | 'header' | 'body' | 'keepAlive', number>>;
  /** What balancers are told. */
  readonly readiness?: Readiness;
  /** Work after answers; undefined: of its own. */
  readonly later?: AfterAnswer;
  /** Budgets and places for crawlers and harvesters; undefined is without limit. */
  readonly limits?: LimitSettings;
  /**
   * Milliseconds for which shared caches may keep a guest's page. Default 0: they must ask each
   * time.
   */
  readonly sharedCache?: number;
  /** Pages are compressed for clients that can read it. Default true. */
  readonly compresses?: boolean;
  /** Told of each route, so that a test can walk all of them. */
  readonly onRoute?: (method: string, url: string) => void;
}

const isAnonymous = having('anonymous');
const largestForm = 16 * 1024;
const longestUrlPart = 2000;

/** The web application over a library; it does not listen yet. */
export function createApp(library: WebLibrary, options: AppOptions = {}): FastifyInstance {
  const limits = createLimits(
    options.limits ?? noLimits,
    (request) => visitorOf(request).signedIn !== undefined,
    options.watch?.eventLoopLag,
  );
  const later = options.later ?? createAfterAnswer(options.failures);
  const environment = createEnvironment(library, {
    baseUrl: options.baseUrl,
    people: options.people,
    limits,
    later,
    level: options.level ?? (() => openLevel),
    files: options.files,
    uploads: options.uploads,
    oai: options.oai,
    failures: options.failures,
    sharedCache: Math.round((options.sharedCache ?? 0) / 1000),
  });
  const proxies = trustedProxies(options.trustProxy);
  const app = Fastify({
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestUrlPart },
    bodyLimit: largestForm,
    ...(proxies.length === 0 ? {} : { trustProxy: proxies }),
    ...(options.timeouts === undefined
      ? {}
      : { requestTimeout: options.timeouts.request, keepAliveTimeout: options.timeouts.keepAlive }),
    clientErrorHandler: answerClientError,
    rewriteUrl: targetOf,
    genReqId: () => randomBytes(6).toString('hex'),
    // A bad percent sign in a path is a page that is not there.
    frameworkErrors: (error, request, reply) => {
      // No hook has seen it.
      reply.headers(securityHeaders).header('x-request-id', request.id);
      const seconds = limits.take(request);
      if (seconds > 0) reply.header('retry-after', seconds);
      const told = seconds > 0 ? new UserError(webErrors.tooManyRequests, { seconds }) : error;
      request.log.info({ method: request.method, url: withoutSecrets(request.url) }, 'unknown address');
      return answerError(environment, told, request, reply);
    },
  });
  const { onRoute } = options;
  if (onRoute !== undefined)
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) onRoute(one, url);
    });
  if (options.timeouts !== undefined) {
    app.server.headersTimeout = options.timeouts.header;
    watchBodies(app, options.timeouts.body);
  }
  // A client that has reset its connection has no address any more, and nobody to answer:
  // balancers' probes end so.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.socket.remoteAddress !== undefined) return done();
    reply.hijack();
    request.socket.destroy();
  });
  if (options.watch !== undefined) watchRequests(app, options.watch, withoutSecrets, lateWords(environment));
  app.addHook('onClose', () => later.settled());
  const routes = allowedMethods(app);
  repairDamage(app, library);
  readBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    rememberLanguage(environment, request, reply);
    if (comesFromElsewhere(request, options.baseUrl)) throw new UserError(webErrors.fromElsewhere);
    if (options.people === undefined || isAnonymous(request.url)) return;
    const { wrongToken } = await meet(request, options.people.access, options.baseUrl, {
      check: () => refuseFor(limits.guess(request), reply),
      wrong: () => limits.guessedWrong(request),
    });
    if (wrongToken === undefined) return;
    reply.header('www-authenticate', `Bearer realm="reperio", error="${wrongToken}"`);
    throw new UserError(wrongToken === 'invalid_token' ? webErrors.badToken : webErrors.noToken);
  });
  applyLevel(app, environment.level, (request) => {
    const { site } = library.snapshot();
    return { site, person: personOf(request, site, options.people?.access) };
  });
  if (options.people !== undefined && options.uploads !== undefined) {
    manyRoutes(app, environment, options.uploads);
    manyApiRoutes(app, environment, options.uploads);
    mergeRoutes(app, environment, options.uploads);
    duplicatesRoutes(app, environment, options.uploads);
    checksRoutes(app, environment, options.uploads);
  }
  if (options.profiling !== undefined)
    applyProfiling(app, {
      folder: options.profiling.folder,
      may: (request) => {
        const { site } = library.snapshot();
        return may(site, personOf(request, site, options.people?.access), 'profiling');
      },
    });
  app.addHook('preHandler', async (request) => checkFormToken(request, options.baseUrl));
  keepPrivate(app);
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        url: withoutSecrets(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
  if (options.compresses !== false) compressPages(app);
  applyLimits(app, limits);
  collectionRoutes(app, environment);
  searchRoutes(app, environment);
  recordRoutes(app, environment);
  feedRoutes(app, environment);
  resolverRoutes(app, environment);
  sitemapRoutes(app, environment);
  sruRoutes(app, environment);
  resourceSyncRoutes(app, environment, options.oai);
  if (options.oai !== undefined) oaiRoutes(app, environment, options.oai);
  apiRoutes(app, environment);
  if (options.people !== undefined) {
    sessionApiRoutes(app, environment, options.people.access);
    accountRoutes(app, environment, options.people);
    adminRoutes(app, environment, options.people);
    webhookApiRoutes(app, environment, options.people);
    jobRoutes(app, environment, options.people);
    editRoutes(app, environment, options.people);
    kbRoutes(app, environment, options.people);
  }
  if (options.files !== undefined) fileRoutes(app, environment, options.files);
  if (options.uploads !== undefined) uploadRoutes(app, environment, options.uploads);
  if (options.profiling !== undefined) profileRoutes(app, environment, options.profiling);
  if (options.status !== undefined) statusRoutes(app, environment, options.status);
  healthRoutes(app, options.readiness ?? createReadiness());
  app.setNotFoundHandler((request, reply) => {
    const exchange = beginExchange(environment, request, reply);
    const path = request.url.split('?')[0]!;
    const allowed = routes.allowed(path);
    if (isApi(path)) return sendApiUnknown(reply, request.method, path, allowed);
    if (allowed.length > 0 && !allowed.includes(request.method))
      return sendMethodNotAllowed(exchange, request.method, allowed.join(', '));
    return sendNotFound(exchange);
  });
  app.setErrorHandler((error, request, reply) => answerError(environment, error, request, reply));
  return app;
}

function lateWords({ catalogues, translator }: WebEnvironment): string {
  return lateInAll([...catalogues.keys()].map(translator));
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

/**
 * Whoever meets a damaged byte of the index has it repaired and asks again, so the reader never
 * sees it.
 */
function repairDamage(app: FastifyInstance, library: WebLibrary): void {
  app.addHook('onRoute', (route) => {
    const answer = route.handler;
    route.handler = async function (request, reply) {
      try {
        return await answer.call(this, request, reply);
      } catch (error) {
        if (!(error instanceof SegmentDamaged)) throw error;
        request.log.warn({ message: error.message }, 'damaged index');
        await library.repair(error.segment);
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
