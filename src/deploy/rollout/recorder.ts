import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Deployment } from './deployment.ts';
import type { Fleet } from './fleet.ts';
import type { DeployLock } from './lock.ts';
import { openProgram } from './program.ts';
import type { RecordAnswer, RecordLine } from './record.ts';

/** Milliseconds for an answer of a database that is busy. */
const limit = 15_000;

/**
 * The library's part of a deployment, done by a process on one of its hosts, which has the settings
 * for it: this machine may not reach the database. What it cannot do is told; the hosts' own notes
 * are enough to go on with.
 */
export class Recorder {
  readonly #fleet: Fleet;
  readonly #host: string;
  #release: string;
  #child: ChildProcess | undefined;
  #lines: Interface | undefined;
  #answers: ((answer: RecordAnswer) => void)[] = [];
  #newest: Deployment | undefined;
  #telling: Promise<void> | undefined;
  /** Why the library does not know the newest state; undefined: it does. */
  problem: string | undefined;

  constructor(fleet: Fleet, host: string, release: string) {
    this.#fleet = fleet;
    this.#host = host;
    this.#release = release;
  }

  /** Another release's program from now on. */
  async use(release: string): Promise<void> {
    if (release === this.#release) return;
    await this.close();
    this.#release = release;
  }

  /** Who has the lock; undefined: the library does not know locks, or is away. */
  async lock(lock: DeployLock): Promise<DeployLock | undefined> {
    return (await this.#ask({ lock })).lock;
  }

  async unlock(id: string): Promise<void> {
    await this.settled();
    await this.#ask({ unlock: id });
  }

  /** Does not wait: when states come faster than they are told, those between are left out. */
  tell(deployment: Deployment): void {
    this.#newest = structuredClone(deployment);
    this.#telling ??= this.#tellAll();
  }

  /** When everything was told, or was tried. */
  async settled(): Promise<void> {
    while (this.#telling !== undefined) await this.#telling;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin!.end();
    const late = setTimeout(() => child.kill('SIGKILL'), 2_000);
    await exited;
    clearTimeout(late);
  }

  async #tellAll(): Promise<void> {
    while (this.#newest !== undefined) {
      const deployment = this.#newest;
      this.#newest = undefined;
      await this.#ask({ deployment });
    }
    this.#telling = undefined;
  }

  async #ask(line: RecordLine): Promise<RecordAnswer> {
    const answer = await this.#answerTo(line).catch((error: Error): RecordAnswer => ({ problem: error.message }));
    this.problem = answer.problem;
    return answer;
  }

  async #answerTo(line: RecordLine): Promise<RecordAnswer> {
    const child = await this.#process();
    const answer = Promise.withResolvers<RecordAnswer>();
    this.#answers.push(answer.resolve);
    child.stdin!.write(`${JSON.stringify(line)}\n`);
    const timer = setTimeout(() => {
      answer.resolve({ problem: `no answer in ${limit / 1000} s` });
      child.kill('SIGKILL');
    }, limit);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async #process(): Promise<ChildProcess> {
    if (this.#child !== undefined) return this.#child;
    const child = await openProgram(this.#fleet, this.#host, this.#release, ['deploy', 'record']);
    this.#child = child;
    let said = '';
    child.stdin!.on('error', () => undefined);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-1_000);
    });
    this.#lines = createInterface({ input: child.stdout! });
    this.#lines.on('line', (line) => this.#answers.shift()?.(JSON.parse(line) as RecordAnswer));
    const gone = (): void => {
      if (this.#child === child) this.#child = undefined;
      const first = said.trim().split('\n')[0] ?? '';
      for (const answer of this.#answers.splice(0)) answer({ problem: first || 'the connection was lost' });
    };
    child.once('error', gone);
    child.once('close', gone);
    return child;
  }
}
