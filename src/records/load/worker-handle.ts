import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../errors/errors.ts';
import type { AnswerMessage, CallMessage, CallName, Failure, WorkerCalls, WorkerSetup } from './protocol.ts';

/**
 * A worker thread, as the parent sees it: every call is answered once, or fails with
 * `WorkerFailure` or a UserError. The thread starts with its first call, since one record needs one
 * thread, and a thread reads some three hundred modules.
 */
export class LoadWorker {
  readonly #setup: WorkerSetup;
  #worker: Worker | undefined;
  readonly #open = new Map<number, { resolve(output: unknown): void; reject(error: unknown): void }>();
  #calls = 0;
  #dead: Error | undefined;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
  }

  /** Before its first call, where that is known to come. */
  start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#setup });
    worker.on('message', (answer: AnswerMessage) => this.#answer(answer));
    worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.#die(ended()));
    this.#worker = worker;
    return worker;
  }

  call<N extends CallName>(
    name: N,
    input: WorkerCalls[N]['input'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<WorkerCalls[N]['output']> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkerCalls[N]['output']>();
    // Batches behind one that waits are looked at later; when a load ends before, a failure of
    // theirs is nobody's.
    promise.catch(() => undefined);
    if (this.#dead === undefined) {
      const message: CallMessage = { call: this.#calls++, name, input };
      this.#open.set(message.call, { resolve: (output) => resolve(output as WorkerCalls[N]['output']), reject });
      this.start().postMessage(message, [...transfer]);
    } else reject(this.#dead);
    return promise;
  }

  /** Ends the thread; an open transaction is rolled back by the server. */
  async end(): Promise<void> {
    if (this.#worker === undefined) return this.#die(ended());
    if (this.#dead === undefined)
      await Promise.race([this.call('close', null), sleep(1_000, undefined, { ref: false })]).catch(() => undefined);
    await this.#worker.terminate();
  }

  #answer({ call, output, failure }: AnswerMessage): void {
    const open = this.#open.get(call);
    this.#open.delete(call);
    if (failure !== undefined) open?.reject(toError(failure));
    else open?.resolve(output);
  }

  #die(error: Error): void {
    this.#dead ??= error;
    for (const open of this.#open.values()) open.reject(error);
    this.#open.clear();
  }
}

const ended = (): Error => new Error('a worker thread of the load ended');

/** What went wrong in a worker, told apart by `failure.kind`. */
export class WorkerFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
    this.stack = failure.stack;
  }
}

function toError(failure: Failure): Error {
  if (failure.kind !== 'user') return new WorkerFailure(failure);
  return new UserError({ code: failure.code, status: 503, message: failure.message, hint: failure.hint });
}
