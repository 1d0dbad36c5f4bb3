import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../support/wait.ts';
import type { Cluster } from '../hosts/cluster.ts';

/** Where a host has programs that come before those of the system, for who logs in. */
export const ownPrograms = '/opt/test/bin';

/**
 * An sshd on each host that lets in who operates from `operator`, whose ssh knows all of them. All
 * keys are made here, and the configuration is that of the hosts' own /etc.
 */
export async function startSshds(cluster: Cluster, operator: string, names: readonly string[]): Promise<void> {
  const keys = join(cluster.folder, 'keys');
  mkdirSync(keys, { recursive: true });
  const make = (name: string): string => {
    const file = join(keys, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return file;
  };
  const own = make('operator');
  const host = cluster.host(operator);
  host.write('/etc/ssh/operator', readFileSync(own, 'utf8'), 0o600);
  const known: string[] = [];
  for (const name of names) {
    const file = make(name);
    const each = cluster.host(name);
    each.write('/etc/ssh/key', readFileSync(file, 'utf8'), 0o600);
    each.write('/etc/ssh/authorized', readFileSync(`${own}.pub`, 'utf8'));
    each.write('/etc/ssh/sshd_test', configuration(each.address));
    known.push(`${each.address} ${readFileSync(`${file}.pub`, 'utf8')}`);
  }
  host.write('/etc/ssh/ssh_known_hosts', known.join(''));
  host.write('/etc/ssh/ssh_config', client);
  await Promise.all(names.map((name) => startSshd(cluster, name)));
}

/** On a host that has its keys, as after a power cut. */
export async function startSshd(cluster: Cluster, name: string): Promise<void> {
  const host = cluster.host(name);
  await host.exec(['mkdir', '-p', '/run/sshd']);
  await host.spawn('sshd', ['/usr/sbin/sshd', '-D', '-e', '-f', '/etc/ssh/sshd_test']);
  await waitFor(`sshd on ${name}`, async () => {
    await host.exec(['bash', '-c', `: </dev/tcp/${host.address}/22`]);
    return true;
  });
}

/** Every connection to this host breaks; the next one is taken. */
export function cutSessions(cluster: Cluster, name: string): void {
  const host = cluster.host(name);
  const children = readFileSync(`/proc/${host.pidOf('sshd')}/task/${host.pidOf('sshd')}/children`, 'utf8');
  for (const pid of children.split(' ').filter(Boolean).map(Number)) process.kill(pid, 'SIGKILL');
}

/** Puts a program of the test before that of the system. */
export function installProgram(cluster: Cluster, name: string, program: string, text: string): void {
  cluster.host(name).write(`${ownPrograms}/${program}`, text, 0o755);
}

/** Takes it away again. */
export async function removeProgram(cluster: Cluster, name: string, program: string): Promise<void> {
  await cluster.exec(name, ['rm', '-f', `${ownPrograms}/${program}`]);
}

function configuration(address: string): string {
  return `ListenAddress ${address}
HostKey /etc/ssh/key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AuthorizedKeysFile /etc/ssh/authorized
MaxStartups 100
# SHLVL: else Debian's bash reads the .bashrc of whoever runs the tests.
SetEnv PATH=${ownPrograms}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SHLVL=2
`;
}

const client = `Host *
  User root
  IdentityFile /etc/ssh/operator
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile none
  StrictHostKeyChecking yes
`;
