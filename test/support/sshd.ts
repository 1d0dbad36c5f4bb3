import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './packages.ts';
import { waitFor } from './wait.ts';

/** A real sshd on 127.0.0.1, and a client's configuration that knows it as `here`. */
export interface Sshd {
  readonly folder: string;
  /** For `ssh -F`. */
  readonly config: string;
  /** Every connection that is there now is cut; the next one is taken. */
  cut(): void;
  stop(): Promise<void>;
}

/** `more`: lines of its configuration. */
export async function startSshd(more = ''): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  const [hostKey, userKey] = [join(folder, 'host'), join(folder, 'user')];
  for (const key of [hostKey, userKey]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const port = await freePort();
  const pidFile = join(folder, 'pid');
  // Debian's service makes it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(
    join(folder, 'sshd_config'),
    `ListenAddress 127.0.0.1:${port}
HostKey ${hostKey}
PidFile ${pidFile}
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AuthorizedKeysFile ${userKey}.pub
MaxStartups 100
# Else Debian's bash reads the .bashrc of whoever runs the tests.
SetEnv SHLVL=2
${more}`,
  );
  const known = join(folder, 'known_hosts');
  writeFileSync(known, `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`);
  const config = join(folder, 'config');
  writeFileSync(
    config,
    `Host here
  HostName 127.0.0.1
Host *
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${userKey}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${known}
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
`,
  );
  const server = spawn(findProgram('sshd')!, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server.stderr.on('data', (part: Buffer) => appendFileSync(join(folder, 'log'), part));
  await waitFor('sshd', () => readFileSync(join(folder, 'log'), 'utf8').includes('Server listening'));
  const sessions = (): readonly number[] =>
    readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return {
    folder,
    config,
    cut: () => {
      for (const pid of sessions()) process.kill(pid, 'SIGKILL');
    },
    stop: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  server.close();
  await once(server, 'close');
  if (at === null || typeof at === 'string') throw new Error('no port');
  return at.port;
}
