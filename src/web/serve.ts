import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, freemem, hostname, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { DestinationStream } from 'pino';
import type { WorkerPlan } from '../cluster/member.ts';
import { nodeId, tellNode } from '../cluster/nodes.ts';
import { currentRelease } from '../cluster/release.ts';
import { Supervisor, WorkerFailed } from '../cluster/supervisor.ts';
import { tellSystemd } from '../cluster/systemd.ts';
import type { Settings } from '../config/settings.ts';
import { settingsTable } from '../config/table.ts';
import { version } from '../config/version.ts';
import { UserError } from '../errors/errors.ts';
import { indexerStandby, runIndexer } from '../index/indexer.ts';
import { indexFolderOf } from '../library/open.ts';
import { type NodeStatus, summaryOf } from '../operations/node-status.ts';
import { closeDataFolder } from '../store/closed-folder.ts';
import { openStore } from '../store/open.ts';
import { lockServe } from '../store/serve-lock.ts';
import { libraryTasks } from '../tasks/library-tasks.ts';
import { runTasks, tasksStandby } from '../tasks/run-tasks.ts';
import { webErrors } from './errors.ts';
import { createLogger, logTask } from './log.ts';
import { viewOf } from './status/answer.ts';
import { listenForStatus } from './status/listener.ts';
import { boardPath, statusSocket, type WorkerStart } from './worker-start.ts';

export interface ServeOptions {
  readonly settings: Settings;
  /** Ends the server: requests that have come are still answered. */
  readonly signal: AbortSignal;
  /** Gets the log, one JSON object a line. */
  readonly log: DestinationStream;
  /** Called once, when requests are answered. */
  readonly onListening: (address: string) => void;
  /** Settings as they are now, for a reload; throws what is wrong with them. Without it nothing is reloaded. */
  readonly readSettings?: () => Settings;
  /** Is given what to call for a reload. */
  readonly onReload?: (reload: () => void) => void;
}

/** How often other nodes are told how this one is. Milliseconds. */
const tellEvery = 5_000;

/**
 * Serves the library of the settings until the signal: worker processes that answer requests, and here what a node does once: the index and periodic tasks are
 * looked after, and how the node is can be asked. SIGHUP reads code and settings again. Throws UserError when it cannot listen or another one serves this folder.
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
    forgetBoards(settings.dataFolder);
    const store = await openStore(settings, { signal });
    const closing = new AbortController();
    const logger = createLogger(settings, log);
    const { database, url } = store;
    const folder = indexFolderOf(settings);
    let background: Promise<unknown> = Promise.resolve();
    try {
      background = Promise.all([
        runIndexer(
          { database, url, folder, signal: closing.signal },
          {
            standby: settings.indexWork === 'standby' ? indexerStandby : 0,
            onWork: (sentence) => logger.info(sentence),
          },
        ),
        runTasks(
          { database, url, node: settings.nodeName, tasks: libraryTasks(database, settings), signal: closing.signal },
          {
            standby: settings.taskWork === 'standby' ? tasksStandby : 0,
            onTask: (name, outcome) => logTask(logger, name, outcome),
            onTrouble: (sentence) => logger.warn(sentence),
          },
        ),
      ]);
      const started = Date.now();
      const supervisor = await Supervisor.listen({
        plan: planOf(settings),
        host: settings.host,
        port: settings.port,
        signal,
        log,
        say: (level, sentence) => logger[level](sentence),
        onAsked: (member, number) => member.tell({ kind: 'status', number, status: status() }),
        onListening: (address) => {
          lock.announce(Number(new URL(address).port));
          onListening(address);
        },
      });
      const status = (): NodeStatus => ({ ...machine(settings, started), ...partsOf(supervisor) });
      const id = nodeId(settings.dataFolder);
      const tell = setInterval(() => {
        tellNode(database, id, summaryOf(status())).catch(() => undefined);
      }, tellEvery);
      const listener = await listenForStatus({
        socket: statusSocket(settings.dataFolder),
        port: settings.statusPort,
        view: () => viewOf(status(), database),
        profile: (seconds, place) => supervisor.profile(seconds, place),
        say: (sentence) => logger.warn(sentence),
      });
      const reload = (): void => {
        void reloaded(supervisor, settings, readSettings).then(
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
        await listener.close();
        await tellNode(database, id, summaryOf(status())).catch(() => undefined);
      }
    } catch (error) {
      throw explained(error, settings);
    } finally {
      closing.abort();
      await background;
      await store.release();
    }
  } finally {
    lock.release();
  }
}

/** Boards of workers whose supervisor was killed. We hold the lock, so there are no others. */
function forgetBoards(dataFolder: string): void {
  const folder = dirname(boardPath(dataFolder, 0));
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith('.board')) rmSync(join(folder, name), { force: true });
}

function planOf(settings: Settings): WorkerPlan {
  return {
    workers: settings.webWorkers,
    release: () => currentRelease('src/web/worker.ts'),
    start: (address): WorkerStart => ({ settings, address }),
    limits: {
      requests: settings.workerRequests,
      memory: settings.workerMemory,
      idle: settings.workerIdle,
      silence: settings.workerSilence,
    },
    board: (pid) => boardPath(settings.dataFolder, pid),
  };
}

/** Settings that this process has used already: a reload cannot change them. */
const fixed = [
  'dataFolder',
  'databaseUrl',
  'host',
  'port',
  'statusPort',
  'nodeName',
  'indexWork',
  'taskWork',
  'fileCheck',
] as const;

async function reloaded(
  supervisor: Supervisor,
  before: Settings,
  readSettings: (() => Settings) | undefined,
): Promise<string> {
  const wanted = readSettings?.() ?? before;
  const kept = fixed.filter((name) => wanted[name] !== before[name]);
  const settings = { ...wanted, ...Object.fromEntries(fixed.map((name) => [name, before[name]])) };
  const { folder } = currentRelease('src/web/worker.ts');
  if (!(await supervisor.reload(planOf(settings)))) return 'Nothing was reloaded; what was in force goes on.';
  const restart =
    kept.length === 0 ? '' : ` These need a restart: ${kept.map((name) => settingsTable[name].name).join(', ')}.`;
  return `Code and settings were read again, from ${folder}.${restart}`;
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
    resident: process.memoryUsage.rss(),
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

/** What the operator can mend, as a sentence and a hint. */
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
