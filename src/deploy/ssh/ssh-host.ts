import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../errors/errors.ts';
import { sshErrors } from './errors.ts';
import { explainConnection, lastLine, lastWords, reasonIn, type SshTarget, valuesOf } from './explain.ts';
import { shellText } from './quote.ts';
import { type CopyPlan, rsync } from './rsync.ts';
import { knowsName, masterWords, type SshOptions, sharedWords, sshEnvironment } from './words.ts';

export interface RunOptions {
  /** Seconds; the other side ends the command then. Default 30. */
  readonly limit?: number;
  /** What the command does, in messages, as "asking for the kernel". */
  readonly what?: string;
  readonly input?: string | undefined;
  /** Gets each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const usualLimit = 30;
/** Seconds that our side waits longer than the other. */
const grace = 10;
/** Milliseconds for what a command still says when it has ended. */
const lastWordsLimit = 200;
/** Not in our group of processes: Ctrl-C is for us, who decide when a connection ends. */
const apart = { stdio: 'pipe', detached: true } as const;
/**
 * Ends what a command writes, with its status: so a status 255 differs from a lost connection, and
 * a process that was left behind with our pipes does not keep us.
 */
const mark = '\x1e';
const asSudo = ['sudo', '-n', '--'] as const;
/** The first command there: says that it is there, and how it becomes root's. */
const greeting = `if [ "$(id -u)" = 0 ]; then r=direct; elif sudo -n true 2>/dev/null; then r=sudo; else r=none; fi; printf '\\036%s\\n' "$r"; exec cat`;

/**
 * A host at the end of one connection of OpenSSH's client, which all commands and copies share.
 * Keys, agent, jump hosts and known hosts are those of the operator.
 */
export class SshHost {
  readonly target: SshTarget;
  #root: 'direct' | 'sudo' | undefined;
  readonly #options: SshOptions;
  readonly #folder: string;
  readonly #socket: string;
  readonly #master: ChildProcess;
  #said = '';

  /** Throws a UserError that says why there is no connection. */
  static async connect(named: SshTarget, options: SshOptions = {}): Promise<SshHost> {
    const target = { ...named, isKnown: await knowsName(named, options) };
    // Short, since the path of a socket may have 108 bytes and ssh appends to it.
    const folder = mkdtempSync('/tmp/reperio-ssh-');
    const socket = join(folder, 's');
    try {
      const words = masterWords(target, socket, options);
      // It ends when its input does, however we end.
      const master = spawn('ssh', [...words, greeting], {
        ...apart,
        env: sshEnvironment(),
      });
      const host = new SshHost(target, options, folder, master);
      await host.#begun();
      return host;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(target: SshTarget, options: SshOptions, folder: string, master: ChildProcess) {
    this.target = target;
    this.#options = options;
    this.#folder = folder;
    this.#socket = join(folder, 's');
    this.#master = master;
    master.stdin!.on('error', () => undefined);
    master.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = `${this.#said}${text}`.slice(-4_000);
    });
  }

  /** How commands become root's there; undefined: they cannot. */
  get root(): 'direct' | 'sudo' | undefined {
    return this.#root;
  }

  /** Prefix of commands that need root: none for root, and where nobody may be root. */
  get asRoot(): readonly string[] {
    return this.#root === 'sudo' ? asSudo : [];
  }

  get name(): string {
    return this.target.name;
  }

  /** False: the connection has ended; another must be made. */
  get isOpen(): boolean {
    return this.#master.exitCode === null && this.#master.signalCode === null;
  }

  /** Whatever its status. Throws a UserError when the connection or the time is lost. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { limit = usualLimit, what = shown(words) } = options;
    const values = { ...valuesOf(this.target), what };
    if (!this.isOpen) throw new UserError(sshErrors.lost, { ...values, reason: reasonIn(this.#said) });
    // Inside of sudo: nobody but root may end what root runs.
    const isSudo = this.#root === 'sudo' && asSudo.every((word, at) => words[at] === word);
    const [before, own] = isSudo ? [asSudo, words.slice(asSudo.length)] : [[], words];
    const limited = [...before, 'timeout', '-k', '5', String(limit), ...own];
    const text = `${shellText(limited)}; printf '\\036%s\\n' "$?"`;
    const ended = await this.#exchange(text, options, (limit + grace) * 1000);
    if (ended === 'too long' || ended.status === timeoutStatus || ended.status === killedStatus)
      throw new UserError(sshErrors.tookTooLong, { ...values, seconds: limit });
    if (ended.status === undefined)
      throw new UserError(sshErrors.lost, { ...values, reason: reasonIn(`${ended.stderr}\n${this.#said}`) });
    return { ...ended, status: ended.status };
  }

  /** Its standard output. Throws a UserError when it fails as well. */
  async must(words: readonly string[], options: RunOptions = {}): Promise<string> {
    const { status, stdout, stderr } = await this.run(words, options);
    if (status === 0) return stdout;
    const said = lastWords(stderr) || lastLine(stdout) || 'it said nothing';
    const what = options.what ?? shown(words);
    throw new UserError(sshErrors.failed, { ...valuesOf(this.target), what, status, said });
  }

