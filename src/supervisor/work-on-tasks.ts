import type { Settings } from '../config/settings.ts';
import { type RunTasksOptions, runTasks } from '../jobs/run-tasks.ts';
import { libraryTasks } from '../library/jobs.ts';
import { openStore } from '../store/open.ts';
import { tellSystemd } from './systemd.ts';

export interface WorkOptions extends Pick<RunTasksOptions, 'onTask' | 'onTrouble'> {
  readonly settings: Settings;
  /** Ends it; what is begun is given up, and somebody else begins it again. */
  readonly signal: AbortSignal;
  /** Called once, when tasks are looked after. */
  readonly onReady: () => void;
}

/**
 * Does the periodic tasks of a library until the signal. Throws UserError when the database cannot
 * be asked at the beginning.
 */
export async function workOnTasks({ settings, signal, onReady, ...told }: WorkOptions): Promise<void> {
  const { database, url, release } = await openStore(settings, { signal });
  const systemd = tellSystemd(() => true);
  try {
    const tasks = libraryTasks(database, settings);
    onReady();
    await runTasks({ database, url, node: settings.nodeName, tasks, signal }, { standby: 0, ...told });
  } finally {
    systemd.stop();
    await release();
  }
}
