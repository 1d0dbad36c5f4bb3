import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import type { CountedFailure } from '../monitor/failures/failure.ts';
import type { BackgroundStatus } from '../monitor/node-status.ts';
import type { Beat } from '../store/beat.ts';
import { hearLines } from './hear-lines.ts';
import type { ToWorker } from './messages.ts';
import type { Release } from './release.ts';
import { repeat } from './repeat.ts';

export interface BackgroundPlan {
  /** Module that the process runs, asked for at each start. */
  readonly release: () => Release;
  /** Plain data for it; `kept` is what the one before told last. */
  readonly start: (kept: unknown) => unknown;
}

/**
 * What the process tells: when it begins or ends something or met a failure, and every five
 * seconds.
 */
export interface FromBackground {
  /** What it is doing, as the end of "while ..."; undefined: nothing. */
  readonly doing: string | undefined;
  /** Memory that it has, in bytes. */
  readonly resident: number;
  /** For its successor, as plain data. */
  readonly kept: unknown;
  /** Why it draws no thumbnails; undefined: it does. */
  readonly thumbnailTrouble?: string | undefined;
  /** What it has met since it told last. */
  readonly failures?: readonly CountedFailure[];
}

export interface BackgroundEvents {
  readonly say: Say;
  readonly onFailures?: (failures: readonly CountedFailure[]) => void;
  /** It ended by itself; with the last lines that it wrote. */
  readonly onDeath?: (how: string, said: readonly string[]) => void;
}

type Say = (level: 'info' | 'warn' | 'error', sentence: string) => void;

/**
 * Memory of its own objects, in MB; buffers come beside it. The largest records, and batches of
 * many, fit in many times.
 */
const heapMegabytes = 1024;
/**
 * What a fold or a rebuild needed is given back by ending: with more bytes than this a process that
 * has nothing to do makes room for another one.
 */
const wornAbove = 300_000_000;
/**
 * A young process has what it needs all the time, as the index of a large library: it is replaced
 * only when that is much more. Milliseconds.
 */
const young = 600_000;
const youngWornAbove = 700_000_000;
/** After it has ended by itself, doubled each time it ends young. Milliseconds. */
const shortestPause = 1_000;
const longestPause = 60_000;
const grownUp = 120_000;
/**
 * The largest record takes some ten seconds; who says nothing for so long never will. Milliseconds.
 */
const silenceLimit = 300_000;
const lookEvery = 5_000;
/**
 * It leaves the machine to the first worker, but not for longer than this, in ms: what there is to
 * do may be why that one does not start.
 */
const startWithin = 5_000;
/** What it is doing is given up in this time. Milliseconds. */
const closeLimit = 5_000;

/**
 * The process beside the workers that does what a node does once: it looks after the index and does
 * periodic tasks. It may die, of a record that does not fit in memory or of a disk that is full,
 * without the process that accepts connections, and is started again; so is one that hangs.
 */
