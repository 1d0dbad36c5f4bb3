import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../support/wait.ts';
import { onlyChildOf, signal, treeOf } from './processes.ts';
import { cleanEnvironment, type RunOptions, run } from './run.ts';

export interface SpawnOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its lines go is `log(service)`; pipe: standard input and output are ours. */
  readonly stdio?: 'log' | 'pipe';
}

export interface Service {
  /** Of the program itself, as we see it. */
  readonly pid: number;
  /** What entered the host for it; ends with it. */
  readonly entry: ChildProcess;
  readonly ended: Promise<unknown>;
}

/** Where commands and programs run. */
export abstract class Machine {
  readonly name: string;
  readonly #services = new Map<string, Service>();

  constructor(name: string) {
    this.name = name;
  }

  /** Words before a command that is to run here. */
  protected abstract enter(): readonly string[];

  /** Where we find what programs write. */
  protected abstract get logFolder(): string;

  /** The program that was started through this process. */
  protected programOf(entry: number): number | undefined {
    return onlyChildOf(entry);
  }

  /** A command that ends by itself; its standard output. */
  async exec(argv: readonly string[], { timeout = 10_000, ...options }: RunOptions = {}): Promise<string> {
    // nsenter does not pass on that it is killed.
    const words = [...this.enter(), 'timeout', '-k', '1', String(timeout / 1000), ...argv];
    return run(words, { ...options, timeout: timeout + 2_000 });
  }

  /** A program that goes on. One of each name. */
  async spawn(service: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Service> {
    if (this.#services.has(service)) throw new Error(`${this.name} runs ${service} already`);
    const words = [...this.enter(), ...argv];
    const log = openSync(this.#logPath(service), 'a');
    const entry = spawn(words[0]!, words.slice(1), {
      stdio: options.stdio === 'pipe' ? ['pipe', 'pipe', log] : ['ignore', log, log],
      env: { ...cleanEnvironment, ...options.environment },
    });
    closeSync(log);
    const ended = once(entry, 'exit');
    const pid = await waitFor(`${service} on ${this.name}`, () => this.programOf(entry.pid!) ?? this.#failed(entry));
    const started: Service = { pid, entry, ended };
    this.#services.set(service, started);
    void ended.then(() => {
      if (this.#services.get(service) === started) this.#services.delete(service);
    });
    return started;
  }

  #failed(entry: ChildProcess): undefined {
    if (entry.exitCode !== null) throw new Error(`it ended at once with ${entry.exitCode}`);
  }

  runs(service: string): boolean {
    return this.#services.has(service);
  }

  /** The process that was started, not those below it. */
  pidOf(service: string): number {
    const found = this.#services.get(service);
    if (found === undefined) throw new Error(`${this.name} does not run ${service}: ${this.log(service).slice(-500)}`);
    return found.pid;
  }

  kill(service: string, name: NodeJS.Signals): void {
    signal(this.pidOf(service), name);
  }

  /** kill -9 of all its processes. */
  async killAll(service: string): Promise<void> {
    const { pid, ended } = this.#services.get(service) ?? {};
    if (pid === undefined) return;
    for (const each of treeOf(pid)) signal(each, 'SIGKILL');
    await ended;
  }

  /** Asks it to end, and waits. */
  async stop(service: string, name: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const found = this.#services.get(service);
    if (found === undefined) return;
    signal(found.pid, name);
    await found.ended;
  }

  /** What it has written since the beginning. */
  log(service: string): string {
    const path = this.#logPath(service);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Its power is gone: waits until all that was started has noticed. */
  protected async allEnded(): Promise<void> {
    await Promise.all([...this.#services.values()].map(({ ended }) => ended));
    this.#services.clear();
  }

  #logPath(service: string): string {
    return join(this.logFolder, `${service}.log`);
  }
}
