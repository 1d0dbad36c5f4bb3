import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Box } from './box.ts';
import { initBelow, onlyChildOf, signal, treeOf } from './processes.ts';
import { cleanEnvironment, type RunOptions, run } from './run.ts';
import { waitFor } from './wait.ts';

/** What a host has for itself on its disk; these outlive a power cut, /run does not. */
const ownFolders = { '/etc': 'etc', '/var/lib': 'lib', '/var/log': 'log' } as const;
const all = ['-m', '-u', '-i', '-n', '-p'] as const;

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

/** A machine of the cluster: network, hostname, processes, /run, /etc, /var/lib and /var/log of its own. Killing its first process is a power cut. */
export class Host {
  readonly name: string;
  readonly address: string;
  readonly #box: Box;
  readonly #folder: string;
  readonly #services = new Map<string, Service>();
  #pid: number | undefined;
  #first: ChildProcess | undefined;

  constructor(box: Box, name: string, address: string) {
    this.#box = box;
    this.name = name;
    this.address = address;
    this.#folder = join(box.folder, name);
  }

  /** `hostsFile`: what /etc/hosts says. */
  async boot(hostsFile: string): Promise<void> {
    if (!existsSync(this.#folder)) {
      for (const folder of Object.values(ownFolders)) mkdirSync(join(this.#folder, folder), { recursive: true });
      // Without what this user may not read.
      const copy = `cp -r --preserve=mode,links /etc/. ${this.#folder}/etc/ 2>/dev/null || :`;
      await this.#box.run(['sh', '-c', copy], { timeout: 30_000 });
      this.write('/etc/hosts', hostsFile);
      this.write('/etc/hostname', `${this.name}\n`);
    }
    const script = `
      hostname ${this.name}
      mount -t tmpfs none /run
      mkdir -p /run/lock /run/haproxy /run/postgresql && chmod 1777 /run/postgresql
      ${Object.entries(ownFolders)
        .map(([path, folder]) => `mount --bind ${this.#folder}/${folder} ${path}`)
        .join('\n')}
      echo > ${this.#folder}/booted
      trap : TERM INT
      while :; do sleep 100000 & wait; done`;
    const words = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts', '--ipc', '--mount'];
    const argv = [
      ...this.#box.enter(),
      ...['ip', 'netns', 'exec', this.name, 'unshare', ...words, '--propagation', 'private', 'bash', '-ec', script],
    ];
    writeFileSync(join(this.#folder, 'booted'), '');
    this.#first = spawn(argv[0]!, argv.slice(1), { stdio: 'ignore', env: cleanEnvironment });
    const first = this.#first.pid!;
    this.#pid = await waitFor(`the start of ${this.name}`, () =>
      readFileSync(join(this.#folder, 'booted'), 'utf8') === '' ? undefined : initBelow(first, 2),
    );
  }

  get isOn(): boolean {
    return this.#pid !== undefined;
  }

  /** All its processes end at once. Its cable is left to the network. */
  async powerOff(): Promise<void> {
    if (this.#pid === undefined || this.#first === undefined) return;
    const off = this.#first.exitCode === null ? once(this.#first, 'exit') : undefined;
    signal(this.#pid, 'SIGKILL');
    this.#pid = undefined;
    await off;
    await Promise.all([...this.#services.values()].map(({ ended }) => ended));
    this.#services.clear();
  }

  /** A command that ends by itself; its standard output. */
  async exec(argv: readonly string[], { timeout = 10_000, ...options }: RunOptions = {}): Promise<string> {
    // nsenter does not pass on that it is killed.
    const words = [...this.#enter(), 'timeout', '-k', '1', String(timeout / 1000), ...argv];
    return run(words, { ...options, timeout: timeout + 2_000 });
  }

  /** A program that goes on. One of each name. */
  async spawn(service: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Service> {
    if (this.#services.has(service)) throw new Error(`${this.name} runs ${service} already`);
    const words = [...this.#enter(), ...argv];
    const log = openSync(this.#logPath(service), 'a');
    const entry = spawn(words[0]!, words.slice(1), {
      stdio: options.stdio === 'pipe' ? ['pipe', 'pipe', log] : ['ignore', log, log],
      env: { ...cleanEnvironment, ...options.environment },
    });
    closeSync(log);
    const ended = once(entry, 'exit');
    const pid = await waitFor(`${service} on ${this.name}`, () => onlyChildOf(entry.pid!) ?? this.#failed(entry));
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

  /** A file of the host, as it calls it; below one of its own folders. */
  write(path: string, text: string, mode = 0o644): void {
    const real = this.pathOf(path);
    mkdirSync(dirname(real), { recursive: true });
    writeFileSync(real, text);
    chmodSync(real, mode);
  }

  /** Where we find a file or folder of the host. */
  pathOf(path: string): string {
    for (const [folder, own] of Object.entries(ownFolders))
      if (path.startsWith(`${folder}/`)) return join(this.#folder, own, path.slice(folder.length));
    throw new Error(`${path} is not on a disk of the host`);
  }

  #logPath(service: string): string {
    return join(this.#folder, 'log', `${service}.log`);
  }

  #enter(): readonly string[] {
    if (this.#pid === undefined) throw new Error(`${this.name} is off`);
    return this.#box.enter(this.#pid, all);
  }
}