export class BackgroundProcess {
  readonly #log: DestinationStream;
  readonly #say: Say;
  readonly #events: BackgroundEvents;
  readonly #watch: Beat;
  #plan: BackgroundPlan;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #began = 0;
  #heard = 0;
  #looked = performance.now();
  #started = Date.now();
  #doing: string | undefined;
  #kept: unknown;
  #thumbnailTrouble: string | undefined;
  #deaths = 0;
  #lastDeath: string | undefined;
  #pause = shortestPause;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: BackgroundPlan, log: DestinationStream, events: BackgroundEvents) {
    const { say } = events;
    this.#plan = plan;
    this.#log = log;
    this.#say = say;
    this.#events = events;
    this.#timer = setTimeout(() => this.begin(), startWithin).unref();
    this.#watch = repeat(lookEvery, () => this.#look(), say);
  }

  /**
   * Starts it now: the first worker answers, and has the machine no longer for itself. What stands
   * in the way is told and tried again; it ends nothing.
   */
  begin(): void {
    clearTimeout(this.#timer);
    if (this.#closing || this.#child !== undefined) return;
    try {
      this.#start();
    } catch (error) {
      this.#died(error instanceof Error ? error.message : String(error), []);
    }
  }

  status(): BackgroundStatus {
    return {
      pid: this.#child?.pid ?? 0,
      started: this.#started,
      doing: this.#doing,
      deaths: this.#deaths,
      lastDeath: this.#lastDeath,
      thumbnailTrouble: this.#thumbnailTrouble,
    };
  }

  /** Another one takes its place, of the release in force and with these settings. */
  async reload(plan: BackgroundPlan): Promise<void> {
    this.#plan = plan;
    await this.#end();
    this.begin();
  }

  /** The node is ending: that this process ends as well is nothing to tell. */
  expectEnd(): void {
    this.#closing = true;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#watch.stop();
    await this.#end();
  }

  #start(): void {
    const { entry, node } = this.#plan.release();
    const child = fork(entry, [], {
      execPath: node,
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#began = performance.now();
    this.#heard = this.#began;
    this.#started = Date.now();
    this.#doing = undefined;
    const said = hearLines(child, this.#log);
    const exited = Promise.withResolvers<void>();
    this.#exited = exited.promise;
    const ended = (how: string): void => {
      exited.resolve();
      // Still ours: nobody asked it to end.
      if (this.#child === child) this.#died(how, said);
    };
    child.on('message', (message: FromBackground) => this.#hear(child, message));
    // One that could not be started, for want of memory, files or processes, has no exit.
    child.on('error', (error) => {
      if (child.pid === undefined) ended(error.message);
    });
    child.on('exit', (code, signal) => ended(signal ?? `status ${code}`));
    tell(child, { kind: 'start', data: this.#plan.start(this.#kept) });
  }

  #hear(child: ChildProcess, { doing, resident, kept, failures, thumbnailTrouble }: FromBackground): void {
    if (failures !== undefined) this.#events.onFailures?.(failures);
    if (this.#child !== child) return;
    this.#heard = performance.now();
    this.#doing = doing;
    this.#kept = kept;
    this.#thumbnailTrouble = thumbnailTrouble;
    const limit = performance.now() - this.#began < young ? youngWornAbove : wornAbove;
    if (doing === undefined && resident > limit) void this.reload(this.#plan);
  }

  /** Not in the first look after we were away ourselves, as when the machine was paused. */
  #look(): void {
    const late = performance.now() - this.#looked - lookEvery;
    this.#looked = performance.now();
    if (late > lookEvery) this.#heard += late;
    const silence = this.#looked - this.#heard;
    if (this.#child === undefined || silence < silenceLimit) return;
    this.#heard = this.#looked;
    this.#say('error', `The background process has not responded for ${Math.round(silence / 1000)} s and is killed.`);
    this.#child.kill('SIGKILL');
  }

  #died(how: string, said: readonly string[]): void {
    this.#child = undefined;
    if (this.#closing) return;
    this.#deaths++;
    const age = performance.now() - this.#began;
    this.#pause = age > grownUp ? shortestPause : Math.min(longestPause, this.#pause * 2);
    const doing = this.#doing === undefined ? '' : ` while ${this.#doing}`;
    this.#events.onDeath?.(how, said);
    this.#lastDeath = `failed with ${how}${doing}`;
    const last = said.length === 0 ? '' : ` Its last output: ${said.slice(-5).join(' | ')}`;
    const seconds = Math.round(this.#pause / 1000);
    this.#say('error', `The background process ${this.#lastDeath}; a new one starts in ${seconds} s.${last}`);
    this.#doing = undefined;
    this.#timer = setTimeout(() => this.begin(), this.#pause).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    tell(child, { kind: 'close' });
    const limit = new AbortController();
    const late = sleep(closeLimit, undefined, { signal: limit.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await this.#exited;
    limit.abort();
    await late;
  }
}

/** One that did not start, or is ending, hears nothing. */
function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => undefined);
}
