import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import type { CountedFailure } from '../monitor/failures/failure.ts';
import { NodeMeter, sampleSeconds } from '../monitor/node-meter.ts';
import type { NodeState, WorkerExit, WorkerStatus } from '../monitor/node-status.ts';
import type { RunningRequest } from '../monitor/scoreboard.ts';
import { Door, type DoorOptions } from './door.ts';
import { Exits, exitSentence, lastWords } from './exits.ts';
import { Member, type WorkerPlan } from './member.ts';
import type { ToSupervisor } from './messages.ts';
import { mostConnections } from './open-files.ts';
import { repeat } from './repeat.ts';
import { emptySlot, isCrashLoop, type Slot, vacate } from './slot.ts';

export interface SupervisorOptions extends DoorOptions {
  readonly plan: WorkerPlan;
  /** Ends all workers: what has come is still answered. */
  readonly signal: AbortSignal;
  /** Gets the lines that workers write. */
  readonly log: DestinationStream;
  readonly say: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** Answers workers that ask how the node is. */
  readonly onAsked: (member: Member, number: number, only: 'checks' | undefined) => void;
  /** What a worker has met since it told last. */
  readonly onFailures?: (failures: readonly CountedFailure[]) => void;
  /**
   * A worker ended by itself, or its successor did not start; with the last lines that it wrote.
   */
  readonly onDeath?: (how: string, said: readonly string[], running: readonly RunningRequest[]) => void;
  /** Called once, when the first worker answers requests. */
  readonly onListening: (address: string) => void;
}

/**
 * A balancer that asked whether we are ready gets this long to ask again and look away.
 * Milliseconds.
 */
const lookAwayLimit = 5_000;
/** Requests that have come are answered in this time after that. Milliseconds. */
const drainLimit = 35_000;
/** Connections that wait for a worker while none is there. */
const mostWaiting = Math.min(1_000, mostConnections());
/** A successor that did not start is tried again after this long. Milliseconds. */
const replaceAgain = 60_000;
const lookEvery = 1_000;
/** At the end, so many workers in a row may die over the connections that are left. */
const mostRescues = 3;

/**
 * Runs worker processes and hands them the connections that come, in turn. The listening socket
 * stays here, so that no connection is refused while workers die, start, and are replaced. A worker
 * that dies is replaced; one that cannot start at the very beginning ends everything with its
 * reason.
 */
export class Supervisor {
  readonly meter = new NodeMeter();
  readonly #options: SupervisorOptions;
  readonly #door: Door;
  #plan: WorkerPlan;
  readonly #slots: Slot[] = [];
  /** All processes, those that leave included. */
  readonly #members = new Set<Member>();
  readonly #waiting: Socket[] = [];
  readonly #noticed = Promise.withResolvers<void>();
  readonly #exits = new Exits();
  #failure: WorkerFailed | undefined;
  #turn = 0;
  #connections = 0;
  #stopping = false;
  /** At the end, nothing is accepted any more: what waits is seen off, then dropped. */
  #phase: 'open' | 'closed' | 'over' = 'open';
  #rescues = 0;
  #listening = false;
  #looked = performance.now();
  /** Successors start one after the other, so that memory is not doubled. */
  #replacing: Promise<unknown> = Promise.resolve();
  readonly #worn = new Set<Slot>();
  /** Profiles that were asked for and are being taken. */
  readonly #asked = new Map<number, (id: string | undefined) => void>();
  #questions = 0;

  /** Listens, but starts nothing yet. Rejects with the error of listening. */
  static async listen(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(options, await Door.make(options));
  }

  private constructor(options: SupervisorOptions, door: Door) {
    this.#options = options;
    this.#plan = options.plan;
    this.#door = door;
    door.onConnection((socket) => {
      // Its client went away while it waited.
      socket.on('error', () => socket.destroy());
      this.#hand(socket);
    });
  }

  get address(): string {
    return this.#door.address;
  }

  /** Connections that were given to a worker since the beginning. */
  get accepted(): number {
    return this.#connections;
  }

