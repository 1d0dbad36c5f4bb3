import type { Logger } from 'pino';
import type { Settings } from '../../config/settings.ts';
import { settingsTable } from '../../config/table.ts';
import type { LastReload, NodeStatus } from '../../monitor/node-status.ts';
import { scoreboardPath } from '../../monitor/scoreboard.ts';
import type { BackgroundPlan, BackgroundProcess } from '../../supervisor/background.ts';
import type { WorkerPlan } from '../../supervisor/member.ts';
import { currentRelease, ownFolder } from '../../supervisor/release.ts';
import type { Supervisor } from '../../supervisor/supervisor.ts';
import type { BackgroundStart, WorkerStart } from './process-start.ts';

export function planOf(settings: Settings): WorkerPlan {
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

export function backgroundPlan(settings: Settings): BackgroundPlan {
  const start = (kept: unknown): BackgroundStart => ({ settings, kept });
  return { release: () => currentRelease('src/web/background.ts'), start };
}

/** Settings that this process has used already: a reload cannot change them. */
const fixed = (Object.keys(settingsTable) as (keyof Settings)[]).filter(
  (name) => settingsTable[name].change === 'restart',
);

export interface Reloading {
  readonly supervisor: Supervisor;
  readonly background: BackgroundProcess;
  readonly logger: Logger;
  /** Told what is in force from now on. */
  readonly onSettings: (settings: Settings) => void;
}

/**
 * Reloads when it is called, and knows what became of it: a signal gives no answer, so whoever sent
 * it asks the state of the node.
 */
export class Reloads {
  #reloads = 0;
  #failedReloads = 0;
  #lastReload: LastReload | undefined;
  readonly #parts: Reloading;
  readonly #before: Settings;
  readonly #readSettings: (() => Settings) | undefined;

  constructor(parts: Reloading, before: Settings, readSettings: (() => Settings) | undefined) {
    this.#parts = parts;
    this.#before = before;
    this.#readSettings = readSettings;
  }

  status(): Pick<NodeStatus, 'reloads' | 'failedReloads' | 'lastReload'> {
    return { reloads: this.#reloads, failedReloads: this.#failedReloads, lastReload: this.#lastReload };
  }

  readonly reload = (): void => {
    const { logger } = this.#parts;
    reloaded(this.#parts, this.#before, this.#readSettings).then(
      (said) => {
        this.#reloads++;
        this.#lastReload = { when: Date.now(), succeeded: true, said };
        logger.info(said);
      },
      (error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        this.#failedReloads++;
        this.#lastReload = { when: Date.now(), succeeded: false, said };
        logger.error(said);
      },
    );
  };
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
  if (!(await supervisor.reload(planOf(settings)))) throw new Error('Reload failed; the running release continues.');
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
