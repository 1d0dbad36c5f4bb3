/** A worker process of `serve`: answers the connections that the supervisor hands it, until the supervisor says so or is gone. */
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Access, openAccess } from '../access/access.ts';
import type { RegistrationPolicy } from '../access/registration.ts';
import type { ToSupervisor, ToWorker } from '../cluster/messages.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { type Library, openLibrary } from '../library/open.ts';
import { type Mailer, openMailer } from '../mail/mailer.ts';
import { createApp } from './app.ts';
import { createLogger } from './log.ts';
import type { WebPeople } from './people.ts';
import { createProviders, readSecrets } from './providers.ts';
import { createReadiness } from './readiness.ts';

/** In-flight requests get this long. Milliseconds. */
const drainLimit = 30_000;
const lookForIdle = 20;

/** What the supervisor starts it with. */
export interface WorkerStart {
  readonly settings: Settings;
  /** Where the supervisor listens. */
  readonly address: string;
}

interface Running {
  readonly app: FastifyInstance;
  close(): Promise<void>;
}

const readiness = createReadiness();
const logLines = pino.destination({ fd: 1, sync: true });
const ending = new AbortController();
const sockets = new Set<Socket>();
let starting: Promise<Running> | undefined;
let running: Running | undefined;
let closing = false;

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
  } else void close();
});

async function start({ settings, address }: WorkerStart): Promise<Running> {
  const opened: { library?: Library; access?: Access; mailer?: Mailer } = {};
  const close = async (): Promise<void> => {
    await opened.mailer?.close();
    await opened.access?.close();
    await opened.library?.close();
  };
  try {
    const logger = createLogger(settings, logLines);
    const library = await openLibrary(settings);
    opened.library = library;
    // Pages say that citations are being counted until they are.
    void library.citationsReady().catch(() => undefined);
    const { baseUrl, trustProxy } = settings;
    const access = await openAccess({ database: library.database, url: library.url, signal: ending.signal });
    opened.access = access;
    const mailer = openMailer({
      smtpUrl: settings.smtpUrl,
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
      linkBase: () => baseUrl ?? address,
    };
    const app = createApp(library, {
      baseUrl,
      trustProxy,
      logger,
      readiness,
      people,
      limits: settings,
      sharedCache: settings.sharedCache,
    });
    app.addHook('onSend', async (_, reply) => {
      if (closing) reply.header('connection', 'close');
    });
    await app.ready();
    // It listens to nothing itself; this starts its watch over idle and slow connections.
    app.server.emit('listening');
    running = { app, close };
    tell({ kind: 'ready' });
    return running;
  } catch (error) {
    await close();
    const { message } = error instanceof Error ? error : new Error(String(error));
    const known = error instanceof UserError ? error : { code: '', status: 500, hint: '' };
    tell({ kind: 'failed', code: known.code, status: known.status, message, hint: known.hint }, () => process.exit(1));
    throw error;
  }
}

/** Undefined: the client has gone meanwhile. */
function answer(socket: Socket | undefined, number: number): void {
  tell({ kind: 'taken', number });
  if (socket === undefined || running === undefined) return;
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  running.app.server.emit('connection', socket);
  socket.resume();
}

/** Answers what has come, and ends the process. */
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  const started = await starting?.catch(() => undefined);
  if (started !== undefined) {
    const { app } = started;
    const end = performance.now() + drainLimit;
    for (;;) {
      app.server.closeIdleConnections();
      if (sockets.size === 0) break;
      if (performance.now() > end) {
        app.log.warn(`${sockets.size} requests still ran after ${drainLimit / 1000} s and were cut off`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, lookForIdle));
    }
    await app.close();
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
