import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, type Logger, pino } from 'pino';
import { type Access, openAccess } from '../access/access.ts';
import type { RegistrationPolicy } from '../access/registration.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { runIndexer } from '../index/indexer.ts';
import { openLibrary } from '../library/open.ts';
import { type Mailer, openMailer } from '../mail/mailer.ts';
import { lockServe } from '../store/serve-lock.ts';
import { createApp } from './app.ts';
import { webErrors } from './errors.ts';
import type { WebPeople } from './people.ts';
import { createProviders, readSecrets } from './providers.ts';
import { createReadiness, type Readiness } from './readiness.ts';

export interface ServeOptions {
  readonly settings: Settings;
  /** Ends the server: requests that have come are still answered. */
  readonly signal: AbortSignal;
  /** Gets the log, one JSON object a line. */
  readonly log: DestinationStream;
  /** Called once, when requests are answered. */
  readonly onListening: (address: string) => void;
}

/** In-flight requests get this long after the signal. Milliseconds. */
const drainLimit = 30_000;
/** A balancer that asked whether we are ready gets this long to ask again and look away. Milliseconds. */
const lookAwayLimit = 5_000;

/** Serves the library of the settings until the signal. Throws UserError when it cannot listen or another one serves this folder. */
export async function serve({ settings, signal, log, onListening }: ServeOptions): Promise<void> {
  const { host, port } = settings;
  const lock = await lockServe(settings.dataFolder, port);
  try {
    const library = await openLibrary(settings, signal);
    const closing = new AbortController();
    let indexer: Promise<void> | undefined;
    let access: Access | undefined;
    let mailer: Mailer | undefined;
    let address = '';
    try {
      const readiness = createReadiness();
      const logger = pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, log);
      const { baseUrl, trustProxy } = settings;
      access = await openAccess({ database: library.database, url: library.url, signal: closing.signal });
      mailer = openMailer({
        smtpUrl: settings.smtpUrl,
        outbox: join(settings.dataFolder, 'outbox'),
        tell: (level, sentence) => logger[level](sentence),
      });
      const people: WebPeople = {
        access,
        mailer,
        registration: settings.registration as RegistrationPolicy,
        providers: createProviders(readSecrets(settings.signInSecrets)),
        mailFrom: settings.mailFrom,
        linkBase: () => baseUrl ?? address,
      };
      const app = createApp(library, { baseUrl, trustProxy, logger, readiness, people });
      address = await listen(app, host, port);
      lock.announce(Number(new URL(address).port));
      const { database, url, indexFolder: folder } = library;
      const onWork = (sentence: string) => logger.info(sentence);
      indexer = runIndexer({ database, url, folder, signal: closing.signal }, { onWork });
      onListening(address);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await drain(app, readiness, logger);
    } finally {
      closing.abort();
      await indexer;
      await mailer?.close();
      await access?.close();
      await library.close();
    }
  } finally {
    lock.release();
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const kinds = {
      EADDRINUSE: webErrors.portTaken,
      EACCES: webErrors.portForbidden,
      EADDRNOTAVAIL: webErrors.hostUnknown,
      ENOTFOUND: webErrors.hostUnknown,
    } as const;
    if (typeof code === 'string' && code in kinds)
      throw new UserError(kinds[code as keyof typeof kinds], { host, port }, error);
    throw error;
  }
}

/** Says that we are going, lets balancers look away, answers what has come, and closes. */
async function drain(app: FastifyInstance, readiness: Readiness, logger: Logger): Promise<void> {
  readiness.goAway();
  await Promise.race([readiness.noticed(), sleep(lookAwayLimit, undefined, { ref: false })]);
  const limit = setTimeout(() => {
    logger.warn(`requests still ran ${drainLimit / 1000} s after the signal and were cut off`);
    app.server.closeAllConnections();
  }, drainLimit);
  await app.close();
  clearTimeout(limit);
}
