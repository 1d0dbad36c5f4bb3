/**
 * A worker process of `serve`: answers the connections that the supervisor hands it, until the
 * supervisor says so or is gone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { createHarvesterBook } from '../exchange/oai/harvesters.ts';
import { oaiSource } from '../exchange/oai/source.ts';
import { type DocumentWatch, watchDocuments } from '../files/changes.ts';
import { openContentStore } from '../files/open.ts';
import { segmentCacheUse } from '../index/segment/cache.ts';
import { type Library, openLibrary } from '../library/open.ts';
import { type Mailer, openMailer } from '../mail/mailer.ts';
import type { CountedFailure } from '../monitor/failures/failure.ts';
import { createFailureBook, type FailureBook } from '../monitor/failures/failure-book.ts';
import { failureFile } from '../monitor/failures/failure-file.ts';
import { noteEnd } from '../monitor/failures/note-end.ts';
import { createLogger } from '../monitor/log.ts';
import type { NodeStatus } from '../monitor/node-status.ts';
import { createScoreboard, scoreboardPath } from '../monitor/scoreboard.ts';
import { viewOf } from '../monitor/status/node-view.ts';
import { WorkerMeter, type WorkerReport } from '../monitor/worker-report.ts';
import { type Access, openAccess } from '../people/access.ts';
import { useOneTime } from '../people/one-time.ts';
import { createProviders, readSecrets } from '../people/providers.ts';
import type { RegistrationPolicy } from '../people/registration.ts';
import { explainStatement } from '../profile/explain.ts';
import { profilesFolder } from '../profile/kept.ts';
import { lookFor } from '../profile/look.ts';
import { type LevelWatch, watchLevel } from '../site/level.ts';
import type { ToSupervisor, ToWorker } from '../supervisor/messages.ts';
import { mostConnections } from '../supervisor/open-files.ts';
import { repeat } from '../supervisor/repeat.ts';
import { missingLibrary } from '../thumbnails/draw-apart.ts';
import { openThumbnails } from '../thumbnails/kept.ts';
import { createApp } from './app.ts';
import type { Delivery } from './exchange/web-files.ts';
import type { WebPeople } from './exchange/web-people.ts';
import { watchEventLoopLag } from './limits/event-loop-lag.ts';
import { parseNetworks } from './limits/networks.ts';
import { Connections } from './process/connections.ts';
import type { WorkerStart } from './process/process-start.ts';
import { createReadiness } from './status/readiness.ts';
import { warmUp } from './warm-up.ts';

/** In-flight requests get this long. Milliseconds. */
const drainLimit = 30_000;
const lookForIdle = 20;
const reportEvery = 1_000;
/** The supervisor answers at once, if it answers at all. Milliseconds. */
const statusWithin = 5_000;
/** Checks are as old as that or older anyway. Milliseconds. */
const keptStatus = 2_000;

interface Running {
  readonly settings: Settings;
  readonly app: FastifyInstance;
  readonly connections: Connections;
  /** Tells the supervisor what was done. */
  report(): void;
  close(): Promise<void>;
}

const readiness = createReadiness();
const logLines = pino.destination({ fd: 1, sync: true });
const ending = new AbortController();
let starting: Promise<Running> | undefined;
let running: Running | undefined;
let closing = false;
type Answered = Extract<ToWorker, { kind: 'status' }>['status'];
/** Questions to the supervisor that wait for an answer. */
const asked = new Map<number, (status: Answered) => void>();
let questions = 0;

// Ctrl-C in a terminal reaches the whole group; the supervisor decides what becomes of it.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
process.on('SIGTERM', () => void close());
process.on('disconnect', () => void close());
process.on('message', (message: ToWorker, socket: Socket | undefined) => {
  if (message.kind === 'start') {
    starting = start(message.data as WorkerStart);
    starting.catch(() => undefined);
  } else if (message.kind === 'connection') answer(socket, message.number);
  else if (message.kind === 'go-away') {
    readiness.goAway();
    void readiness.noticed().then((probed) => tell({ kind: 'noticed', probed }));
  } else if (message.kind === 'profile') void profile(message);
  else if (message.kind === 'status') {
    asked.get(message.number)?.(message.status);
    asked.delete(message.number);
  } else void close();
});

