/**
 * What `reperio tune database` advises on real servers: the embedded one, PostgreSQL of Debian as
 * initdb leaves it, and the same with what is rendered for a single server and for Patroni. All
 * that is advised is set, and the server restarted: an advice is wrong if the server does not start
 * with it, or if it is still given.
 * `node bench/tune.ts`. The time is that of reading and judging.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresParameters, replicationParameters } from '../src/cluster/render/postgresql-parameters.ts';
import { exampleTopology } from '../src/cluster/topology/test-topology.ts';
import { readSettings } from '../src/config/settings.ts';
import { type Advice, assignmentsOf } from '../src/maintain/tune/advice.ts';
import { adviceOnDatabase } from '../src/maintain/tune/database/advise.ts';
import { connect } from '../src/store/database.ts';
import { layoutOf } from '../src/store/embedded/layout.ts';
import { joinServer } from '../src/store/embedded/share.ts';
import { migrate } from '../src/store/migrate.ts';
import { machineLine, table } from './lib/report.ts';

interface Server {
  readonly name: string;
  readonly folder: string;
  /** Undefined: the embedded one. */
  readonly own: boolean;
  start(): Promise<string>;
  stop(): Promise<void>;
  /** Settings for the next start. */
  set(lines: string): void;
}

const folder = mkdtempSync(join(tmpdir(), 'reperio-tune-'));
chmodSync(folder, 0o755);
const bin = '/usr/lib/postgresql/15/bin';
const isRoot = process.getuid?.() === 0;
const run = (program: string, ...words: readonly string[]): void => {
  const line = [join(bin, program), ...words];
  const all = isRoot ? ['runuser', '-u', 'postgres', '--', ...line] : line;
  execFileSync(all[0]!, all.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
};

function embedded(): Server {
  const data = join(folder, 'embedded');
  let server: Awaited<ReturnType<typeof joinServer>> | undefined;
  return {
    ...{ name: 'embedded', folder: data, own: false },
    start: async () => {
      server = await joinServer(layoutOf(data));
      return server.url;
    },
    stop: async () => server?.release(),
    set: (lines) => appendFileSync(join(layoutOf(data).folder, 'postgresql.local.conf'), lines),
  };
}

function debian(name: string, parameters: readonly { readonly name: string; readonly value: string }[]): Server {
  const place = join(folder, name.replace(/\W+/g, '-'));
  const data = join(place, 'data');
  mkdirSync(place);
  if (isRoot) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(place, id('-u'), id('-g'));
  }
  run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres');
  const set = (lines: string): void => appendFileSync(join(data, 'postgresql.conf'), lines);
  set(`listen_addresses = ''\nunix_socket_directories = '${place}'\n`);
  set(linesOf(parameters));
  return {
    ...{ name, folder: place, own: true, set },
    start: async () => {
      run('pg_ctl', '-D', data, '-w', '-l', join(place, 'log'), 'start');
      return `postgresql://postgres@/postgres?host=${place}`;
    },
    stop: async () => run('pg_ctl', '-D', data, '-w', '-m', 'fast', 'stop'),
  };
}

function linesOf(parameters: readonly { readonly name: string; readonly value: string }[]): string {
  return parameters.map(({ name, value }) => `${name} = '${value.replaceAll("'", "''")}'\n`).join('');
}

/** What is advised, and what it took to know, in ms. */
async function advise(server: Server, url: string): Promise<readonly [readonly Advice[], number]> {
  const database = connect(url, { connectTimeout: 5_000, statementTimeout: 60_000, lockTimeout: 5_000, poolSize: 2 });
  try {
    await migrate(database);
    const environment = { REPERIO_DATA: server.folder, ...(server.own && { DATABASE_URL: url }) };
    const { settings } = readSettings(environment);
    const began = performance.now();
    const found = await adviceOnDatabase(settings, database, url);
    return [found.filter(({ state }) => state === 'advise'), performance.now() - began];
  } finally {
    await database.close();
  }
}

const topology = exampleTopology();
// As large as this machine: the example has servers with more memory.
const here = postgresParameters(topology).map((one) =>
  one.name === 'shared_buffers' ? { ...one, value: '1GB' } : one,
);
const servers = [
  embedded(),
  debian('Debian 15', []),
  debian('Debian 15, rendered', here),
  debian('Debian 15, as for Patroni', [...here, ...replicationParameters]),
];
const rows: (readonly string[])[] = [];
try {
  for (const server of servers) {
    const [before, took] = await advise(server, await server.start());
    await server.stop();
    server.set(linesOf(assignmentsOf(before)));
    // Throws when it does not start.
    const url = await server.start();
    const [after] = await advise(server, url);
    await server.stop();
    const wanted = new Set(assignmentsOf(before).map(({ name }) => name));
    const wrong = assignmentsOf(after).filter(({ name }) => wanted.has(name));
    const names = before.map(({ name, wanted: value }) => (value === undefined ? name : `${name} ${value}`));
    rows.push([server.name, String(wrong.length), `${took.toFixed(0)} ms`, names.join(', ') || 'nothing']);
  }
  console.log(`Advice on real servers, set and asked again. ${machineLine()}`);
  const columns = [{ title: 'server', align: 'left' as const }, { title: 'wrong' }, { title: 'read in' }];
  console.log(table([...columns, { title: 'advised', align: 'left' }], rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
