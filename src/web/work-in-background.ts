/**
 * The background process of `serve`: looks after the index and does periodic tasks, until the
 * supervisor says so or is gone.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { runStamper } from '../exchange/oai/stamper.ts';
import { openContentStore } from '../files/open.ts';
import { indexerMemory, indexerStandby, runIndexer } from '../index/indexer.ts';
import { workOnJobs } from '../jobs/queue/work.ts';
import { runTasks, tasksStandby } from '../jobs/run-tasks.ts';
import { indexFolderOf } from '../library/index-folder.ts';
import { jobKinds } from '../library/job-kinds.ts';
import { libraryTasks } from '../library/jobs.ts';
import { sendWebhooks } from '../library/webhooks.ts';
import { createFailureBook } from '../monitor/failures/failure-book.ts';
import { failureFile } from '../monitor/failures/failure-file.ts';
import { noteEnd } from '../monitor/failures/note-end.ts';
import { createLogger, logJob, logTask } from '../monitor/log.ts';
import { residentBytes } from '../monitor/resident.ts';
import { onBeat } from '../store/beat.ts';
import { openStore, type Store } from '../store/open.ts';
import type { FromBackground } from '../supervisor/background.ts';
import type { ToWorker } from '../supervisor/messages.ts';
import { missingLibrary } from '../thumbnails/draw-apart.ts';
import { openThumbnails } from '../thumbnails/kept.ts';
import { makeThumbnails } from '../thumbnails/maker.ts';
import type { BackgroundStart } from './process/process-start.ts';

/** Milliseconds. */
const askAgain = 5_000;
const tellEvery = 1_000;
/** While there is nothing new. */
const tellAnyway = 5_000;

const ending = new AbortController();
let running: Promise<void> | undefined;

// Ctrl-C in a terminal reaches the whole group; the supervisor decides what becomes of it.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
process.on('SIGTERM', end);
process.on('disconnect', end);
process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') running = run(message.data as BackgroundStart);
  else if (message.kind === 'close') end();
});

function end(): void {
  ending.abort();
  void (running ?? Promise.resolve()).finally(() => process.exit(process.exitCode ?? 0));
}

function tell(message: FromBackground): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/** A copy that runs beside the library leaves its jobs alone. */
function doesJobs({ isolated, jobPlaces }: Settings): boolean {
  return !isolated && jobPlaces > 0;
}

/** As the end of "while ...". */
function taskText(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `running the task${names.length === 1 ? '' : 's'} ${names.join(' and ')}`;
}

/** The database may be away for a while: that is no reason to end. */
async function openWhenThere(settings: Settings, logger: Logger): Promise<Store | undefined> {
  const { signal } = ending;
  while (!signal.aborted) {
    try {
      return await openStore(settings, { signal });
    } catch (error) {
      if (!(error instanceof UserError) || signal.aborted) throw error;
      logger.warn(`The index and periodic tasks wait for the database: ${error.message}`);
      await sleep(askAgain, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

async function run({ settings, kept }: BackgroundStart): Promise<void> {
  const logger = createLogger(settings, pino.destination({ fd: 1, sync: true }));
  const { signal } = ending;
  const failures = createFailureBook(settings.nodeName);
  noteEnd('background', failures, failureFile(settings.dataFolder));
  const store = await openWhenThere(settings, logger);
  if (store === undefined) return;
  const { database, url } = store;
  const memory = indexerMemory(kept);
  const doing: Partial<
    Record<'index' | 'task' | 'job' | 'dates' | 'webhooks' | 'thumbnail' | 'thumbnailTrouble', string | undefined>
  > = {};
  let told = 0;
  const note = (part: Partial<typeof doing>, met = failures.take()): void => {
    told = performance.now();
    Object.assign(doing, part);
    const all = [doing.index, doing.task, doing.job, doing.dates, doing.webhooks, doing.thumbnail]
      .filter((one) => one !== undefined)
      .join(' and ');
    tell({
      doing: all === '' ? undefined : all,
      resident: residentBytes(),
      kept: memory,
      thumbnailTrouble: doing.thumbnailTrouble,
      failures: met,
    });
  };
  const drawThumbnails = async (): Promise<void> => {
    const onTrouble = (reason: string | undefined): void => {
      if (reason !== undefined && reason !== doing.thumbnailTrouble) logger.warn(`No thumbnails: ${reason}.`);
      note({ thumbnailTrouble: reason });
    };
    const missing = missingLibrary();
    if (missing !== undefined) return onTrouble(missing);
    await makeThumbnails({
      ...{ thumbnails: openThumbnails(settings.dataFolder), store: openContentStore(database, settings) },
      ...{ limit: settings.thumbnailCache, signal, onTrouble },
      onDrawing: (isDrawing) => note({ thumbnail: isDrawing ? 'drawing a thumbnail' : undefined }),
      // Documents are served, and the index is maintained, without them too.
    }).catch((error: unknown) => onTrouble(error instanceof Error ? error.message : String(error)));
  };
  const telling = onBeat(
    () => tellEvery,
    () => {
      const met = failures.take();
      if (met.length > 0 || performance.now() - told >= tellAnyway - tellEvery / 2) note({}, met);
    },
  );
  try {
    await Promise.all([
      runIndexer(
        { database, url, folder: indexFolderOf(settings), signal },
        {
          standby: settings.indexWork === 'standby' ? indexerStandby : 0,
          memory,
          onWork: (sentence) => logger.info(sentence),
          onDoing: (index) => note({ index }),
        },
      ),
      runTasks(
        { database, url, node: settings.nodeName, tasks: libraryTasks(database, settings), signal },
        {
          standby: settings.taskWork === 'standby' ? tasksStandby : 0,
          onTask: (name, outcome) => logTask(logger, name, outcome),
          onFailure: (name, error) => failures.note({ kind: 'task', error, place: name }),
          onTrouble: (sentence) => logger.warn(sentence),
          onDoing: (names) => note({ task: taskText(names) }),
        },
      ),
      doesJobs(settings) &&
        workOnJobs({
          ...{ database, url, node: settings.nodeName, kinds: jobKinds(database, url, settings), signal },
          places: settings.jobPlaces,
          onJob: (outcome) => logJob(logger, outcome),
          onFailure: (kind, error) => failures.note({ kind: 'task', error, place: `job ${kind}` }),
          onTrouble: (sentence) => logger.warn(sentence),
          onDoing: (names) => note({ job: names.length === 0 ? undefined : `doing ${names.join(' and ')}` }),
        }),
      !settings.isolated &&
        runStamper(
          { database, url, folder: indexFolderOf(settings), signal },
          {
            standby: settings.taskWork === 'standby' ? tasksStandby : 0,
            onTrouble: (sentence) => logger.warn(sentence),
            onDoing: (dates) => note({ dates }),
          },
        ),
      !settings.isolated &&
        sendWebhooks(
          { database, url, settings, signal },
          {
            standby: settings.taskWork === 'standby' ? tasksStandby : 0,
            onTrouble: (sentence) => logger.warn(sentence),
            onDoing: (webhooks) => note({ webhooks }),
          },
        ),
      settings.thumbnailCache > 0 && drawThumbnails(),
    ]);
  } finally {
    telling.stop();
    note({});
    await store.release();
  }
}