  /**
   * A constant text of a POSIX shell, with words that it knows as $1, $2, ..., as root. Others may
   * read what it makes, and nobody else may write it, whatever umask root has there.
   */
  async script(text: string, words: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.must([...this.asRoot, 'sh', '-euc', `umask 022\n${text}`, 'reperio', ...words], options);
  }

  /** Bytes that were sent. */
  async copy(plan: CopyPlan): Promise<number> {
    const remote = this.asRoot.length === 0 ? undefined : `${shellText(this.asRoot)} rsync`;
    return rsync(this.target, ['ssh', ...sharedWords(this.#socket, this.#options)], remote, plan);
  }

  /**
   * A process that goes on and answers lines with lines; it ends when `close` is called, or with
   * us.
   */
  open(words: readonly string[]): ChildProcess {
    const text = shellText(words);
    const shared = [...sharedWords(this.#socket, this.#options), this.name, '--', text];
    return spawn('ssh', shared, { ...apart, env: sshEnvironment() });
  }

  async close(): Promise<void> {
    if (this.isOpen) {
      const exited = once(this.#master, 'exit');
      this.#master.stdin!.end();
      const late = setTimeout(() => this.#master.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(late);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Waits until the other side has said so. */
  async #begun(): Promise<void> {
    const lines = createInterface({ input: this.#master.stdout! });
    const began = await Promise.race([
      once(lines, 'line').then(([line]) => line as string),
      once(this.#master, 'close').then(() => undefined),
      once(this.#master, 'error').then(([error]) => Promise.reject(missing(error))),
    ]);
    lines.close();
    if (began === undefined) throw explainConnection(this.target, this.#said);
    const root = /^\x1e(direct|sudo|none)$/.exec(began)?.[1];
    if (root === undefined) {
      await this.close();
      throw new UserError(sshErrors.chatty, { ...valuesOf(this.target), said: began.slice(0, 80) });
    }
    this.#root = root === 'none' ? undefined : (root as 'direct' | 'sudo');
  }

  async #exchange(text: string, { input, onLine }: RunOptions, limit: number): Promise<Ended | 'too long'> {
    const shared = [...sharedWords(this.#socket, this.#options), this.name, '--', text];
    const child = spawn('ssh', shared, { ...apart, env: sshEnvironment() });
    let stdout = '';
    let stderr = '';
    let told = 0;
    const marked = Promise.withResolvers<void>();
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
      const end = stdout.indexOf(mark);
      const whole = stdout.lastIndexOf('\n', end < 0 ? undefined : end) + 1;
      for (const line of stdout.slice(told, Math.max(told, whole)).split('\n').slice(0, -1)) onLine?.(line);
      told = Math.max(told, whole);
      if (end >= 0 && stdout.indexOf('\n', end) > end) marked.resolve();
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    const closed = once(child, 'close').then(
      () => 'closed' as const,
      (error) => Promise.reject(missing(error)),
    );
    const late = Promise.withResolvers<'too long'>();
    const timer = setTimeout(() => late.resolve('too long'), limit);
    try {
      const first = await Promise.race([closed, marked.promise, late.promise]);
      if (first === 'too long') return first;
      // Its end comes at once, unless somebody was left behind there.
      if (first === undefined) {
        const pause = Promise.withResolvers<void>();
        const waiting = setTimeout(() => pause.resolve(), lastWordsLimit);
        await Promise.race([closed, pause.promise]);
        clearTimeout(waiting);
      }
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
    }
    const end = stdout.lastIndexOf(mark);
    if (end < 0) return { status: undefined, stdout, stderr };
    return { status: Number(stdout.slice(end + 1)), stdout: stdout.slice(0, end), stderr };
  }
}

interface Ended extends Omit<RunResult, 'status'> {
  /** Undefined: nobody said how it ended. */
  readonly status: number | undefined;
}

/** Of `timeout`: the command was asked to end, or had to be killed. */
const timeoutStatus = 124;
const killedStatus = 137;

function missing(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? new UserError(sshErrors.programMissing, { program: 'ssh', package: 'openssh-client' }, error)
    : error;
}

function shown(words: readonly string[]): string {
  return `\`${shellText(words).split('\n')[0]!.slice(0, 80)}\``;
}
