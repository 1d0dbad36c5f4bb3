import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClockFacts, SecurityFacts } from './facts.ts';
import { parseTracking } from './parse.ts';
import { textOf } from './text.ts';

/** For programs that only tell. Milliseconds. */
const within = 1_000;

/** Resolves to what a program prints; undefined: it is not there, fails or takes too long. */
function told(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: within, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}

/** chrony says most; systemd says only whether something keeps the clock. */
export async function readClock(): Promise<ClockFacts> {
  const [tracking, systemd, timesync] = await Promise.all([
    told('chronyc', ['-c', 'tracking']),
    told('timedatectl', ['show', '-p', 'NTPSynchronized', '--value']),
    access('/run/systemd/timesync/synchronized').then(
      () => true,
      () => false,
    ),
  ]);
  const chrony = tracking === undefined ? undefined : parseTracking(tracking);
  if (chrony !== undefined) return { synchronised: true, offset: chrony.offset, source: chrony.source };
  if (systemd !== undefined)
    return { synchronised: systemd.trim() === 'yes', offset: undefined, source: 'the kernel, as timedatectl has it' };
  if (timesync) return { synchronised: true, offset: undefined, source: 'systemd-timesyncd' };
  return { synchronised: tracking === undefined ? undefined : false, offset: undefined, source: undefined };
}

const selinux = '/sys/fs/selinux';
const booleans = ['httpd_can_network_connect', 'haproxy_connect_any', 'httpd_use_nfs'];
const proxyNames = new Set(['nginx', 'apache2', 'httpd', 'haproxy']);

export async function readSecurity(): Promise<SecurityFacts> {
  const [enforce, apparmor, profiles, proxies] = await Promise.all([
    textOf(join(selinux, 'enforce')),
    textOf('/sys/module/apparmor/parameters/enabled'),
    textOf('/sys/kernel/security/apparmor/profiles'),
    runningProxies(),
  ]);
  const values = await Promise.all(
    booleans.map(async (name) => [name, await textOf(join(selinux, 'booleans', name))] as const),
  );
  const modes = { '1': 'enforcing', '0': 'permissive' } as const;
  return {
    selinux: enforce === undefined ? 'off' : (modes[enforce.trim() as '0' | '1'] ?? 'off'),
    booleans: Object.fromEntries(
      values.flatMap(([name, text]) => (text === undefined ? [] : [[name, text.startsWith('1')]])),
    ),
    apparmor: apparmor?.trim() === 'Y' ? 'on' : 'off',
    profiles: profiles?.trim().split('\n').filter(Boolean).length,
    proxies,
  };
}

async function runningProxies(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => textOf(`/proc/${pid}/comm`)));
  return [...new Set(names.flatMap((name) => (name === undefined ? [] : [name.trim()])))]
    .filter((name) => proxyNames.has(name))
    .sort();
}
