import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../store/database.ts';
import { type Lease, takeLease, whileHeld } from '../store/lease.ts';
import { beginTask, dueTasks, endTask, enterTasks, failTask, giveTaskBack } from './calendar.ts';
import type { Outcome, Task } from './task.ts';

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
  /** How often it looks for what is due, in ms. */
  readonly every?: number;
  /** A sentence for the log. */
  readonly onTask?: (name: string, outcome: Outcome) => void;
  /** A task has thrown this. */
  readonly onFailure?: (name: string, error: unknown) => void;
  readonly onTrouble?: (sentence: string) => void;
  /** Told what is begun, and with undefined when that has ended. */
  readonly onBegin?: (name: string | undefined) => void;
}

/** How late tasks are done by a node on standby, in ms: longer than others need to be restarted. */
export const tasksStandby = 120_000;

const lookEvery = 5_000;
const longestPause = 60_000;

/**
 * Does what is due until the signal aborts. Any number of these may run in a cluster: one at a time
 * does tasks, whichever looks first.
 */
export async function runTasks(context: TaskContext, options: RunTasksOptions): Promise<void> {
  const { every = lookEvery, onTrouble } = options;
  const { database, tasks, signal } = context;
  let pause = every;
  let entered = false;
  while (!signal.aborted) {
    try {
      if (!entered) await enterTasks(database, tasks);
      entered = true;
      await doDueTasks(context, options);
      pause = every;
    } catch (error) {
      if (signal.aborted) return;
      // The database is away. Trying more and more rarely does no harm.
      onTrouble?.(`Periodic tasks could not be run: ${messageOf(error)}`);
      pause = Math.min(longestPause, pause * 2);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

async function doDueTasks(
  context: TaskContext,
  { standby, onTask, onFailure, onBegin }: RunTasksOptions,
): Promise<void> {
  const { database, url, tasks, signal } = context;
  const names = tasks.map(({ name }) => name);
  if ((await dueTasks(database, names, standby)).length === 0) return;
  const lease = await takeLease(url, 'tasks', { label: 'tasks', wait: false, signal });
  if (lease === undefined) return;
  try {
    // Whoever had the lease may have done them since; what falls due meanwhile is for the next
    // round.
    for (const name of await dueTasks(database, names, standby)) {
      if (signal.aborted || lease.lost.aborted) return;
      const task = tasks.find((one) => one.name === name)!;
      onBegin?.(name);
      const outcome = await doTask({ ...context, lease, onFailure }, task).finally(() => onBegin?.(undefined));
      if (outcome !== undefined) onTask?.(name, outcome);
    }
  } finally {
    await lease.release();
  }
}

/** Undefined: it was given up, and somebody else may begin it. */
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
  const stop = whileHeld(lease, signal);
  const begun = await beginTask(database, task.name, { node, holder: lease.holder });
  try {
    const outcome = await task.run(stop);
    await endTask(database, begun, task.every, outcome);
    return outcome;
  } catch (error) {
    if (stop.aborted) {
      await giveTaskBack(database, begun);
      return undefined;
    }
    onFailure?.(task.name, error);
    const problem = `It could not be done: ${messageOf(error)}`;
    await failTask(database, begun, problem);
    return { did: '', problem };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
