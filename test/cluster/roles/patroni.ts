import { waitFor } from '../../support/wait.ts';
import { etcdFile, etcdFiles } from '../config/etcd.ts';
import { patroniFile, patroniFiles, patroniSecrets } from '../config/patroni.ts';
import { databaseAddresses, databaseHosts, libraryUrl, patroniPort, postgresPort } from '../config/plan.ts';
import { renderedFiles } from '../config/rendered.ts';
import type { Cluster } from '../hosts/cluster.ts';
import { install, setKernel } from './install.ts';
import { makeLibrary, ownFolderOfPostgres, postgresPrograms, waitForLibrary } from './postgres.ts';

/**
 * Seconds after which a primary that is gone is replaced; the least that Patroni 3 allows with its
 * other times being what they are.
 */
const ttl = 10;

/**
 * Three servers, of which one is the primary; the address of the library that names all of them.
 */
export async function startDatabases(cluster: Cluster): Promise<string> {
  for (const name of databaseHosts) {
    const host = cluster.host(name);
    const own = [...etcdFiles(name), ...patroniFiles(name, postgresPrograms()!, ttl)];
    const rendered = cluster.isReallyRoot && renderedFiles(name, 3, ['etcd', 'postgresql', 'patroni']);
    install(host, rendered || own);
    await setKernel(host, renderedFiles(name, 3, ['sysctl']));
    await ownFolderOfPostgres(cluster, name);
  }
  await Promise.all(databaseHosts.map((name) => startDatabase(cluster, name)));
  await waitUntilWhole(cluster);
  // What is rendered makes it by itself.
  if (!cluster.isReallyRoot) await makeLibrary(cluster, await primaryOf(cluster));
  await Promise.all(databaseHosts.map((name) => waitForLibrary(cluster, name)));
  return libraryUrl(databaseHosts.map((name) => `${databaseAddresses[name]}:${postgresPort}`).join(','));
}

/** etcd and Patroni on a host that runs neither, as after a power cut. */
export async function startDatabase(cluster: Cluster, name: string): Promise<void> {
  const host = cluster.host(name);
  await host.spawn('etcd', ['sh', '-c', `set -a; . ${etcdFile}; exec etcd`]);
  await startPatroni(cluster, name);
}

export async function startPatroni(cluster: Cluster, name: string): Promise<void> {
  const host = cluster.host(name);
  const command = `set -a; [ ! -e ${patroniSecrets} ] || . ${patroniSecrets}; exec ${cluster.asPostgres.join(' ')} patroni ${patroniFile}`;
  await host.spawn('patroni', ['sh', '-c', command], { environment: { HOME: '/var/lib/postgresql' } });
}

export interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly lag?: number | string;
  readonly timeline?: number;
}

/** As any member that answers tells it. */
export async function membersOf(cluster: Cluster): Promise<readonly Member[]> {
  const asked = databaseHosts.map((name) => ask<{ members: readonly Member[] }>(cluster, name, 'cluster'));
  return (await Promise.any(asked)).members;
}

async function ask<T>(cluster: Cluster, name: string, path: string): Promise<T> {
  const url = `http://${databaseAddresses[name]}:${patroniPort}/${path}`;
  return JSON.parse(await cluster.exec('client', ['curl', '-fsS', '-m', '2', url], { timeout: 4_000 })) as T;
}

/**
 * How many replicas have a stream from this server, as PostgreSQL itself says. What Patroni says of
 * one that came back is a moment old, and it may turn out to need pg_rewind.
 */
async function streamsFrom(cluster: Cluster, name: string): Promise<number> {
  const { replication = [] } = await ask<{ replication?: readonly { state: string }[] }>(cluster, name, 'patroni');
  return replication.filter(({ state }) => state === 'streaming').length;
}

export async function primaryOf(cluster: Cluster, other?: string): Promise<string> {
  return waitFor(
    `a primary${other === undefined ? '' : ` other than ${other}`}`,
    async () => {
      const found = (await membersOf(cluster)).find(({ role, state }) => role === 'leader' && state === 'running');
      return found === undefined || found.name === other ? undefined : found.name;
    },
    60_000,
  );
}

/** One primary, and two replicas that follow it. */
export async function waitUntilWhole(cluster: Cluster, timeout = 90_000): Promise<void> {
  await waitFor(
    'a primary with two replicas',
    async () => {
      const members = await membersOf(cluster);
      const good = members.filter(({ state }) => state === 'running' || state === 'streaming');
      const timelines = new Set(members.map(({ timeline }) => timeline));
      const whole = good.length === databaseHosts.length && timelines.size === 1;
      // Only a synchronous replica may take over.
      const synchronous = members.some(({ role }) => role === 'sync_standby');
      const leader = members.find(({ role }) => role === 'leader');
      const streams = leader === undefined ? 0 : await streamsFrom(cluster, leader.name);
      if (whole && synchronous && streams === databaseHosts.length - 1) return true;
      throw new Error(`${JSON.stringify(members)}\n${lastWords(cluster, members)}`);
    },
    timeout,
  );
}

/** Of Patroni on the hosts that have no server which is well. */
function lastWords(cluster: Cluster, members: readonly Member[]): string {
  const well = new Set(members.filter(({ timeline }) => timeline !== undefined).map(({ name }) => name));
  const unwell = databaseHosts.filter((name) => !well.has(name));
  return unwell.map((name) => `${name}: ${cluster.host(name).log('patroni').slice(-4_000)}`).join('\n');
}

export async function switchover(cluster: Cluster): Promise<void> {
  const primary = await primaryOf(cluster);
  const words = ['patronictl', '-c', patroniFile, 'switchover', '--master', primary, '--force', 'library'];
  await cluster.exec(primary, words, { timeout: 30_000 });
}

/**
 * kill -9 of the server that takes writes, not of Patroni. Its number is in the first line of
 * postmaster.pid.
 */
export async function killPrimary(cluster: Cluster, folder: string): Promise<string> {
  const primary = await primaryOf(cluster);
  await cluster.exec(primary, ['sh', '-c', `kill -9 $(head -n 1 ${folder}/postmaster.pid)`]);
  return primary;
}
