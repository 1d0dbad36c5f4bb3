import { renderHost } from '../../../src/cluster/render/render.ts';
import { hostNamed } from '../../../src/cluster/topology/read.ts';
import type { Topology } from '../../../src/cluster/topology/topology.ts';
import { password } from '../config/plan.ts';
import type { Cluster } from '../hosts/cluster.ts';
import type { RunOptions } from '../hosts/run.ts';
import { install } from './install.ts';

const secrets = { library: password, superuser: password, replication: password, rewind: password };
export const home = '/var/lib/postgresql';

/** Everything that `reperio cluster render` makes for these hosts, on their disks, as it is. */
export function installRendered(cluster: Cluster, topology: Topology, names: readonly string[]): void {
  for (const name of names) install(cluster.host(name), renderHost(topology, hostNamed(topology, name), secrets));
}

/** Folders that Debian's packages make, for their user. */
export async function makeFolders(cluster: Cluster, name: string, repository?: string): Promise<void> {
  const folders = [
    home,
    '/var/log/postgresql',
    '/var/log/pgbackrest',
    ...(repository === undefined ? [] : [repository]),
  ];
  for (const folder of folders)
    await cluster.exec(name, ['install', '-d', '-o', 'postgres', '-g', 'postgres', '-m', '750', folder]);
}

/** A command as the user postgres, in a shell. */
export async function asPostgres(
  cluster: Cluster,
  name: string,
  command: string,
  options: RunOptions = {},
): Promise<string> {
  return cluster.exec(name, [...cluster.asPostgres, 'sh', '-ec', command], {
    timeout: 60_000,
    ...options,
    environment: { HOME: home, ...options.environment },
  });
}

/** What the unit of a host does, as systemd would do it: its condition, then its command. */
export async function runUnit(cluster: Cluster, name: string, kind: 'full' | 'diff'): Promise<'made' | 'not here'> {
  const unit = await cluster.exec(name, ['cat', '/etc/systemd/system/reperio-pgbackrest@.service']);
  const lineOf = (key: string): string | undefined =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1]?.replaceAll('%i', kind);
  const condition = lineOf('ExecCondition');
  if (condition !== undefined) {
    const isMet = await asPostgres(cluster, name, condition).then(
      () => true,
      () => false,
    );
    if (!isMet) return 'not here';
  }
  await asPostgres(cluster, name, lineOf('ExecStart')!, { timeout: 120_000 });
  return 'made';
}

/** What `pgbackrest info` says of a backup. */
export interface BackupInfo {
  readonly type: string;
  readonly timestamp: { readonly stop: number };
  readonly info: { readonly repository: { readonly delta: number } };
}

interface StanzaInfo {
  readonly status: { readonly code: number };
  readonly backup: readonly BackupInfo[];
}

/** All backups, the oldest first. Throws when something is wrong with the repository. */
export async function infoOf(cluster: Cluster, name: string): Promise<readonly BackupInfo[]> {
  const [stanza] = JSON.parse(
    await asPostgres(cluster, name, 'pgbackrest --stanza=library info --output=json'),
  ) as readonly StanzaInfo[];
  if (stanza?.status.code !== 0) throw new Error(JSON.stringify(stanza));
  return stanza.backup;
}
