import { UserError } from '../../errors/errors.ts';
import type { Database } from '../../store/database.ts';
import { type Claimed, type End, endJob, keepCheckpoint, tellJob } from './claim.ts';
import { addJobFiles } from './enqueue.ts';
import { isOpen, nextOpening, readHours } from './hours.ts';
import type { JobKind, JobProgress, RunningJob } from './job.ts';
import { requireFile } from './job-file.ts';
import { appendToLog, type JobLine } from './log.ts';

export interface RunOutcome {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly end: End;
  /** What it threw, when that is no UserError. */
  readonly bug?: unknown;
}

const watchEvery = 1_000;

/** Does one job, writes down how far it is and what it says, and how it ended. */
export async function runJob({
  database,
  claimed,
  kind,
  signal,
  now = () => new Date(),
  onWatch,
}: {
  readonly database: Database;
  readonly claimed: Claimed;
  readonly kind: JobKind;
  readonly signal: AbortSignal;
  /** By which its hours are looked at. */
  readonly now?: (() => Date) | undefined;
  /** Given a function that looks at once what is wanted of it. */
  readonly onWatch?: (look: () => void) => void;
}): Promise<RunOutcome> {
  const watch = watchJob(database, claimed, signal, now);
  onWatch?.(watch.look);
  const job: RunningJob = {
    id: claimed.id,
    name: claimed.name,
    arguments: claimed.arguments,
    person: claimed.person ?? undefined,
    checkpoint: claimed.checkpoint ?? undefined,
    signal: watch.signal,
    log: watch.log,
    tell: watch.tell,
    keep: async (checkpoint) => {
      if (!(await keepCheckpoint(database, claimed, checkpoint))) watch.end('gone');
      watch.signal.throwIfAborted();
    },
    file: (name) => requireFile(database, claimed.id, name),
    attach: (file) => database.transaction((transaction) => addJobFiles(transaction, claimed.id, [file])),
  };
  const { id, name } = claimed;
  let end: End;
  let bug: unknown;
  try {
    watch.signal.throwIfAborted();
    end = { kind: 'done', outcome: await kind.run(job) };
    watch.log('info', end.outcome.did);
    if (end.outcome.problem !== undefined) watch.log('warn', end.outcome.problem);
  } catch (error) {
    end = endOf(error, watch.why(), claimed, now());
    if (end.kind === 'failed') {
      if (!(error instanceof UserError)) bug = error;
      watch.log('error', end.problem);
    } else watch.log('info', whyText[watch.why() ?? 'process']);
  }
  await watch.close();
  if (watch.why() !== 'gone') await endJob(database, claimed, end);
  return { id, kind: kind.name, name, end, ...(bug !== undefined && { bug }) };
}

type Why = 'sleep' | 'stop' | 'gone' | 'priority' | 'hours' | 'process';

const whyText: Readonly<Record<Why, string>> = {
  sleep: 'It sleeps until somebody wakes it.',
  stop: 'It was stopped, since somebody asked for that.',
  gone: 'Another process has taken it up.',
  priority: 'It gives way to a job of a higher priority; it goes on when there is a place.',
  hours: 'Its hours are over; it goes on when they begin again.',
  process: 'The process that did it ends; another one takes it up.',
};

function endOf(error: unknown, why: Why | undefined, { hours, timeZone }: Claimed, now: Date): End {
  if (why === 'sleep') return { kind: 'sleeping' };
  if (why === 'stop') return { kind: 'stopped' };
  const open = hours === null ? undefined : readHours(hours);
  if (why !== undefined)
    return { kind: 'waiting', due: open === undefined ? now : nextOpening(open, now, timeZone ?? undefined) };
  const isUserError = error instanceof UserError;
  const problem = isUserError ? `${error.message} ${error.hint}` : `It failed: ${String(error)}`;
  // What is away comes back, and a bug may be of the moment; a wrong argument stays wrong.
  return { kind: 'failed', problem, again: !isUserError || error.status >= 500 };
}

interface JobWatch extends Pick<RunningJob, 'signal' | 'log' | 'tell'> {
  why(): Why | undefined;
  end(why: Why): void;
  /** What is wanted of it? Besides, that is looked at each second. */
  look(): void;
  /** What was said is written down. */
  close(): Promise<void>;
}

/**
 * Once a second: writes down what it says and how far it is, and asks what somebody wants of it.
 */
function watchJob(database: Database, claimed: Claimed, outer: AbortSignal, now: () => Date): JobWatch {
  const stop = new AbortController();
  let why: Why | undefined;
  let told: JobProgress | undefined;
  let lines: Pick<JobLine, 'level' | 'text' | 'at'>[] = [];
  const hours = claimed.hours === null ? undefined : readHours(claimed.hours);
  const end = (reason: Why): void => {
    why ??= reason;
    stop.abort();
  };
  const onOuter = (): void => end('process');
  outer.addEventListener('abort', onOuter, { once: true });
  if (outer.aborted) onOuter();
  const lookAtHours = (): void => {
    if (hours !== undefined && !isOpen(hours, now(), claimed.timeZone ?? undefined)) end('hours');
  };
  // It may have waited for a place until they were over.
  lookAtHours();
  const write = async (isLast = false): Promise<void> => {
    const [said, progress] = [lines, told];
    lines = [];
    told = undefined;
    try {
      await appendToLog(database, claimed.id, said);
      // How it ended is written right after.
      if (isLast && progress === undefined) return;
      const wish = await tellJob(database, claimed, progress);
      if (wish !== undefined) end(wish);
    } catch {
      // The database is away: the job notices that itself.
      lines = [...said, ...lines];
    }
    lookAtHours();
  };
  let writing: Promise<void> | undefined;
  const look = (): void => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
  };
  const timer = setInterval(look, watchEvery);
  return {
    signal: stop.signal,
    log: (level, text) => void lines.push({ level, text, at: new Date() }),
    tell: (progress) => {
      told = progress;
    },
    why: () => why,
    ...{ end, look },
    close: async () => {
      clearInterval(timer);
      outer.removeEventListener('abort', onOuter);
      await writing;
      await write(true);
    },
  };
}
