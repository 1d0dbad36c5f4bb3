import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isWhole } from './scale.ts';

/**
 * The Chromium of this machine for tests of pages, or undefined: the test skips itself, and `npm
 * test` says so loudly (in CI it fails).
 */
export function findChromium(): string | undefined {
  return ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
    .map(onPath)
    .find((path) => path !== undefined);
}

/**
 * Programs that read what `reperio cluster render` makes, and those of guides and examples, with
 * the Debian package of each.
 */
const clusterPrograms = {
  haproxy: 'haproxy',
  keepalived: 'keepalived',
  apache2: 'apache2',
  nginx: 'nginx-light',
  patroni: 'patroni',
  etcd: 'etcd-server',
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  'systemd-analyze': 'systemd',
  socat: 'socat',
  openssl: 'openssl',
  curl: 'curl',
  pg_dump: 'postgresql',
  pgbackrest: 'pgbackrest',
  python3: 'python3',
  nagios4: 'nagios4-core',
  icinga2: 'icinga2-bin',
  check_http: 'monitoring-plugins-basic',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  rsync: 'rsync',
  shellcheck: 'shellcheck',
  groff: 'groff-base',
  faketime: 'faketime',
  nft: 'nftables',
  smsd: 'smstools',
  psql: 'postgresql',
  'yaz-client': 'yaz',
  zoomsh: 'yaz',
  pg_basebackup: 'postgresql',
} as const;

/** What only the whole matrix needs: `TEST_WHOLE=1 scripts/install-test-packages` installs it. */
const wholePrograms = {
  'dpkg-deb': 'dpkg',
  'dpkg-scanpackages': 'dpkg-dev',
  rpmbuild: 'rpm',
  createrepo_c: 'createrepo-c',
  lintian: 'lintian',
  rpmlint: 'rpmlint',
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  buildah: 'buildah',
  make: 'make',
  semodule: 'policycoreutils',
  sesearch: 'setools',
  'ansible-playbook': 'ansible-core',
  sudo: 'sudo',
} as const;

export type TestProgram = keyof typeof clusterPrograms | keyof typeof wholePrograms;

/**
 * A program of a package that scripts/install-test-packages installs; undefined: the test skips
 * itself. Debian keeps some where only root looks, or Nagios.
 */
export function findProgram(name: string): string | undefined {
  return (
    onPath(name) ??
    ['/usr/sbin', '/sbin', '/usr/lib/nagios/plugins'].map((folder) => join(folder, name)).find(isExecutable)
  );
}

/** Why a test that needs these programs is skipped, or false. */
export function lacks(...names: readonly TestProgram[]): string | false {
  const missing = names.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? false : `not installed: ${missing.join(', ')}`;
}

/** What tests need and this machine lacks, one sentence each. */
export function missingPackages(): readonly string[] {
  const programs = Object.entries({ ...clusterPrograms, ...(isWhole && wholePrograms) })
    .filter(([name]) => findProgram(name) === undefined)
    .map(([name, debian]) => `${name} (package ${debian}) is not installed, so what needs it is not tried`);
  return [
    ...(findChromium() === undefined ? ['Chromium is not installed, so no page is tested in a browser'] : []),
    ...programs,
  ];
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
