import { setTimeout as sleep } from 'node:timers/promises';
import { onBeat, untilBeat } from '../../store/beat.ts';
import type { Database } from '../../store/database.ts';
import { openRowLocks, type RowLocks } from '../../store/row-locks.ts';
import { claimJob, haveOneGiveWay, takeBackLost } from './claim.ts';
import { jobChannel } from './enqueue.ts';
import type { JobKind } from './job.ts';
import { appendToLog } from './log.ts';
import { type RunOutcome, runJob } from './run-job.ts';
import { askForDue, untilNextDue } from './schedules.ts';

export interface WorkOnJobsOptions {
  readonly database: Database;
  readonly url: string;
  /** The name of this node. */
  readonly node: string;
  readonly kinds: readonly JobKind[];
  /** So many are done beside each other. */
  readonly places: number;
  readonly signal: AbortSignal;
  /** How often it looks without being told, in ms. */
  readonly every?: number;
  /** By which hours of jobs are looked at: another clock for tests. */
  readonly now?: () => Date;
  readonly onJob?: (outcome: RunOutcome) => void;
  /** A job threw what is a bug. */
  readonly onFailure?: (kind: string, error: unknown) => void;
  readonly onTrouble?: (sentence: string) => void;
  /** Told what is being done now: "load records.xml". */
  readonly onDoing?: (names: readonly string[]) => void;
}

const lookEvery = 10_000;
/** Whether one must give way is looked at this late, so that a node with a free place is sooner. */
const giveWayEvery = 1_000;
const leastWait = 10;
/** Short jobs come faster than processes are killed. */
const lostEvery = 200;
const longestPause = 60_000;

/**
 * Does jobs until the signal aborts, in any number of processes of any number of nodes: each job in
 * one of them. It is told of new ones, and looks from time to time for those whose time has come.
 */
export async function workOnJobs(options: WorkOnJobsOptions): Promise<void> {
  const { signal, every = lookEvery, onTrouble } = options;
  let pause = every;
  while (!signal.aborted) {
    try {
      await workWhileConnected(options, () => {
        pause = every;
      });
    } catch (error) {
      if (signal.aborted) return;
      // The database is away. Trying more and more rarely does no harm.
      onTrouble?.(`Jobs could not be done: ${error instanceof Error ? error.message : String(error)}`);
      pause = Math.min(longestPause, pause * 2);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

async function workWhileConnected(options: WorkOnJobsOptions, onConnected: () => void): Promise<void> {
  const { database, url, node, kinds, places, signal, every = lookEvery } = options;
  const { onJob, onFailure, onDoing } = options;
  let wake = (): void => undefined;
  let isNews = false;
  const looks = new Map<number, () => void>();
  const onWake = (payload = ''): void => {
    looks.get(Number(payload))?.();
    isNews = true;
    wake();
  };
  const locks = await openRowLocks(url, { label: 'jobs', channel: jobChannel, onWake });
  onConnected();
  const ending = AbortSignal.any([signal, locks.lost]);
  const running = new Map<number, Promise<void>>();
  const names = new Map<number, string>();
  const begin = (claimed: NonNullable<Awaited<ReturnType<typeof claimJob>>>): void => {
    names.set(claimed.id, `${claimed.kind} ${claimed.name}`);
    const kind = kinds.find(({ name }) => name === claimed.kind)!;
    const work = runJob({
      database,
      claimed,
      kind,
      signal: ending,
      now: options.now,
      onWatch: (look) => looks.set(claimed.id, look),
    })
      .then((outcome) => {
        if (outcome.bug !== undefined) onFailure?.(claimed.kind, outcome.bug);
        onJob?.(outcome);
      })
      .catch(() => undefined)
      .then(() => letGo(locks, claimed.id))
      .finally(() => {
        running.delete(claimed.id);
        looks.delete(claimed.id);
        names.delete(claimed.id);
        onDoing?.([...names.values()]);
        onWake();
      });
    running.set(claimed.id, work);
    onDoing?.([...names.values()]);
  };
  const known = kinds.map(({ name }) => name);
  let looked = Number.NEGATIVE_INFINITY;
  let giving: Promise<void> | undefined;
  const onGiveWay = (): void => {
    if (running.size === 0 || ending.aborted) return;
    giving ??= haveOneGiveWay(database, known, node, running.size >= places)
      .catch(() => undefined)
      .finally(() => (giving = undefined));
  };
  const givingWay = onBeat(() => giveWayEvery, onGiveWay);
  try {
    while (!ending.aborted) {
      isNews = false;
      if (performance.now() - looked > lostEvery) {
        looked = performance.now();
        await tellLost(database, onFailure);
      }
      while (running.size < places && !ending.aborted) {
        const claimed = await claimOrNone(locks, known, node);
        if (claimed === undefined) break;
        begin(claimed);
      }
      if (isNews) continue;
      const due = await untilNextDue(database);
      if (due.schedule === 0 && (await askForDue(database)) > 0) continue;
      // What has a free place is not late for what is due before it would look again.
      const next = untilBeat(every);
      const soonest = running.size < places ? Math.min(due.job ?? next, due.schedule ?? next) : next;
      const wait = Math.min(next, Math.max(soonest, leastWait));
      if (!isNews) await news(wait, ending, (told) => (wake = told));
    }
  } finally {
    givingWay.stop();
    await giving;
    await Promise.all(running.values());
    await locks.close().catch(() => undefined);
  }
}

/** What a process that was killed cannot say any more. */
async function tellLost(database: Database, onFailure: WorkOnJobsOptions['onFailure']): Promise<void> {
  for (const { id, kind, state } of await takeBackLost(database)) {
    const text = `The process that did it was killed; now it is ${state}.`;
    await appendToLog(database, id, [{ level: state === 'failed' ? 'error' : 'warn', text, at: new Date() }]);
    if (state === 'failed') onFailure?.(kind, new Error(`a job of this kind killed its process three times`));
  }
}

/**
 * Another process may begin one of the same exclusive name at the same moment: its turn is later.
 */
async function claimOrNone(locks: RowLocks, kinds: readonly string[], node: string): ReturnType<typeof claimJob> {
  try {
    return await claimJob(locks, kinds, node);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === '23505') return undefined;
    throw error;
  }
}

async function letGo(locks: RowLocks, id: number): Promise<void> {
  // With the connection the lock is gone as well.
  await locks.release(id).catch(() => undefined);
}

/** Until it is told of something, the time is over, or the signal aborts. */
async function news(every: number, signal: AbortSignal, listen: (told: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, every);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    listen(end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
