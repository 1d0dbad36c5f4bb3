import { readFile, statfs } from 'node:fs/promises';
import sql, { type Sql } from 'sql-template-tag';
import type { Settings } from '../../../config/settings.ts';
import { knownNodes } from '../../../monitor/nodes.ts';
import type { Queryable } from '../../../store/database.ts';
import { isLocalServer } from '../local.ts';
import { readCgroup } from '../os/cgroup.ts';
import { mountOf, parseMemory, parseMounts } from '../os/parse.ts';
import { readDisk } from '../os/read.ts';
import { textOf } from '../os/text.ts';
import type { DatabaseFacts, FileError, LibraryPart, ServerPart, Setup } from './facts.ts';
import { amountOf, type SettingRow } from './parameter.ts';
import {
  archiverOf,
  checkpointsOf,
  indexesSql,
  pagesSql,
  slotsSql,
  slowStatementsSql,
  standbysSql,
  tablesSql,
  walOf,
} from './statistics.ts';

export interface ReadOptions {
  readonly settings: Settings;
  readonly url: string;
  /** Bytes of the machine of the server, where it is another one. */
  readonly memory?: number;
}

/** Some twenty short statements, one after the other. */
export async function readDatabase(database: Queryable, options: ReadOptions): Promise<DatabaseFacts> {
  const rows = <Row extends object>(statement: Sql) => database.query<Row>(statement);
  /** What this role may not read, or this release does not have, is empty. */
  const allowed = <Row extends object>(statement: Sql) => rows<Row>(statement).catch((): Row[] => []);
  const [base] = await rows<Base>(baseSql);
  if (base === undefined) throw new Error('the server answers nothing');
  const settings = await rows<SettingRow>(settingsSql);
  const parameters = Object.fromEntries(settings.map((row) => [row.name, amountOf(row)]));
  const [counters] = await rows<Counters>(countersSql);
  const [pages] = await rows<{ hits: number; reads: number }>(pagesSql);
  const [connections] = await rows<ConnectionRow>(connectionsSql);
  const extensions = await rows<{ name: string; installed: boolean }>(extensionsSql);
  const installed = extensions.filter((one) => one.installed).map(({ name }) => name);
  const wal = await walOf(rows, base.version);
  const server = await readServer(options, parameters['data_directory']?.text, parameters['cluster_name']?.text ?? '');
  return {
    setup: setupOf(options, base, settings),
    version: base.version,
    versionText: base.text,
    superuser: base.superuser,
    reader: base.reader,
    standby: base.standby,
    server,
    parameters,
    fileErrors: base.superuser ? await allowed<FileError>(fileErrorsSql) : [],
    uptime: base.uptime,
    // Counters outlive a restart; a database that was never reset has them since those of the
    // server.
    counted: counters?.counted ?? wal.counted,
    connections: connections ?? { used: 0, idleInTransaction: 0, longestTransaction: 0 },
    library: await readLibrary(database, options, server.local),
    database: {
      size: counters?.size ?? 0,
      hits: pages?.hits ?? 0,
      reads: pages?.reads ?? 0,
      tempBytes: counters?.tempBytes ?? 0,
      tempFiles: counters?.tempFiles ?? 0,
      deadlocks: counters?.deadlocks ?? 0,
    },
    checkpoints: await checkpointsOf(rows, base.version),
    wal,
    tables: await rows(tablesSql),
    indexes: await rows(indexesSql),
    standbys: base.standby ? [] : await allowed(standbysSql),
    slots: base.standby ? [] : await allowed(slotsSql),
    archiver: await archiverOf(allowed, parameters['archive_mode']?.text ?? 'off'),
    age: counters?.age ?? 0,
    extensions: { available: extensions.map(({ name }) => name), installed },
    slowStatements: installed.includes('pg_stat_statements')
      ? await rows<{ text: string; calls: number; mean: number }>(slowStatementsSql).catch(() => undefined)
      : undefined,
    clockCost: await clockCost(rows),
  };
}

interface Base {
  readonly version: number;
  readonly text: string;
  readonly superuser: boolean;
  readonly reader: boolean;
  readonly standby: boolean;
  readonly uptime: number;
  readonly patroni: boolean;
}

const baseSql = sql`
  SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS text,
    rolsuper AS superuser, rolsuper OR pg_has_role(rolname, 'pg_monitor', 'USAGE') AS reader,
    pg_is_in_recovery() AS standby,
    extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS uptime,
    EXISTS (SELECT FROM pg_stat_activity WHERE application_name ILIKE 'patroni%') AS patroni
  FROM pg_roles WHERE rolname = current_user`;

const settingsSql = sql`
  SELECT name, setting, unit, vartype, context, source, enumvals, pending_restart, current_setting(name) AS text
  FROM pg_settings`;

const fileErrorsSql = sql`
  SELECT sourcefile AS file, sourceline AS line, coalesce(name, '') AS name, error
  FROM pg_file_settings WHERE error IS NOT NULL`;

