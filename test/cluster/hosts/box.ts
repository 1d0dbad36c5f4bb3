import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { probeHosts, type Shape, unshareWords } from './probe.ts';
import { initBelow } from './processes.ts';
import { cleanEnvironment, type RunOptions, run } from './run.ts';

/** Milliseconds. */
const startLimit = 30_000;

/**
 * The first process of the box. It lives as long as its standard input, which ends with us, however
 * we end; then everything in the box ends, and with it go namespaces, interfaces and mounts. It
 * also takes in orphans.
 */
const script = `
  mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up && echo ready || exit 1
  while read -r _; do :; done
  kill -9 -1
  rm -rf "$FOLDER"`;

/**
 * One process tree with its own processes, mounts and network, in which all hosts of a cluster
 * live. Names in it (network namespaces, interfaces) cannot meet those of the machine or of another
 * box, so they need no prefix.
 */
export class Box {
  readonly shape: Shape;
  /** All state of the hosts; goes with the box. */
  readonly folder: string;
  /** Of its first process, as we see it. */
  readonly pid: number;
  readonly #unshare: ChildProcess;

  /** Throws when this machine has no way to make one. */
  static async open(): Promise<Box> {
    const probed = probeHosts();
    if ('problem' in probed) throw new Error(probed.problem);
    const { shape } = probed;
    const folder = mkdtempSync(join(tmpdir(), 'reperio-cluster-'));
    const unshare = spawn('unshare', [...unshareWords(shape), 'bash', '-c', script], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...cleanEnvironment, FOLDER: folder },
    });
    const lines = createInterface({ input: unshare.stdout! });
    // One that is late is ended too: this process would wait for it for ever.
    const said = await Promise.race([
      once(lines, 'line', { signal: AbortSignal.timeout(startLimit) }).catch(() => []),
      once(unshare, 'exit').then(() => []),
    ]);
    const pid = initBelow(unshare.pid!, 1);
    if (said[0] !== 'ready' || pid === undefined) {
      unshare.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw new Error('the box of the cluster did not start');
    }
    return new Box(shape, folder, pid, unshare);
  }

  private constructor(shape: Shape, folder: string, pid: number, unshare: ChildProcess) {
    this.shape = shape;
    this.folder = folder;
    this.pid = pid;
    this.#unshare = unshare;
  }

  /**
   * Words before a command that is to run in the namespaces of `pid`, those of the box by default.
   */
  enter(pid = this.pid, which: readonly string[] = ['-m', '-n', '-p']): readonly string[] {
    const asUser = this.shape === 'user' ? ['-U', '--preserve-credentials'] : [];
    return ['nsenter', '-t', String(pid), ...asUser, ...which, '--wd=/', '--'];
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return run([...this.enter(), ...argv], options);
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#unshare;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#unshare, 'exit');
    this.#unshare.stdin?.end();
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