  /** Until the signal. Rejects with WorkerFailed when the first worker cannot start. */
  async run(): Promise<void> {
    const { signal, onListening } = this.#options;
    const aborted = Promise.withResolvers<'aborted'>();
    signal.addEventListener('abort', () => aborted.resolve('aborted'), { once: true });
    if (signal.aborted) aborted.resolve('aborted');
    const timers = [
      repeat(lookEvery, () => this.#look(), this.#options.say),
      repeat(sampleSeconds * 1000, () => this.meter.sample(), this.#options.say),
    ];
    try {
      // The first one alone, so that an obstacle is reported once.
      const first = this.#occupy(this.#newSlot());
      const begun = await Promise.race([first.begun, aborted.promise]);
      if (begun === 'aborted') return;
      if (!begun) throw this.#failure ?? new Error('a worker ended before it answered requests');
      this.#listening = true;
      await this.#door.open();
      while (this.#slots.length < this.#plan.workers) this.#occupy(this.#newSlot());
      onListening(this.address);
      await aborted.promise;
    } finally {
      for (const timer of timers) timer.stop();
      await this.#stop();
    }
  }

  /**
   * Another plan: all workers are replaced, one after the other, without a refused or cut
   * connection. False: the first successor did not start, and all stays as it was.
   */
  async reload(plan: WorkerPlan): Promise<boolean> {
    const before = this.#plan;
    const turn = this.#replacing.then(async () => {
      this.#plan = plan;
      for (const slot of [...this.#slots]) {
        if (slot.number >= plan.workers) {
          this.#slots.splice(this.#slots.indexOf(slot), 1);
          slot.member?.leave();
        } else if (!(await this.#replace(slot, 'code and settings were reloaded'))) {
          if (slot.number > 0) continue;
          this.#plan = before;
          return false;
        }
      }
      while (this.#slots.length < plan.workers) this.#occupy(this.#newSlot());
      return true;
    });
    this.#replacing = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Has a worker look at what it does; the first one when no place is named. The id of the profile
   * that is kept; undefined: there is no such worker, or it is at it already.
   */
  async profile(seconds: number, place = 0): Promise<string | undefined> {
    const member = this.#slots[place]?.member;
    if (member === undefined || !member.takes) return undefined;
    const number = ++this.#questions;
    const answer = new Promise<string | undefined>((resolve) => this.#asked.set(number, resolve));
    member.tell({ kind: 'profile', number, seconds });
    const gone = member.exited.then(() => undefined);
    return Promise.race([answer, gone]);
  }

  status(): {
    readonly state: NodeState;
    readonly workers: readonly WorkerStatus[];
    readonly deaths: readonly WorkerExit[];
    readonly deathCount: number;
    readonly waiting: number;
  } {
    const workers = [...this.#members]
      .map(
        (member): WorkerStatus => ({
          place: member.place,
          pid: member.pid,
          state: member.state,
          started: member.started,
          deaths: this.#slots[member.place]?.deaths ?? 0,
          reported: member.reported,
          report: member.report,
          running: member.running(),
        }),
      )
      .sort((a, b) => a.place - b.place || a.started - b.started);
    return {
      state: this.#stopping ? 'draining' : this.#listening ? 'serving' : 'starting',
      workers,
      deaths: this.#exits.latest,
      deathCount: this.#exits.count,
      waiting: this.#waiting.length,
    };
  }

  /**
   * Says that we are going, and serves on while balancers look away. Then nothing is accepted any
   * more, and what was is answered: an inherited socket keeps the rest for whoever follows us.
   */
  async #stop(): Promise<void> {
    this.#stopping = true;
    for (const member of this.#members) member.tell({ kind: 'go-away' });
    await Promise.race([this.#noticed.promise, this.#allGone(), sleep(lookAwayLimit, undefined, { ref: false })]);
    this.#door.close();
    this.#phase = 'closed';
    this.#seeOff();
    await Promise.race([this.#allGone(), sleep(drainLimit, undefined, { ref: false })]);
    this.#phase = 'over';
    for (const { worker } of this.#members) worker.kill('SIGKILL');
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }

  async #allGone(): Promise<void> {
    while (this.#members.size > 0) await Promise.race([...this.#members].map(({ exited }) => exited));
  }

  /**
   * Has all workers leave. Connections that have none, because theirs has died, get one more: who
   * is just starting, or another one.
   */
  #seeOff(): void {
    if (this.#phase !== 'closed') return;
    const waits = this.#waiting.some(({ destroyed }) => !destroyed);
    for (const member of this.#members) if (member.takes || !waits) member.leave();
    const hasNobody = waits && [...this.#members].every(({ state }) => state === 'leaving');
    if (hasNobody && this.#rescues++ < mostRescues) this.#start(this.#slots[0] ?? emptySlot(0));
  }

  #newSlot(): Slot {
    const slot = emptySlot(this.#slots.length);
    this.#slots.push(slot);
    return slot;
  }

  #start(slot: Slot): Member {
    const { log } = this.#options;
    const member = new Member(slot.number, this.#plan, this.address, log, {
      message: (from, message) => this.#hear(from, message),
      ended: (from, how) => this.#ended(slot, from, how),
    });
    this.#members.add(member);
    return member;
  }

  #occupy(slot: Slot): Member {
    const member = this.#start(slot);
    slot.member = member;
    return member;
  }

  /** A successor first; when it answers requests, the one before leaves. */
  async #replace(slot: Slot, why: string): Promise<boolean> {
    const before = slot.member;
    if (this.#stopping) return false;
    if (before === undefined) return true;
    const next = this.#start(slot);
    if (!(await next.begun)) {
      this.#say(
        'error',
        `The replacement of worker ${slot.number + 1} did not start; process ${before.pid} continues. ${lastWords(next)}`,
      );
      return false;
    }
    if (this.#stopping || (slot.member !== before && slot.member !== undefined)) {
      // Somebody else has the slot: the one before died meanwhile.
      next.leave();
      return true;
    }
    slot.member = next;
    before.leave();
    this.#say('info', `Worker ${slot.number + 1}: process ${next.pid} has replaced process ${before.pid}: ${why}`);
    return true;
  }

  /**
   * Once a second: which workers are worn, and which are lost? Not in the first look after a pause
   * of this process itself, as when the machine was paused: no worker could be heard.
   */
  #look(): void {
    const late = performance.now() - this.#looked - lookEvery;
    this.#looked = performance.now();
    if (late > lookEvery) for (const member of this.#members) member.excuse(late);
    for (const member of this.#members) {
      if (member.isLost)
        member.kill(`SIGKILL from the supervisor: it did not respond for ${Math.round(member.silence / 1000)} s`);
    }
    for (const slot of this.#slots) {
      const why = slot.member?.worn;
      if (why === undefined || this.#worn.has(slot)) continue;
      this.#worn.add(slot);
      this.#replacing = this.#replacing.then(async () => {
        const done = slot.member?.worn === undefined || (await this.#replace(slot, why));
        if (done) this.#worn.delete(slot);
        else setTimeout(() => this.#worn.delete(slot), replaceAgain).unref();
      });
    }
  }

  #hear(member: Member, message: ToSupervisor): void {
    if (message.kind === 'ready') {
      member.begin();
      for (const socket of this.#waiting.splice(0)) this.#hand(socket);
      this.#seeOff();
    } else if (message.kind === 'taken') {
      // Closes our copy; the connection continues in the worker.
      member.handed.get(message.number)?.destroy();
      member.handed.delete(message.number);
    } else if (message.kind === 'report') {
      member.note(message.report);
      this.meter.note(member.pid, message.report);
      if (message.failures !== undefined) this.#options.onFailures?.(message.failures);
    } else if (message.kind === 'profiled') {
      this.#asked.get(message.number)?.(message.id);
      this.#asked.delete(message.number);
    } else if (message.kind === 'ask-status') this.#options.onAsked(member, message.number, message.only);
    else if (message.kind === 'failed') this.#failure = new WorkerFailed(message);
    else {
      member.noticed = true;
      if (message.probed || [...this.#members].every(({ noticed }) => noticed)) this.#noticed.resolve();
    }
  }

  /** Gives a connection to the next worker in turn; it waits here while there is none. */
  #hand(socket: Socket): void {
    if (socket.destroyed) return;
    const ready = [...this.#members].filter((member) => member.takes);
    // Whoever has fallen silent gets nothing more while others can take it.
    const awake = ready.filter((member) => member.state === 'ready');
    const among = awake.length > 0 ? awake : ready;
    const next = among[this.#turn++ % Math.max(1, among.length)];
    if (next !== undefined) next.hand(++this.#connections, socket);
    else if (this.#waiting.length < mostWaiting && this.#phase !== 'over') this.#waiting.push(socket);
    else socket.destroy();
  }

  #ended(slot: Slot, member: Member, how: string): void {
    this.#members.delete(member);
    this.meter.end(member.pid);
    for (const socket of member.handed.values()) this.#hand(socket);
    this.#seeOff();
    const running = member.running();
    member.forget();
    const expected = member.state === 'leaving' && member.verdict === undefined;
    // The very first one: run() reports it.
    if (this.#stopping || expected || !this.#listening) return;
    const death = this.#exits.add(member, how, running);
    this.#options.onDeath?.(how, death.said, running);
    // A successor that did not start: the process in the slot still answers.
    if (slot.member !== member) return;
    vacate(slot, member.age);
    const pause = (slot.pause / 1000).toFixed(1);
    this.#say('warn', `${exitSentence(death)}; a new one starts in ${pause} s`);
    if (isCrashLoop(slot)) {
      const times = `has failed ${slot.young} times soon after its start`;
      this.#say('error', `Crash loop: worker ${slot.number + 1} ${times}. ${lastWords(member)}`);
    }
    setTimeout(() => {
      if (!this.#stopping && this.#slots.includes(slot) && slot.member === undefined) this.#occupy(slot);
    }, slot.pause).unref();
  }

  #say(level: 'info' | 'warn' | 'error', sentence: string): void {
    this.#options.say(level, sentence);
  }
}

/** A worker could not start: what it said about it. */
export class WorkerFailed extends Error {
  readonly failure: Extract<ToSupervisor, { kind: 'failed' }>;
  constructor(failure: Extract<ToSupervisor, { kind: 'failed' }>) {
    super(failure.message);
    this.failure = failure;
  }
}
