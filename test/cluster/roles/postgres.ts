import { globSync } from 'node:fs';
import { waitFor } from '../../support/wait.ts';
import { dataFolder } from '../config/patroni.ts';
import { libraryUrl, password, postgresPort } from '../config/plan.ts';
import type { Cluster } from '../hosts/cluster.ts';

/** Folder of PostgreSQL's programs, of Debian's newest version; undefined when there is none. */
export function postgresPrograms(): string | undefined {
  const found = globSync('/usr/lib/postgresql/*/bin/postgres').map((path) => path.slice(0, -'/postgres'.length));
  return found.sort((a, b) => Number(a.split('/')[4]) - Number(b.split('/')[4])).at(-1);
}

const access = `local all all trust
host all all 10.77.0.0/16 scram-sha-256
`;

/** One PostgreSQL without a replica; the address of its library. */
export async function startPostgres(cluster: Cluster, name: string): Promise<string> {
  const host = cluster.host(name);
  const programs = postgresPrograms()!;
  await ownFolderOfPostgres(cluster, name);
  const initdb = `${programs}/initdb -D ${dataFolder} -U postgres -E UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256`;
  await host.exec([...cluster.asPostgres, ...initdb.split(' ')], { timeout: 30_000 });
  host.write(`${dataFolder}/pg_hba.conf`, access);
  const flags = { listen_addresses: host.address, max_connections: 150, unix_socket_directories: '/run/postgresql' };
  const words = Object.entries(flags).flatMap(([flag, value]) => ['-c', `${flag}=${value}`]);
  await host.spawn('postgres', [...cluster.asPostgres, `${programs}/postgres`, '-D', dataFolder, ...words]);
  await makeLibrary(cluster, name);
  return libraryUrl(`${host.address}:${postgresPort}`);
}

/** PostgreSQL is somebody else than root, and the folder is his. */
export async function ownFolderOfPostgres(cluster: Cluster, name: string): Promise<void> {
  const host = cluster.host(name);
  await host.exec(['mkdir', '-p', dataFolder]);
  await host.exec(['chmod', '700', dataFolder]);
  if (cluster.isReallyRoot) await host.exec(['chown', '-R', 'postgres:', '/var/lib/postgresql']);
}

/** Role and database of the library, on the primary. */
export async function makeLibrary(cluster: Cluster, name: string, timeout = 20_000): Promise<void> {
  const statements = [
    `CREATE ROLE library LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE library OWNER library TEMPLATE template0 ENCODING 'UTF8'`,
  ];
  for (const statement of statements)
    await waitFor(statement, () => psql(cluster, name, statement).then(() => true), timeout);
}

/** A replica has it a moment later than the primary. */
export async function waitForLibrary(cluster: Cluster, name: string): Promise<void> {
  await waitFor(`the library on ${name}`, () => psql(cluster, name, 'SELECT 1', 'library').then(() => true), 20_000);
}

async function psql(cluster: Cluster, name: string, statement: string, database = 'postgres'): Promise<string> {
  const words = ['-h', '/run/postgresql', '-U', 'postgres', '-d', database, '-AtXq', '-v', 'ON_ERROR_STOP=1'];
  return cluster.exec(name, [...cluster.asPostgres, 'psql', ...words, '-c', statement]);
}
