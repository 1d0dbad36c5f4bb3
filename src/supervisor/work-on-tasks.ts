import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { runStamper } from '../exchange/oai/stamper.ts';
import { type WorkOnJobsOptions, workOnJobs } from '../jobs/queue/work.ts';
import { type RunTasksOptions, runTasks } from '../jobs/run-tasks.ts';
import { indexFolderOf } from '../library/index-folder.ts';
import { jobKinds } from '../library/job-kinds.ts';
import { libraryTasks } from '../library/jobs.ts';
import { sendWebhooks } from '../library/webhooks.ts';
import { openMailer } from '../mail/mailer.ts';
import { failureFile } from '../monitor/failures/failure-file.ts';
import { watchFailures } from '../monitor/failures/node-failures.ts';
import { noteEnd } from '../monitor/failures/note-end.ts';
import { createOperators } from '../monitor/operators.ts';
import { openStore } from '../store/open.ts';
import { tellSystemd } from './systemd.ts';

export interface WorkOptions extends Pick<RunTasksOptions, 'onTask' | 'onTrouble'>, Pick<WorkOnJobsOptions, 'onJob'> {
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
  const { dataFolder, smtpUrl, nodeName } = settings;
  const say = (level: 'info' | 'warn' | 'error', sentence: string): void => {
    if (level !== 'info') told.onTrouble?.(sentence);
  };
  const mailer = openMailer({ smtpUrl, outbox: join(dataFolder, 'outbox'), tell: say });
  const operators = createOperators(database, () => settings);
  // Not the file of a `serve` beside it, which takes that over.
  const file = failureFile(dataFolder, 'failures-tasks');
  const failures = watchFailures({ database, node: nodeName, file, mailer: () => mailer, operators, say });
  noteEnd('tasks', failures.book, file);
  try {
    const tasks = libraryTasks(database, settings);
    onReady();
    const note = (place: string, error: unknown): void => failures.book.note({ kind: 'task', error, place });
    const here = { database, url, node: settings.nodeName, signal };
    const doesJobs = !settings.isolated && settings.jobPlaces > 0;
    await Promise.all([
      runTasks({ ...here, tasks }, { standby: 0, ...told, onFailure: note }),
      !settings.isolated && runStamper({ database, url, folder: indexFolderOf(settings), signal }, told),
      !settings.isolated && sendWebhooks({ database, url, settings, signal }, { onTrouble: told.onTrouble }),
      doesJobs &&
        workOnJobs({
          ...{ ...here, kinds: jobKinds(database, url, settings), places: settings.jobPlaces, ...told },
          onFailure: (kind, error) => note(`job ${kind}`, error),
        }),
    ]);
  } finally {
    systemd.stop();
    await failures.close();
    await mailer.close();
    await release();
  }
}
