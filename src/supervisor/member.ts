import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { DestinationStream } from 'pino';
import type { WorkerState } from '../monitor/node-status.ts';
import { type RunningRequest, readScoreboard } from '../monitor/scoreboard.ts';
import type { WorkerReport } from '../monitor/worker-report.ts';
import { hearLines } from './hear-lines.ts';
import type { ToSupervisor, ToWorker } from './messages.ts';
import type { Release } from './release.ts';
import { ownLimits, type WorkerLimits, whyReplace } from './worker-limits.ts';

/** What workers are started with; a reload brings another one. */
export interface WorkerPlan {
  readonly workers: number;
  /**
   * Module that a worker process runs, asked for at each start; it speaks the messages of
   * messages.ts.
   */
  readonly release: () => Release;
  /** Plain data for it, once it is known where we listen. */
  readonly start: (address: string) => unknown;
  readonly limits: WorkerLimits;
  /** Where a worker keeps its scoreboard. */
  readonly board: (pid: number) => string;
}

/**
 * A worker that has not reported for this long is shown as silent: twice as long as one that is
 * idle takes to report. Milliseconds.
 */
const silentAfter = 4_000;

export interface MemberEvents {
  message(member: Member, message: ToSupervisor): void;
  ended(member: Member, how: string): void;
}

/** One worker process, as its supervisor sees it. */
export class Member {
  readonly place: number;
  readonly worker: ChildProcess;
  /** Milliseconds since 1970, to be shown. */
  readonly started = Date.now();
  /** The last lines of its error output. */
  readonly said: readonly string[];
  readonly exited: Promise<void>;
  /** Resolves when it answers requests (true), or has ended before (false). */
  readonly begun: Promise<boolean>;
  /** Connections that it was given and has not taken yet. */
  readonly handed = new Map<number, Socket>();
  /** It said that balancers know, or that none asks. */
  noticed = false;
  /** Why it was killed by us. */
  verdict: string | undefined;
  report: WorkerReport | undefined;
  /**
   * When it reported last, in ms since 1970, to be shown; judged is by a clock that nobody sets.
   */
  reported: number | undefined;
  readonly #begun = Promise.withResolvers<boolean>();
  readonly #plan: WorkerPlan;
  readonly #limits: WorkerLimits;
  #ready = false;
  #leaving = false;
  readonly #began = performance.now();
  #heard = performance.now();
  #worked = performance.now();

  constructor(place: number, plan: WorkerPlan, address: string, log: DestinationStream, events: MemberEvents) {
    this.place = place;
    this.#plan = plan;
    this.#limits = ownLimits(plan.limits, Math.random());
    this.begun = this.#begun.promise;
    const { entry, node } = plan.release();
    this.worker = fork(entry, [], { execPath: node, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const exited = Promise.withResolvers<void>();
    this.exited = exited.promise;
    const ended = (how: string): void => {
      exited.resolve();
      this.#begun.resolve(false);
      events.ended(this, this.verdict ?? how);
    };
    this.said = hearLines(this.worker, log);
    this.worker.on('message', (message) => events.message(this, message as ToSupervisor));
    // A process that could not be started, for want of memory or of processes, has no exit.
    this.worker.on('error', (error) => {
      if (this.worker.pid === undefined) ended(error.message);
    });
    this.worker.on('exit', (code, signal) => ended(signal ?? `status ${code}`));
    this.tell({ kind: 'start', data: plan.start(address) });
  }

  get pid(): number {
    return this.worker.pid ?? 0;
  }

  get state(): WorkerState {
    if (this.#leaving) return 'leaving';
    if (!this.#ready) return 'starting';
    return this.silence > silentAfter ? 'silent' : 'ready';
  }

  /** May it be given connections? */
  get takes(): boolean {
    return this.#ready && !this.#leaving && this.worker.connected;
  }

  /** Milliseconds since it reported. */
  get silence(): number {
    return performance.now() - this.#heard;
  }

  /** Milliseconds that it has lived. */
  get age(): number {
    return performance.now() - this.#began;
  }

  /** We were away ourselves for so long, in ms: nobody could be heard. */
  excuse(time: number): void {
    this.#heard = Math.min(performance.now(), this.#heard + time);
  }

  begin(): void {
    this.#ready = true;
    this.#hear();
    this.#begun.resolve(true);
  }

  note(report: WorkerReport): void {
    const open = report.open ?? this.running().length;
    if (report.requests !== this.report?.requests || open > 0) this.#worked = performance.now();
    this.report = report;
    this.#hear();
  }

  /** Why it should be replaced, as the end of a sentence. */
  get worn(): string | undefined {
    if (!this.takes || this.report === undefined) return undefined;
    return whyReplace(this.report, performance.now() - this.#worked, this.#limits);
  }

  /** Has it said nothing for so long that it will not any more? */
  get isLost(): boolean {
    const { silence } = this.#limits;
    return this.#ready && silence > 0 && this.silence > silence;
  }

  running(): readonly RunningRequest[] {
    return readScoreboard(this.#plan.board(this.pid));
  }

  /** It answers what it has, and ends. */
  leave(): void {
    this.#leaving = true;
    this.tell({ kind: 'close' });
  }

  /** It is gone: so is its scoreboard. */
  forget(): void {
    rmSync(this.#plan.board(this.pid), { force: true });
  }

  kill(verdict: string): void {
    this.verdict = verdict;
    this.worker.kill('SIGKILL');
  }

  /** A worker that is just ending hears nothing, which is no failure of ours. */
  tell(message: ToWorker): void {
    if (this.worker.connected) this.worker.send(message, () => undefined);
  }

  hand(number: number, socket: Socket): void {
    this.handed.set(number, socket);
    const message: ToWorker = { kind: 'connection', number };
    this.worker.send(message, socket, { keepOpen: true }, () => undefined);
  }

  #hear(): void {
    this.reported = Date.now();
    this.#heard = performance.now();
  }
}
