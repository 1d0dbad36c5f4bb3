import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor } from '../../support/wait.ts';
import type { Box } from './box.ts';
import { Machine } from './machine.ts';
import { initBelow, signal } from './processes.ts';
import { cleanEnvironment } from './run.ts';

/** What a host has for itself on its disk; these outlive a power cut, /run does not. */
const ownFolders = { '/etc': 'etc', '/var/lib': 'lib', '/var/log': 'log', '/opt': 'opt' } as const;
const all = ['-m', '-u', '-i', '-n', '-p'] as const;

/**
 * A machine of the cluster: network, hostname, processes, /run, /etc, /opt, /var/lib and /var/log
 * of its own. Killing its first process is a power cut.
 */
export class Host extends Machine {
  readonly address: string;
  readonly #box: Box;
  readonly #folder: string;
  #pid: number | undefined;
  #first: ChildProcess | undefined;

  constructor(box: Box, name: string, address: string) {
    super(name);
    this.#box = box;
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
    await this.allEnded();
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

  protected override get logFolder(): string {
    return this.pathOf('/var/log/');
  }

  protected override enter(): readonly string[] {
    if (this.#pid === undefined) throw new Error(`${this.name} is off`);
    return this.#box.enter(this.#pid, all);
  }
}
