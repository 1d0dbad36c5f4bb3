import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findProgram } from '../support/packages.ts';
import { waitFor } from '../support/wait.ts';

export interface Said {
  readonly status: number;
  /** Both of its streams. */
  readonly text: string;
}

type Words = readonly [program: string, ...words: string[]];

/**
 * A Debian with a systemd that has booted, in a container of systemd-nspawn without any network but
 * its own.
 */
export interface Machine {
  /** Its file system, as we see it. */
  readonly root: string;
  /** Words before a program that is to run in it; of its network alone, with programs of ours. */
  readonly inside: Words;
  readonly inNetwork: Words;
  run(...words: readonly string[]): Promise<Said>;
  /** The same, where only status 0 is right. Resolves to what was printed. */
  must(...words: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const packages = 'systemd,systemd-sysv,dbus,adduser,util-linux,procps,libstdc++6,ca-certificates,rpm';
const programs = ['mmdebstrap', 'systemd-nspawn', 'nsenter', 'dpkg-deb'];

/** Why there can be no such machine here, or false. */
export function lacksMachine(): string | false {
  if (process.getuid?.() !== 0) return 'only root can boot a machine';
  const missing = programs.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? false : `not installed: ${missing.join(', ')}`;
}

/** Its file system as a tar file; made once, as getting Debian's packages takes a while. */
export async function image(): Promise<string> {
  const folder = '/var/cache/reperio-test';
  const path = join(folder, `bookworm-${createHash('sha256').update(packages).digest('hex').slice(0, 12)}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const part = `${path}.${process.pid}`;
  const { status, text } = await run(
    'mmdebstrap',
    '--format=tar',
    '--variant=minbase',
    `--include=${packages}`,
    'bookworm',
    part,
  );
  if (status !== 0) throw new Error(`mmdebstrap: ${text}`);
  renameSync(part, path);
  return path;
}

export async function bootMachine(): Promise<Machine> {
  const tar = await image();
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-machine-'));
  const root = join(scratch, 'root');
  mkdirSync(root);
  const unpacked = await run('tar', '-x', '-C', root, '-f', tar);
  if (unpacked.status !== 0) throw new Error(unpacked.text);
  rmSync(join(root, 'usr/sbin/policy-rc.d'), { force: true });
  // In a namespace of processes that ends with this process, however that ends.
  const container = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child', '--mount-proc', 'systemd-nspawn'],
      ...[
        '--quiet',
        '--directory',
        root,
        '--boot',
        '--register=no',
        '--keep-unit',
        '--private-network',
        '--console=pipe',
      ],
      ...[
        '--machine',
        basename(scratch)
          .toLowerCase()
          .replaceAll(/[^a-z0-9]/g, ''),
      ],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let console = '';
  for (const stream of [container.stdout, container.stderr]) stream.on('data', (chunk) => (console += chunk));
  const leader = await waitFor('the first process of the machine', () => leaderOf(container));
  const enter = ['nsenter', '--target', String(leader)] as const;
  const inside: Words = [...enter, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd', '--'];
  const machine: Machine = {
    root,
    inside,
    inNetwork: [...enter, '--net', '--'],
    run: (...words) => run(...inside, 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', ...words),
    must: async (...words) => {
      const { status, text } = await machine.run(...words);
      if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${text}`);
      return text;
    },
    stop: async () => {
      const ended = new Promise((resolve) => container.once('exit', resolve));
      // The end of its first process is the end of all of them, and of systemd-nspawn.
      if (existsSync(`/proc/${leader}`)) process.kill(leader, 'SIGKILL');
      container.kill('SIGKILL');
      if (container.exitCode === null && container.signalCode === null) await ended;
      await waitFor('the end of its processes', () => !existsSync(`/proc/${leader}`));
      rmSync(scratch, { recursive: true, force: true });
    },
  };
  try {
    await waitFor('the machine', async () =>
      /^(running|degraded)$/m.test((await machine.run('systemctl', 'is-system-running')).text),
    );
  } catch (error) {
    await machine.stop();
    throw new Error(`the machine did not boot: ${console}`, { cause: error });
  }
  return machine;
}

/**
 * The first process of the container: a child of systemd-nspawn, after another one that prepares
 * it.
 */
function leaderOf({ pid, exitCode }: ChildProcess): number | undefined {
  if (exitCode !== null) throw new Error(`systemd-nspawn ended with ${exitCode}`);
  return descendants(Number(pid)).find((child) => readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n');
}

function descendants(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

export async function run(program: string, ...words: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(program, words, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      // dpkg writes as to a terminal.
      resolve({ status, text: `${stdout}${stderr}`.replaceAll('\r\n', '\n') });
    });
  });
}