async function start({ settings, address }: WorkerStart): Promise<Running> {
  const opened: { library?: Library; access?: Access; mailer?: Mailer; level?: LevelWatch; documents?: DocumentWatch } =
    {};
  const close = async (): Promise<void> => {
    opened.documents?.close();
    await opened.level?.close();
    await opened.mailer?.close();
    await opened.access?.close();
    await opened.library?.close();
  };
  try {
    const logger = createLogger(settings, logLines);
    const failures = createFailureBook(settings.nodeName);
    noteEnd('worker', failures, failureFile(settings.dataFolder));
    const library = await openLibrary(settings);
    opened.library = library;
    // Pages say that citations are being counted until they are.
    void library.citationsReady().catch(() => undefined);
    const { baseUrl, trustProxy } = settings;
    const access = await openAccess({ database: library.database, url: library.url, signal: ending.signal });
    opened.access = access;
    const mailer = openMailer({
      smtpUrl: settings.isolated ? undefined : settings.smtpUrl,
      outbox: join(settings.dataFolder, 'outbox'),
      tell: (level, sentence) => logger[level](sentence),
    });
    opened.mailer = mailer;
    const people: WebPeople = {
      access,
      mailer,
      registration: settings.registration as RegistrationPolicy,
      providers: createProviders(readSecrets(settings.signInSecrets)),
      mailFrom: settings.mailFrom,
      harvestNetworks: settings.harvestNetworks,
      webhookHosts: settings.webhookHosts,
      webhookNetworks: settings.webhookNetworks,
      linkBase: () => baseUrl ?? address,
    };
    const level = await watchLevel(library.database, library.url);
    opened.level = level;
    const documents = await watchDocuments(library.database);
    opened.documents = documents;
    const eventLoopLag = watchEventLoopLag();
    const meter = new WorkerMeter();
    const connections = new Connections(mostConnections(), parseNetworks(trustProxy, 'trust-proxy'));
    const { shedAbove, statusNetworks } = settings;
    const app = createApp(library, {
      watch: {
        meter,
        board: createScoreboard(scoreboardPath(settings.dataFolder, process.pid)),
        isLate: () => shedAbove > 0 && eventLoopLag.mean() > shedAbove,
        eventLoopLag: () => eventLoopLag.mean(),
      },
      level: () => level.now(),
      failures,
      files: {
        database: library.database,
        store: openContentStore(library.database, settings),
        delivery: settings.fileDelivery as Delivery,
        accelPrefix: settings.fileAccelPrefix,
        limit: settings.fileLimit,
        thumbnails:
          settings.thumbnailCache > 0 && missingLibrary() === undefined
            ? openThumbnails(settings.dataFolder)
            : undefined,
        changes: () => documents.now(),
      },
      uploads: {
        database: library.database,
        limit: settings.uploadLimit,
        recordLimit: settings.recordLimit,
        callbackUrls: settings.callbackUrls,
        many: settings.many,
      },
      oai: { source: oaiSource(library.database), harvesters: createHarvesterBook(library.database) },
      profiling: {
        folder: profilesFolder(settings.dataFolder),
        explain: (text, values) => explainStatement(library.database, text, values),
        isTicket: async (secret) => (await useOneTime(library.database, 'profile', secret)) !== undefined,
        take: (seconds) =>
          lookFor(seconds, `${seconds} s of process ${process.pid}`, profilesFolder(settings.dataFolder)),
      },
      status: {
        networks: statusNetworks,
        view: async () => viewOf((await ask()) as NodeStatus, library.database),
        checks: askedLately(async () => (await ask('checks')).checks),
      },
      timeouts: {
        request: settings.requestTimeout,
        header: settings.headerTimeout,
        body: settings.bodyTimeout,
        keepAlive: settings.keepAlive,
      },
      baseUrl,
      trustProxy,
      logger,
      readiness,
      people,
      limits: settings,
      sharedCache: settings.sharedCache,
      compresses: settings.compression === 'auto',
    });
    app.addHook('onSend', async (_, reply) => {
      if (closing) reply.header('connection', 'close');
    });
    app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      response.once('close', connections.begin(request.socket));
    });
    await app.ready();
    // It listens to nothing itself; this starts its watch over idle and slow connections.
    app.server.emit('listening');
    const report = (): void => {
      tell({ kind: 'report', report: reportOf(library, meter, connections.size), ...counted(failures) });
    };
    await warmUp(library);
    running = { settings, app, connections, report, close };
    tell({ kind: 'ready' });
    // A supervisor takes for silent who has not reported for twice the longer time.
    const every = (): number => (meter.isIdle ? 2 * reportEvery : reportEvery);
    repeat(every, report, (level, sentence) => logger[level](sentence));
    return running;
  } catch (error) {
    await close();
    const { message } = error instanceof Error ? error : new Error(String(error));
    const known = error instanceof UserError ? error : { code: '', status: 500, hint: '' };
    tell({ kind: 'failed', code: known.code, status: known.status, message, hint: known.hint }, () => process.exit(1));
    throw error;
  }
}

