import type { DatabaseFacts, ServerParameter } from './facts.ts';

/** For tests: a server as it was read, with changes. Sizes are in bytes. */

const gigabyte = 2 ** 30;
const scales: Readonly<Record<string, number>> = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

export function parameter(text: string, more: Partial<ServerParameter> = {}): ServerParameter {
  const [, number, unit] = /^(-?[\d.]+)(kB|MB|GB)?$/.exec(text) ?? [];
  const amount = number === undefined ? Number.NaN : Number(number) * (scales[unit ?? ''] ?? 1);
  return {
    amount,
    text,
    context: 'sighup',
    source: 'configuration file',
    choices: undefined,
    waits: false,
    ...more,
  };
}

export function parametersOf(texts: Readonly<Record<string, string>>): DatabaseFacts['parameters'] {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parameter(text)]));
}

/** PostgreSQL's own values, the same from 15 to 18 but for names that came. */
const usual = {
  max_connections: '100',
  shared_buffers: '128MB',
  work_mem: '4MB',
  maintenance_work_mem: '64MB',
  autovacuum_work_mem: '-1',
  autovacuum_max_workers: '3',
  effective_cache_size: '4GB',
  max_wal_size: '1GB',
  wal_buffers: '4MB',
  wal_compression: 'off',
  random_page_cost: '4',
  jit: 'on',
  track_io_timing: 'off',
  log_min_duration_statement: '-1',
  shared_preload_libraries: '',
  autovacuum: 'on',
  autovacuum_vacuum_scale_factor: '0.2',
  autovacuum_freeze_max_age: '200000000',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  idle_in_transaction_session_timeout: '0',
  huge_pages: 'try',
  temp_tablespaces: '',
  archive_mode: 'off',
};

const seen = {
  shared_preload_libraries: 'pg_stat_statements',
  track_io_timing: 'on',
  log_min_duration_statement: '1000',
};

/** A library of 108,000 records that has run for a month, all of it as it should be. */
export function someFacts(change: Partial<DatabaseFacts> = {}): DatabaseFacts {
  const month = 30 * 86_400;
  return {
    setup: 'embedded',
    version: 150_018,
    versionText: '15.18',
    superuser: true,
    reader: true,
    standby: false,
    server: {
      local: true,
      memory: 24 * gigabyte,
      available: 16 * gigabyte,
      rotational: undefined,
      free: 60 * gigabyte,
      clusterName: '',
      hugePages: 0,
    },
    parameters: parametersOf({
      ...usual,
      ...seen,
      shared_buffers: '256MB',
      work_mem: '16MB',
      maintenance_work_mem: '128MB',
      max_wal_size: '4GB',
      wal_compression: 'pglz',
      wal_buffers: '8MB',
      jit: 'off',
    }),
    fileErrors: [],
    uptime: month,
    counted: month,
    connections: { used: 14, idleInTransaction: 0, longestTransaction: 0.1 },
    library: { nodes: [{ name: 'vm', workers: 2, skew: 3 }], poolSize: 8, webWorkers: 2, resident: 400 * 2 ** 20 },
    database: {
      size: 433 * 2 ** 20,
      hits: 9_950_000,
      reads: 50_000,
      tempBytes: 0,
      tempFiles: 0,
      deadlocks: 0,
    },
    checkpoints: { timed: 2_880, requested: 20, counted: month },
    wal: { bytes: 5 * gigabyte, fullPages: 200_000, buffersFull: 1_900, writes: 500_000, counted: month },
    tables: [
      { name: 'record', live: 108_000, dead: 2_000, vacuumed: 86_400, options: [] },
      { name: 'node', live: 1, dead: 40, vacuumed: 60, options: ['fillfactor=50'] },
      { name: 'task', live: 12, dead: 80, vacuumed: 60, options: [] },
    ],
    indexes: [
      {
        name: 'record_pkey',
        table: 'record',
        valid: true,
        unique: true,
        size: 2 ** 21,
        key: '1',
        constraint: true,
        building: false,
      },
      {
        name: 'identifier_record',
        table: 'identifier',
        valid: true,
        unique: false,
        size: 2 ** 21,
        key: '2',
        constraint: false,
        building: false,
      },
    ],
    standbys: [],
    slots: [],
    archiver: { mode: 'off', archived: 0, failed: 0, failing: false, lastFailed: undefined },
    age: 3_000_000,
    extensions: { available: ['pg_stat_statements', 'amcheck'], installed: ['pg_stat_statements'] },
    slowStatements: [],
    clockCost: 22,
    ...change,
  };
}

export function withParameters(facts: DatabaseFacts, texts: Readonly<Record<string, string>>): DatabaseFacts {
  return { ...facts, parameters: { ...facts.parameters, ...parametersOf(texts) } };
}

/** Five set-ups as they were before anybody tuned them. */
export const setUps: Readonly<Record<string, DatabaseFacts>> = {
  'embedded, 2 GB': someFacts({
    server: { ...someFacts().server, memory: 2 * gigabyte, available: 700 * 2 ** 20, free: 8 * gigabyte },
    parameters: { ...someFacts().parameters, ...parametersOf({ shared_buffers: '128MB' }) },
  }),
  'embedded, 24 GB': someFacts(),
  'Debian 15': someFacts({
    setup: 'external',
    superuser: false,
    reader: false,
    parameters: parametersOf(usual),
    server: { ...someFacts().server, local: false, memory: undefined, available: undefined, free: undefined },
    extensions: { available: ['plpgsql'], installed: ['plpgsql'] },
    slowStatements: undefined,
  }),
  Patroni: someFacts({
    setup: 'patroni',
    superuser: false,
    parameters: parametersOf({
      ...usual,
      ...seen,
      max_connections: '228',
      shared_buffers: '4GB',
      effective_cache_size: '11GB',
      maintenance_work_mem: '512MB',
      wal_compression: 'pglz',
      max_wal_size: '4GB',
      jit: 'off',
    }),
    server: {
      ...someFacts().server,
      local: false,
      memory: 16 * gigabyte,
      available: undefined,
      free: undefined,
      clusterName: 'main',
    },
    library: {
      nodes: ['web1', 'web2', 'web3'].map((name) => ({ name, workers: 4, skew: 4 })),
      poolSize: 8,
      webWorkers: 4,
      resident: 0,
    },
    standbys: ['db2', 'db3'].map((name) => ({ name, state: 'streaming', bytes: 20_000, seconds: 0.01 })),
    slots: ['db2', 'db3'].map((name) => ({ name, active: true, held: 30_000 })),
    archiver: { mode: 'on', archived: 1_200, failed: 2, failing: false, lastFailed: undefined },
  }),
  'PostgreSQL 18': someFacts({
    setup: 'external',
    version: 180_004,
    versionText: '18.4',
    server: { ...someFacts().server, rotational: false },
    parameters: {
      ...parametersOf({ ...usual, ...seen, huge_pages_status: 'off', effective_cache_size: '12GB' }),
      wal_compression: parameter('off', { choices: ['pglz', 'lz4', 'zstd', 'on', 'off'] }),
    },
    wal: { bytes: 5 * gigabyte, fullPages: 520_000, buffersFull: 10, writes: 500_000, counted: 30 * 86_400 },
  }),
};
