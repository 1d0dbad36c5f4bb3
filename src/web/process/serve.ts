import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, freemem, hostname, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { DestinationStream, Logger } from 'pino';
import type { Settings } from '../../config/settings.ts';
import { settingsTable } from '../../config/table.ts';
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
import { scoreboardPath } from '../../monitor/scoreboard.ts';
import { listenForStatus } from '../../monitor/status/listener.ts';
import { viewOf } from '../../monitor/status/node-view.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { closeDataFolder } from '../../store/closed-folder.ts';
import { connect } from '../../store/database.ts';
import { openStore } from '../../store/open.ts';
import { lockServe } from '../../store/serve-lock.ts';
import { type BackgroundPlan, BackgroundProcess } from '../../supervisor/background.ts';
import type { WorkerPlan } from '../../supervisor/member.ts';
import { currentRelease, ownFolder } from '../../supervisor/release.ts';
import { repeat } from '../../supervisor/repeat.ts';
import { Supervisor, WorkerFailed } from '../../supervisor/supervisor.ts';
import { tellSystemd } from '../../supervisor/systemd.ts';
import { webErrors } from '../http/errors.ts';
import type { BackgroundStart, WorkerStart } from './process-start.ts';

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
export async function serve({
  settings,
  signal,
  log,
  onListening,
  readSettings,
  onReload,
}: ServeOptions): Promise<void> {
  closeDataFolder(settings);
  const lock = await lockServe(settings.dataFolder, settings.port);
  try {
    forgetScoreboards(settings.dataFolder);
    const store = await openStore(settings, { signal });
    const logger = createLogger(settings, log);
    const { database } = store;
    const say = (level: 'info' | 'warn' | 'error', sentence: string): void => logger[level](sentence);
    const { dataFolder, nodeName } = settings;
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
        signal,
        log,
        say,
        onFailures: failures.add,
        onDeath: (how, said, running) => failures.noteDeath('worker', how, said, running),
        onAsked: (member, number) => member.tell({ kind: 'status', number, status: status() }),
        onListening: (address) => {
          lock.announce(Number(new URL(address).port));
          background.begin();
          board.look();
          onListening(address);
        },
      });
      const status = (): NodeStatus => ({
        ...machine(settings, started),
        ...partsOf(supervisor),
        background: background.status(),
        checks: board.latest(),
        heartbeat: alerts?.heartbeat(),
      });
      // A table that is locked must be said, and must not keep the connections of all other checks.
      const asked = connect(store.url, { ...impatience, lockTimeout: 500, poolSize: 3 });
      const board: CheckBoard = createCheckBoard(checks, { settings, status, database: () => asked, now: Date.now });
      // Whoever waits for the database must not keep alerts waiting.
      const impatient = connect(store.url, { ...impatience, poolSize: 2 });
      // A copy that runs beside the library wakes nobody.
      alerts = settings.isolated
        ? undefined
        : watchAlerts({
            settings: () => now,
            database: impatient,
            evaluate: allChecks(board, ownChecks({ database: impatient, status, dataFolder })),
            ...{ operators, say, mailer: () => mailer },
          });
      const id = nodeId(settings.dataFolder);
      const tellOthers = async (): Promise<void> => {
        if (!settings.isolated) await tellNode(database, id, summaryOf(status())).catch(() => undefined);
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
        view: () => viewOf(status(), database),
        checks: board,
        profile: (seconds, place) => supervisor.profile(seconds, place),
        say: (sentence) => logger.warn(sentence),
      });
      const reload = (): void => {
        const onSettings = (read: Settings): void => {
          const before = mailer;
          now = read;
          mailer = mailerOf(read, say);
          void before.close();
        };
        void reloaded({ supervisor, background, logger, onSettings }, settings, readSettings).then(
          (sentence) => logger.info(sentence),
          (error: unknown) => logger.error(error instanceof Error ? error.message : String(error)),
        );
      };
      onReload?.(reload);
      const systemd = tellSystemd(() => supervisor.status().workers.some(({ state }) => state === 'ready'));
      try {
        await supervisor.run();
      } finally {
        systemd.stop();
        clearInterval(tell);
        clearInterval(look);
        await alerts?.close();
        await Promise.all([impatient.close(), asked.close()]);
        await listener.close();
        await tellOthers();
      }
    } catch (error) {
      throw explained(error, settings);
    } finally {
      await background.close();
      await failures.close();
      await mailer.close();
      await store.release();
    }
  } finally {
    lock.release();
  }
}

/** Milliseconds, for what must not wait. */
const impatience = { connectTimeout: 1_500, statementTimeout: 3_000, lockTimeout: 2_000 };

function mailerOf({ smtpUrl, dataFolder, isolated }: Settings, tell: Parameters<typeof openMailer>[0]['tell']): Mailer {
  return openMailer({ smtpUrl: isolated ? undefined : smtpUrl, outbox: join(dataFolder, 'outbox'), tell });
}

/** Boards of workers whose supervisor was killed. We hold the lock, so there are no others. */
function forgetScoreboards(dataFolder: string): void {
  const folder = dirname(scoreboardPath(dataFolder, 0));
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith('.board')) rmSync(join(folder, name), { force: true });
}

function planOf(settings: Settings): WorkerPlan {
  return {
    workers: settings.webWorkers,
    // A supervisor of another release looks for the programs of this one under the same names: they
    // stay.
    release: () => currentRelease('src/web/worker.ts'),
    start: (address): WorkerStart => ({ settings, address }),
    limits: {
      requests: settings.workerRequests,
      memory: settings.workerMemory,
      idle: settings.workerIdle,
      silence: settings.workerSilence,
    },
    board: (pid) => scoreboardPath(settings.dataFolder, pid),
  };
}

function backgroundPlan(settings: Settings): BackgroundPlan {
  const start = (kept: unknown): BackgroundStart => ({ settings, kept });
  return { release: () => currentRelease('src/web/background.ts'), start };
}

/** Settings that this process has used already: a reload cannot change them. */
const fixed = (Object.keys(settingsTable) as (keyof Settings)[]).filter(
  (name) => settingsTable[name].change === 'restart',
);

interface Reloading {
  readonly supervisor: Supervisor;
  readonly background: BackgroundProcess;
  readonly logger: Logger;
  /** Told what is in force from now on. */
  readonly onSettings: (settings: Settings) => void;
}

async function reloaded(
  { supervisor, background, logger, onSettings }: Reloading,
  before: Settings,
  readSettings: (() => Settings) | undefined,
): Promise<string> {
  const wanted = readSettings?.() ?? before;
  const kept = fixed.filter((name) => wanted[name] !== before[name]);
  const settings = { ...wanted, ...Object.fromEntries(fixed.map((name) => [name, before[name]])) };
  const { folder } = currentRelease('src/web/worker.ts');
  if (!(await supervisor.reload(planOf(settings)))) return 'Reload failed; the running release continues.';
  onSettings(settings);
  await background.reload(backgroundPlan(settings));
  logger.level = settings.logLevel;
  const restart = kept.length === 0 ? '' : ` These settings need a restart: ${kept.map(settingName).join(', ')}.`;
  const own =
    folder === ownFolder
      ? ''
      : ' The process that accepts connections keeps its previous release, which works with this one, until `serve` is restarted.';
  return `Code and settings were reloaded from ${folder}.${own}${restart}`;
}

function settingName(key: keyof Settings): string {
  const { name, environment } = settingsTable[key];
  return name ?? environment;
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
