import { setTimeout as sleep } from 'node:timers/promises';
import { untilBeat } from '../store/beat.ts';
import type { Database } from '../store/database.ts';
import { type Lease, takeLease, whileHeld } from '../store/lease.ts';
import {
  type Begun,
  beginTask,
  dueTasks,
  endTask,
  enterMissing,
  enterTasks,
  failTask,
  giveTaskBack,
  laneLeases,
  tellProgress,
} from './calendar.ts';
import { isWithin } from './clock-times.ts';
import { type Lane, longestOf, type Outcome, type Task } from './task.ts';

export interface TaskContext {
  readonly database: Database;
  readonly url: string;
  /** The name of this node. */
  readonly node: string;
  readonly tasks: readonly Task[];
  readonly signal: AbortSignal;
}

export interface RunTasksOptions {
  /** Tasks are left to others until they are so late, in ms. */
  readonly standby: number;
  /** How often it looks for tasks that are due, in ms. */
  readonly every?: number;
  /** A sentence for the log. */
  readonly onTask?: (name: string, outcome: Outcome) => void;
  /** A task has thrown this. */
  readonly onFailure?: (name: string, error: unknown) => void;
  readonly onTrouble?: (sentence: string) => void;
  /** Told what is being done now. */
  readonly onDoing?: (names: readonly string[]) => void;
}

/** How late tasks are done by a node on standby, in ms: longer than others need to be restarted. */
export const tasksStandby = 120_000;

const lookEvery = 5_000;
const longestPause = 60_000;

/**
 * Runs the tasks that are due until the signal aborts. Any number of processes can do this in a
 * cluster: for each lane one of them runs tasks, the one that looks first.
 */
export async function runTasks(context: TaskContext, options: RunTasksOptions): Promise<void> {
  const { every = lookEvery, standby, onTrouble } = options;
  const { database, tasks, signal } = context;
  const busy = new Map<Lane, Promise<void>>();
  const doing = new Set<string>();
  let pause = every;
  let enter: typeof enterTasks | undefined = enterTasks;
  const trouble = (error: unknown): void => {
    if (signal.aborted) return;
    // The database is away. Trying more and more rarely does no harm.
    onTrouble?.(`Periodic tasks could not be run: ${messageOf(error)}`);
    pause = Math.min(longestPause, pause * 2);
  };
  while (!signal.aborted) {
    try {
      await enter?.(database, tasks);
      enter = undefined;
      const names = tasks.filter((task) => !busy.has(task.lane) && mayBegin(task)).map(({ name }) => name);
      const due = await dueTasks(database, names, standby);
      pause = every;
      for (const lane of new Set(tasks.filter(({ name }) => due.includes(name)).map((task) => task.lane))) {
        const work = doLane(lane, context, options, doing)
          .catch(trouble)
          .finally(() => {
            busy.delete(lane);
            enter ??= enterMissing;
          });
        busy.set(lane, work);
      }
    } catch (error) {
      trouble(error);
    }
    await sleep(pause === every ? untilBeat(every) : pause, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(busy.values());
}

function mayBegin({ window }: Task): boolean {
  return window === undefined || isWithin(window, new Date());
}

async function doLane(
  lane: Lane,
  context: TaskContext,
  { standby, onTask, onFailure, onDoing }: RunTasksOptions,
  doing: Set<string>,
): Promise<void> {
  const { database, url, tasks, signal } = context;
  const lease = await takeLease(url, laneLeases[lane], { label: laneLeases[lane], wait: false, signal });
  if (lease === undefined) return;
  const names = tasks.filter((task) => task.lane === lane && mayBegin(task)).map(({ name }) => name);
  try {
    // Whoever had the lease may have done them since; what falls due meanwhile is for the next
    // round.
    for (const name of await dueTasks(database, names, standby)) {
      if (signal.aborted || lease.lost.aborted) return;
      const task = tasks.find((one) => one.name === name)!;
      doing.add(name);
      onDoing?.([...doing]);
      const outcome = await doTask({ ...context, lease, onFailure }, task).finally(() => {
        doing.delete(name);
        onDoing?.([...doing]);
      });
      if (outcome !== undefined) onTask?.(name, outcome);
    }
  } finally {
    await lease.release();
  }
}

/** Undefined: it was given up, and another process may start it; or its row is gone. */
export async function doTask(
  {
    database,
    node,
    signal,
    lease,
    onFailure,
  }: Omit<TaskContext, 'url' | 'tasks'> & {
    readonly lease: Lease;
    readonly onFailure?: RunTasksOptions['onFailure'] | undefined;
  },
  task: Task,
): Promise<Outcome | undefined> {
  const held = whileHeld(lease, signal);
  const doer = { node, holder: lease.holder };
  let begun = await beginTask(database, task.name, doer);
  if (begun === undefined) {
    await enterMissing(database, [task]);
    begun = await beginTask(database, task.name, doer);
  }
  if (begun === undefined) return undefined;
  const watch = watchRun(database, begun, longestOf(task));
  try {
    const outcome = await task.run(AbortSignal.any([held, watch.signal]), watch.tell);
    await endTask(database, begun, task, outcome);
    return outcome;
  } catch (error) {
    if (held.aborted) {
      await giveTaskBack(database, begun);
      return undefined;
    }
    if (watch.why() === 'asked') {
      const outcome = { did: 'It was stopped before its end, since somebody asked for that.' };
      await endTask(database, begun, task, outcome);
      return outcome;
    }
    onFailure?.(task.name, error);
    const problem =
      watch.why() === 'long'
        ? `It was stopped, since it had run for ${Math.round(longestOf(task) / 60_000)} minutes, which is too long.`
        : `The task failed: ${messageOf(error)}`;
    await failTask(database, begun, problem);
    return { did: '', problem };
  } finally {
    watch.end();
  }
}

const watchEvery = 1_000;

interface RunWatch {
  /** Aborts when somebody asks for its end, or it has run for too long. */
  readonly signal: AbortSignal;
  readonly why: () => 'asked' | 'long' | undefined;
  readonly tell: (progress: string) => void;
  readonly end: () => void;
}

/** Once a second: writes down how far a run is, and asks whether it shall stop. */
function watchRun(database: Database, begun: Begun, longest: number): RunWatch {
  const stop = new AbortController();
  let why: 'asked' | 'long' | undefined;
  let told: string | undefined;
  let asking = false;
  const end = (reason: 'asked' | 'long'): void => {
    why ??= reason;
    stop.abort();
  };
  const look = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const progress = told;
    told = undefined;
    try {
      if (await tellProgress(database, begun, progress)) end('asked');
    } catch {
      // The database is away: the run will notice itself.
    } finally {
      asking = false;
    }
  };
  const looking = setInterval(() => void look(), watchEvery);
  const limit = setTimeout(() => end('long'), longest);
  return {
    signal: stop.signal,
    why: () => why,
    tell: (progress) => {
      told = progress;
    },
    end: () => {
      clearInterval(looking);
      clearTimeout(limit);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