async function profile({ number, seconds }: Extract<ToWorker, { kind: 'profile' }>): Promise<void> {
  const { dataFolder } = (await starting)?.settings ?? {};
  const taken =
    dataFolder === undefined
      ? undefined
      : await lookFor(seconds, `${seconds} s of process ${process.pid}`, profilesFolder(dataFolder)).catch(
          () => undefined,
        );
  tell({ kind: 'profiled', number, id: taken?.id });
}

function reportOf(library: Library, meter: WorkerMeter, connections: number): WorkerReport {
  const { manifest, segments, deltas, records, age, problem } = library.state();
  return meter.report({
    connections,
    pool: library.database.pool(),
    index: { manifest, segments, deltas, records, age, problem },
    caches: segmentCacheUse(),
  });
}

/**
 * Asked by several at once or in turn, as monitors do, the supervisor is asked once in two seconds.
 */
function askedLately<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly when: number; readonly answer: Promise<T> } | undefined;
  return async () => {
    if (last !== undefined && performance.now() - last.when < keptStatus) return last.answer;
    const answer = ask();
    last = { when: performance.now(), answer };
    answer.catch(() => {
      last = undefined;
    });
    return answer;
  };
}

function counted(book: FailureBook): { readonly failures?: readonly CountedFailure[] } {
  const failures = book.take();
  return failures.length === 0 ? {} : { failures };
}

async function ask(only?: 'checks'): Promise<Answered> {
  const number = ++questions;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      asked.delete(number);
      reject(new Error(`the supervisor has not answered for ${statusWithin / 1000} s`));
    }, statusWithin);
    asked.set(number, (status) => {
      clearTimeout(timer);
      resolve(status);
    });
    tell({ kind: 'ask-status', number, ...(only !== undefined && { only }) });
  });
}

/** Undefined: the client has gone meanwhile. */
function answer(socket: Socket | undefined, number: number): void {
  tell({ kind: 'taken', number });
  if (socket === undefined || running === undefined) return;
  // While there are too many of them, one that is not taken is closed.
  if (!running.connections.add(socket)) return;
  running.app.server.emit('connection', socket);
  socket.resume();
}

/** Answers what has come, and ends the process. */
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  const started = await starting?.catch(() => undefined);
  if (started !== undefined) {
    const { app, connections } = started;
    const end = performance.now() + drainLimit;
    for (;;) {
      connections.closeIdle();
      if (connections.size === 0) break;
      if (performance.now() > end) {
        app.log.warn(`${connections.size} requests still ran after ${drainLimit / 1000} s and were cut off`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, lookForIdle));
    }
    await app.close();
    started.report();
    ending.abort();
    await started.close();
  }
  process.exit(0);
}

/** Without a supervisor there is nobody to tell. */
function tell(message: ToSupervisor, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}
