import { availableParallelism, freemem, hostname, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import type { Settings } from '../../config/settings.ts';
import { version } from '../../config/version.ts';
import { UserError } from '../../errors/errors.ts';
import { type Mailer, openMailer } from '../../mail/mailer.ts';
import { allChecks } from '../../monitor/alerts/all-checks.ts';
import { ownChecks } from '../../monitor/alerts/own-checks.ts';
import { type AlertWatch, watchAlerts } from '../../monitor/alerts/watch-alerts.ts';
import { type CheckBoard, createCheckBoard } from '../../monitor/check/board.ts';
import { checks } from '../../monitor/check/table.ts';
import { failureFile } from '../../monitor/failures/failure-file.ts';
import { watchFailures } from '../../monitor/failures/node-failures.ts';
import { createLogger } from '../../monitor/log.ts';
import { type NodeStatus, summaryOf } from '../../monitor/node-status.ts';
import { nodeId, tellNode } from '../../monitor/nodes.ts';
import { createOperators } from '../../monitor/operators.ts';
import { residentBytes } from '../../monitor/resident.ts';
import { listenForStatus } from '../../monitor/status/listener.ts';
import { viewOf } from '../../monitor/status/node-view.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { closeDataFolder } from '../../store/closed-folder.ts';
import { connect } from '../../store/database.ts';
import { openStore } from '../../store/open.ts';
import { lockServe } from '../../store/serve-lock.ts';
import { BackgroundProcess } from '../../supervisor/background.ts';
import { isOnTrial } from '../../supervisor/release.ts';
import { repeat } from '../../supervisor/repeat.ts';
import { Supervisor, WorkerFailed } from '../../supervisor/supervisor.ts';
import { tellSystemd } from '../../supervisor/systemd.ts';
import { webErrors } from '../http/errors.ts';
import { type InheritedSockets, otherAddress, takeInherited } from './inherited.ts';
import { endLeftovers } from './leftovers.ts';
import { backgroundPlan, planOf, Reloads } from './reload.ts';
import { turnAway } from './turn-away.ts';

export interface ServeOptions {
  readonly settings: Settings;
  /** Ends the server: requests that have come are still answered. */
  readonly signal: AbortSignal;
  /** Gets the log, one JSON object a line. */
  readonly log: DestinationStream;
  /** Called once, when requests are answered. */
  readonly onListening: (address: string) => void;
  /**
   * Settings as they are now, for a reload; throws what is wrong with them. Without it nothing is
   * reloaded.
   */
  readonly readSettings?: () => Settings;
  /** Is given what to call for a reload. */
  readonly onReload?: (reload: () => void) => void;
}

/** How often this node reports its state to other nodes. Milliseconds. */
const tellEvery = 5_000;
/** How often it is asked which checks are due. Milliseconds. */
const lookEvery = 5_000;

/**
 * Serves the library of the settings until the signal: worker processes that answer requests, a
 * background process that maintains the index and runs periodic tasks; in this process, incoming
 * connections and the state of the node. SIGHUP reloads code and settings. Throws UserError when it
 * cannot listen or another process serves this folder.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const inherited = takeInherited();
  let hasBegun = false;
  const onListening = (address: string): void => {
    hasBegun = true;
    options.onListening(address);
  };
  try {
    await serveWith(inherited, { ...options, onListening });
  } catch (error) {
    // Of a release on trial the one before answers those who wait.
    if (!hasBegun && !isOnTrial()) await turnAway(inherited.web);
    throw error;
  }
}

async function serveWith(
  inherited: InheritedSockets,
  { settings, signal, log, onListening, readSettings, onReload }: ServeOptions,
): Promise<void> {
  closeDataFolder(settings);
  const lock = await lockServe(settings.dataFolder, settings.port);
  try {
    const store = await openStore(settings, { signal });
    const logger = createLogger(settings, log);
    const { database } = store;
    const say = (level: 'info' | 'warn' | 'error', sentence: string): void => logger[level](sentence);
    const { dataFolder, nodeName } = settings;
    const leftovers = endLeftovers(dataFolder, (sentence) => logger.warn(sentence));
    // As they are after a reload.
    let now = settings;
    let mailer = mailerOf(settings, say);
    const operators = createOperators(database, () => now);
    const failures = watchFailures({
      ...{ database, node: nodeName, file: failureFile(dataFolder), mailer: () => mailer, operators, say },
    });
    const background = new BackgroundProcess(backgroundPlan(settings), log, {
      say,
      onFailures: failures.add,
      onDeath: (how, said) => failures.noteDeath('background', how, said),
    });
    signal.addEventListener('abort', () => background.expectEnd(), { once: true });
    try {
      const started = Date.now();
      let alerts: AlertWatch | undefined;
      const supervisor = await Supervisor.listen({
        plan: planOf(settings),
        host: settings.host,
        port: settings.port,
        inherited: inherited.web,
        signal,
        log,
        say,
        onFailures: failures.add,
        onDeath: (how, said, running) => failures.noteDeath('worker', how, said, running),
        onAsked: (member, number, only) =>
          member.tell({ kind: 'status', number, status: only === 'checks' ? { checks: board.latest() } : status() }),
        onListening: (address) => {
          lock.announce(Number(new URL(address).port));
          background.begin();
          lately.forget();
          board.look();
          onListening(address);
        },
      });
      const onSettings = (read: Settings): void => {
        const before = mailer;
        now = read;
        mailer = mailerOf(read, say);
        void before.close();
      };
      const reloads = new Reloads({ supervisor, background, logger, onSettings }, settings, readSettings);
      const other = otherAddress(inherited.web, settings);
      if (other !== undefined) say('warn', other);
      const status = (): NodeStatus => ({
        ...machine(settings, started),
        ...partsOf(supervisor),
        ...reloads.status(),
        background: background.status(),
        checks: board.latest(),
        heartbeat: alerts?.heartbeat(),
      });
      // Checks, alerts and the report to other nodes come on the same beat.
      const lately = keptBriefly(status);
      // A table that is locked must be said, and must not keep the connections of all other checks.
      const asked = connect(store.url, { ...impatience, lockTimeout: 500, poolSize: 3 });
      const board: CheckBoard = createCheckBoard(checks, {
        ...{ settings: () => now, status: lately.now, database: () => asked, now: Date.now },
      });
      // Whoever waits for the database must not keep alerts waiting.
      const impatient = connect(store.url, { ...impatience, poolSize: 2 });
      // A copy that runs beside the library wakes nobody.
      alerts = settings.isolated
        ? undefined
        : watchAlerts({
            settings: () => now,
            database: impatient,
            evaluate: allChecks(board, ownChecks({ database: impatient, status: lately.now, dataFolder })),
            ...{ operators, say, mailer: () => mailer },
          });
      const id = nodeId(settings.dataFolder);
      const tellOthers = async (): Promise<void> => {
        if (!settings.isolated) await tellNode(database, id, summaryOf(lately.now())).catch(() => undefined);
      };
      const tell = repeat(tellEvery, () => void tellOthers(), say);
      const look = repeat(
        lookEvery,
        () => {
          if (supervisor.status().state !== 'starting') board.look();
        },
        say,
      );
      const listener = await listenForStatus({
        socket: statusSocket(settings.dataFolder),
        port: settings.statusPort,
        inherited: inherited.status?.fd,
        view: () => viewOf(status(), database),
        checks: board,
        profile: (seconds, place) => supervisor.profile(seconds, place),
        say: (sentence) => logger.warn(sentence),
      });
      onReload?.(reloads.reload);
      const systemd = tellSystemd(() => supervisor.status().workers.some(({ state }) => state === 'ready'));
      try {
        await supervisor.run();
      } finally {
        systemd.stop();
        tell.stop();
        look.stop();
        await alerts?.close();
        await Promise.all([impatient.close(), asked.close()]);
        await listener.close();
        lately.forget();
        await tellOthers();
      }
    } catch (error) {
      throw explained(error, settings);
    } finally {
      leftovers.close();
      await background.close();
      await failures.close();
      await mailer.close();
      await store.release();
    }
  } finally {
    lock.release();
  }
}

/** Milliseconds. */
const briefly = 20;

/** What was found is good for a moment: it reads files, and many ask at once. */
function keptBriefly<T>(find: () => T): { now(): T; forget(): void } {
  let found: { readonly what: T; readonly when: number } | undefined;
  return {
    now: () => {
      const when = performance.now();
      if (found === undefined || when - found.when > briefly) found = { what: find(), when };
      return found.what;
    },
    forget: () => {
      found = undefined;
    },
  };
}

/** Milliseconds, for what must not wait. */
const impatience = { connectTimeout: 1_500, statementTimeout: 3_000, lockTimeout: 2_000 };

function mailerOf({ smtpUrl, dataFolder, isolated }: Settings, tell: Parameters<typeof openMailer>[0]['tell']): Mailer {
  return openMailer({ smtpUrl: isolated ? undefined : smtpUrl, outbox: join(dataFolder, 'outbox'), tell });
}

function machine({ nodeName }: Settings, started: number) {
  return {
    name: nodeName,
    version: version(),
    host: hostname(),
    pid: process.pid,
    started,
    now: Date.now(),
    cores: availableParallelism(),
    load: loadavg(),
    memory: { total: totalmem(), free: freemem() },
    resident: residentBytes(),
  };
}

function partsOf(supervisor: Supervisor) {
  const { meter, address } = supervisor;
  return {
    address,
    ...supervisor.status(),
    totals: meter.totals(),
    samples: meter.samples(),
    routes: meter.routes(),
  };
}

/** What the operator can repair, as a sentence and a hint. */
function explained(error: unknown, { host, port }: Settings): unknown {
  if (error instanceof WorkerFailed) {
    const { code, status, message, hint } = error.failure;
    return code === '' ? error : new UserError({ code, status, message, hint }, {}, error);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const kinds = {
    EADDRINUSE: webErrors.portTaken,
    EACCES: webErrors.portForbidden,
    EADDRNOTAVAIL: webErrors.hostUnknown,
    ENOTFOUND: webErrors.hostUnknown,
  } as const;
  return typeof code === 'string' && code in kinds
    ? new UserError(kinds[code as keyof typeof kinds], { host, port }, error)
    : error;
}