interface Counters {
  readonly size: number;
  readonly tempBytes: number;
  readonly tempFiles: number;
  readonly deadlocks: number;
  readonly counted: number | null;
  readonly age: number;
}

const countersSql = sql`
  SELECT pg_database_size(datid) AS size, temp_bytes AS "tempBytes", temp_files AS "tempFiles", deadlocks,
    extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS counted,
    (SELECT max(age(datfrozenxid)) FROM pg_database)::float8 AS age
  FROM pg_stat_database WHERE datname = current_database()`;

interface ConnectionRow {
  readonly used: number;
  readonly idleInTransaction: number;
  readonly longestTransaction: number;
}

const connectionsSql = sql`
  SELECT count(*) FILTER (WHERE backend_type = 'client backend' OR backend_type IS NULL AND datname IS NOT NULL) AS used,
    coalesce(max(extract(epoch FROM clock_timestamp() - state_change))
      FILTER (WHERE state LIKE 'idle in transaction%'), 0)::float8 AS "idleInTransaction",
    coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))
      FILTER (WHERE backend_type = 'client backend'), 0)::float8 AS "longestTransaction"
  FROM pg_stat_activity`;

const extensionsSql = sql`
  SELECT name, installed_version IS NOT NULL AS installed FROM pg_available_extensions`;

/**
 * The same rows with and without their times, as pg_test_timing does from outside: the least of a
 * few counts, so that other work does not.
 */
async function clockCost(rows: <Row extends object>(statement: Sql) => Promise<Row[]>): Promise<number | undefined> {
  const time = async (statement: Sql): Promise<number> => {
    const [row] = await rows<{ 'QUERY PLAN': readonly { 'Execution Time': number }[] }>(statement);
    return row?.['QUERY PLAN'][0]?.['Execution Time'] ?? Number.NaN;
  };
  try {
    const [without, measured]: [number[], number[]] = [[], []];
    for (let i = 0; i < 8; i++) {
      without.push(await time(sql`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT FROM generate_series(1, 10000)`));
      measured.push(await time(sql`EXPLAIN (ANALYZE, TIMING ON, FORMAT JSON) SELECT FROM generate_series(1, 10000)`));
    }
    // The clock is read before and after each row.
    const cost = ((Math.min(...measured) - Math.min(...without)) * 1e6) / 10_000 / 2;
    return Number.isFinite(cost) ? Math.max(0, cost) : undefined;
  } catch {
    return undefined;
  }
}

/** Patroni starts the server with settings on its command line, and gives it the cluster's name. */
function setupOf({ settings }: ReadOptions, { patroni }: Base, rows: readonly SettingRow[]): Setup {
  if (settings.databaseUrl === undefined) return 'embedded';
  const has = (name: string): SettingRow | undefined => rows.find((row) => row.name === name);
  const started = has('max_connections')?.source === 'command line' && has('cluster_name')?.source === 'command line';
  return patroni || started ? 'patroni' : 'external';
}

async function readServer({ url, memory }: ReadOptions, folder: string | undefined, clusterName: string) {
  const local = isLocalServer(url);
  const unknown: ServerPart = {
    local,
    memory,
    available: undefined,
    rotational: undefined,
    free: undefined,
    clusterName,
    hugePages: undefined,
  };
  if (!local) return unknown;
  const [info, cgroup, mounts] = await Promise.all([
    readFile('/proc/meminfo', 'utf8').then(parseMemory),
    readCgroup(),
    textOf('/proc/mounts'),
  ]);
  const total = info['MemTotal'] ?? 0;
  const mount = folder === undefined ? undefined : mountOf(folder, parseMounts(mounts ?? ''));
  const disk = mount === undefined ? undefined : await readDisk(mount.source);
  // Virtual disks call themselves rotational, whatever is behind them.
  const told = disk !== undefined && !(disk.rotational && /^x?vd/.test(disk.name));
  const found = folder === undefined ? undefined : await statfs(folder).catch(() => undefined);
  const part: ServerPart = {
    ...unknown,
    memory: memory ?? Math.min(total, cgroup.memoryLimit ?? total),
    available: info['MemAvailable'],
    rotational: told ? disk.rotational : undefined,
    free: found && found.bavail * found.bsize,
    hugePages: info['HugePages_Total'],
  };
  return part;
}

/** Nodes that told of themselves within an hour; without the table, none. */
async function readLibrary(database: Queryable, { settings }: ReadOptions, local: boolean): Promise<LibraryPart> {
  const known = await knownNodes(database).catch(() => []);
  const living = known.filter(({ age }) => age < 3_600_000);
  const here = living.filter(({ summary }) => summary.name === settings.nodeName);
  return {
    nodes: living.map(({ summary, skew }) => ({ name: summary.name, workers: summary.workers, skew })),
    poolSize: settings.poolSize,
    webWorkers: settings.webWorkers,
    resident: local ? here.reduce((sum, { summary }) => sum + summary.resident, 0) : 0,
  };
}
