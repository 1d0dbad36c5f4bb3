import { type ChildProcess, fork } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import type { ToSupervisor, ToWorker } from './messages.ts';

export interface SupervisorOptions {
  /** Module that a worker process runs; it speaks the messages of messages.ts. */
  readonly entry: URL;
  readonly workers: number;
  /** What a worker is started with, as plain data, once it is known where we listen. */
  readonly start: (address: string) => unknown;
  /** Where to listen. */
  readonly host: string;
  readonly port: number;
  /** Ends all workers: what has come is still answered. */
  readonly signal: AbortSignal;
  /** Gets the lines that workers write. */
  readonly log: DestinationStream;
  readonly say: (sentence: string) => void;
  /** Called once, when the first worker answers requests. */
  readonly onListening: (address: string) => void;
}

/** A worker that ends by itself is replaced after this long, doubled each time it ends young again. Milliseconds. */
const shortestPause = 100;
const longestPause = 10_000;
/** Who lived so long was no failed start. Milliseconds. */
const grownUp = 30_000;
/** A balancer that asked whether we are ready gets this long to ask again and look away. Milliseconds. */
const lookAwayLimit = 5_000;
/** Requests that have come are answered in this time after that. Milliseconds. */
const drainLimit = 35_000;
/** Connections that wait for a worker while none is there. */
const mostWaiting = 1_000;

/**
 * Runs worker processes until the signal and hands them the connections that come, in turn. The listening socket stays here, so that no connection is
 * refused while workers die and start. A worker that dies is replaced; one that cannot start at the very beginning ends everything with its reason. Rejects
 * with the error of listening, or with WorkerFailed.
 */
export async function supervise(options: SupervisorOptions): Promise<void> {
  const server = createServer({ pauseOnConnect: true, noDelay: true });
  const address = await listen(server, options.host, options.port);
  const supervisor = new Supervisor(options, server, address);
  try {
    await supervisor.run();
  } finally {
    await supervisor.stop();
  }
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the server listens nowhere');
  return `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`;
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #server: Server;
  readonly #address: string;
  readonly #members = new Set<Member>();
  readonly #waiting: Socket[] = [];
  readonly #ready = Promise.withResolvers<true>();
  readonly #noticed = Promise.withResolvers<void>();
  #turn = 0;
  #connections = 0;
  #stopping = false;

  constructor(options: SupervisorOptions, server: Server, address: string) {
    this.#options = options;
    this.#server = server;
    this.#address = address;
    this.#ready.promise.catch(() => undefined);
    server.on('connection', (socket) => {
      // Its client went away while it waited.
      socket.on('error', () => socket.destroy());
      this.#hand(socket);
    });
  }

  async run(): Promise<void> {
    const { workers, signal, onListening } = this.#options;
    const aborted = Promise.withResolvers<false>();
    signal.addEventListener('abort', () => aborted.resolve(false), { once: true });
    if (signal.aborted) aborted.resolve(false);
    // The first one alone, so that what stands in the way is told once.
    this.#start(0);
    if (!(await Promise.race([this.#ready.promise, aborted.promise]))) return;
    for (let place = 1; place < workers; place++) this.#start(place);
    onListening(this.#address);
    await aborted.promise;
  }

  /** Says that we are going, lets balancers look away, and has what has come answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const members = [...this.#members];
    const all = Promise.all(members.map(({ exited }) => exited));
    for (const { worker } of members) tell(worker, { kind: 'go-away' });
    await Promise.race([this.#noticed.promise, all, sleep(lookAwayLimit, undefined, { ref: false })]);
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (const { worker } of members) tell(worker, { kind: 'close' });
    await Promise.race([all, sleep(drainLimit, undefined, { ref: false })]);
    for (const { worker } of this.#members) worker.kill('SIGKILL');
  }

  #start(place: number, pause = shortestPause): void {
    const { entry, start, log } = this.#options;
    const worker = fork(entry, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const member: Member = {
      worker,
      place,
      started: performance.now(),
      exited,
      handed: new Map(),
      ready: false,
      noticed: false,
    };
    this.#members.add(member);
    for (const stream of [worker.stdout, worker.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => log.write(`${line}\n`));
    }
    worker.on('message', (message) => this.#hear(member, message as ToSupervisor));
    worker.on('error', () => undefined);
    worker.on('exit', (code, signal) => this.#ended(member, signal ?? `status ${code}`, pause));
    tell(worker, { kind: 'start', data: start(this.#address) });
  }

  #hear(member: Member, message: ToSupervisor): void {
    if (message.kind === 'ready') {
      member.ready = true;
      this.#ready.resolve(true);
      for (const socket of this.#waiting.splice(0)) this.#hand(socket);
    } else if (message.kind === 'taken') {
      // Closes our copy; the connection goes on in the worker.
      member.handed.get(message.number)?.destroy();
      member.handed.delete(message.number);
    } else if (message.kind === 'failed') this.#ready.reject(new WorkerFailed(message));
    else {
      member.noticed = true;
      if (message.probed || [...this.#members].every(({ noticed }) => noticed)) this.#noticed.resolve();
    }
  }

  /** Gives a connection to the next worker in turn; it waits here while there is none. */
  #hand(socket: Socket): void {
    if (socket.destroyed) return;
    const ready = [...this.#members].filter((member) => member.ready && member.worker.connected);
    const next = ready[this.#turn++ % Math.max(1, ready.length)];
    if (next !== undefined) {
      const number = ++this.#connections;
      next.handed.set(number, socket);
      next.worker.send({ kind: 'connection', number } satisfies ToWorker, socket, { keepOpen: true }, () => undefined);
    } else if (this.#waiting.length < mostWaiting) this.#waiting.push(socket);
    else socket.destroy();
  }

  #ended(member: Member, how: string, pause: number): void {
    this.#members.delete(member);
    for (const socket of member.handed.values()) {
      if (this.#stopping) socket.destroy();
      else this.#hand(socket);
    }
    this.#ready.reject(new Error(`a worker ended with ${how} before it answered requests`));
    if (this.#stopping) return;
    const age = performance.now() - member.started;
    const next = age > grownUp ? shortestPause : Math.min(longestPause, pause * 2);
    this.#options.say(
      `worker ${member.place + 1} (process ${member.worker.pid}) ended with ${how} after ${Math.round(age / 1000)} s; ` +
        `another one starts in ${(pause / 1000).toFixed(1)} s`,
    );
    setTimeout(() => {
      if (!this.#stopping) this.#start(member.place, next);
    }, pause).unref();
  }
}

interface Member {
  readonly worker: ChildProcess;
  readonly place: number;
  readonly started: number;
  readonly exited: Promise<void>;
  /** Connections that it was given and has not taken yet. */
  readonly handed: Map<number, Socket>;
  ready: boolean;
  /** It said that balancers know, or that none asks. */
  noticed: boolean;
}

/** A worker could not start: what it said about it. */
export class WorkerFailed extends Error {
  readonly failure: Extract<ToSupervisor, { kind: 'failed' }>;
  constructor(failure: Extract<ToSupervisor, { kind: 'failed' }>) {
    super(failure.message);
    this.failure = failure;
  }
}

/** A worker that is just ending hears nothing, which is no failure of ours. */
function tell(worker: ChildProcess, message: ToWorker): void {
  if (worker.connected) worker.send(message, () => undefined);
}
