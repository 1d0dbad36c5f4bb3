import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignmentsOf, exitStatusOf } from '../advice.ts';
import { judgeDatabase } from './advise.ts';
import type { DatabaseFacts } from './facts.ts';
import { parameter, setUps, someFacts, withParameters } from './test-facts.ts';

function advised(facts: DatabaseFacts): readonly string[] {
  return judgeDatabase(facts).flatMap(({ state, name, wanted }) =>
    state === 'advise' ? [wanted === undefined ? name : `${name} -> ${wanted}`] : [],
  );
}

function stateOf(facts: DatabaseFacts, name: string) {
  const found = judgeDatabase(facts).find((one) => one.name === name);
  return found && `${found.state} ${found.reason}`;
}

test('five set-ups get this advice and no other', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(setUps).map(([name, facts]) => [name, advised(facts)])), {
    'embedded, 2 GB': [],
    'embedded, 24 GB': [],
    'Debian 15': ['log_min_duration_statement -> 1s', 'track_io_timing -> on'].reverse(),
    Patroni: [],
    'PostgreSQL 18': ['wal_compression -> lz4', 'random_page_cost -> 1.1'],
  });
});

test('every advice names a number, and nothing is called unknown that is read', () => {
  for (const [name, facts] of Object.entries(setUps))
    for (const one of judgeDatabase(facts)) {
      assert.notEqual(one.state, 'unknown', `${name}: ${one.name}`);
      if (one.state === 'advise') assert.match(`${one.value} ${one.reason}`, /\d|off/, `${name}: ${one.name}`);
    }
});

test('connections: those in use, and the sum over all nodes', () => {
  const facts = someFacts();
  const used = (count: number): DatabaseFacts => ({ ...facts, connections: { ...facts.connections, used: count } });
  assert.match(stateOf(used(70), 'max_connections') ?? '', /^ok/);
  assert.match(stateOf(used(71), 'max_connections') ?? '', /^advise 71 of 100 are used now \(71 %\)$/);
  assert.match(stateOf(used(91), 'max_connections') ?? '', /the next ones are refused/);
  const nodes = ['a', 'b', 'c'].map((name) => ({ name, workers: 4, skew: 0 }));
  const larger = { ...facts, library: { ...facts.library, nodes } };
  assert.deepEqual(advised(larger), ['max_connections -> 220']);
  assert.match(stateOf(larger, 'max_connections') ?? '', /12 workers on 3 nodes with pools of 8 open at most 192/);
});

test('memory of all connections is judged with the node beside it, and work_mem is what gives way', () => {
  const small = setUps['embedded, 2 GB']!;
  assert.match(stateOf(small, 'memory of all connections') ?? '', /^(?:ok|note) /);
  const greedy = withParameters(small, { work_mem: '64MB' });
  assert.deepEqual(
    assignmentsOf(judgeDatabase(greedy)).map(({ name }) => name),
    ['work_mem'],
  );
  const [{ value } = { value: '' }] = assignmentsOf(judgeDatabase(greedy));
  assert.match(stateOf(withParameters(small, { work_mem: value }), 'memory of all connections') ?? '', /^(?:ok|note)/);
  assert.match(stateOf(setUps['Debian 15']!, 'memory of all connections') ?? '', /^note .*--memory 16GB/);
});

test('shared_buffers only where pages are missed and memory is free', () => {
  const facts = someFacts();
  const large = { ...facts, database: { ...facts.database, size: 40 * 2 ** 30, hits: 9_000_000, reads: 1_000_000 } };
  assert.ok(advised(large).includes('shared_buffers -> 6GB'));
  const full = { ...large, server: { ...large.server, available: 2 ** 30 } };
  assert.match(stateOf(full, 'shared_buffers') ?? '', /^note .*only 1 GB of memory are free/);
  const few = { ...large, database: { ...large.database, hits: 900, reads: 100 } };
  assert.match(stateOf(few, 'shared_buffers') ?? '', /^ok .*too few/);
  const fits = { ...large, database: { ...large.database, size: 200 * 2 ** 20 } };
  assert.match(stateOf(fits, 'shared_buffers') ?? '', /^ok/);
});

test('temporary files: more memory for sorts first, a tmpfs only where a gigabyte a day goes through the disk', () => {
  const facts = someFacts();
  const temp = (bytes: number, work: string): DatabaseFacts =>
    withParameters({ ...facts, database: { ...facts.database, tempBytes: bytes, tempFiles: 9 } }, { work_mem: work });
  assert.match(stateOf(temp(29 * 2 ** 30, '16MB'), 'temporary files') ?? '', /^ok .*a tmpfs would save nothing/);
  assert.deepEqual(advised(temp(90 * 2 ** 30, '16MB')), ['temporary files -> 32MB']);
  assert.deepEqual(advised(temp(90 * 2 ** 30, '64MB')), ['temporary files -> a tmpfs']);
});

test('rates of less than a day are called weak, and lead to no larger log', () => {
  const facts = { ...someFacts(), checkpoints: { timed: 1, requested: 40, counted: 7_200 } };
  assert.match(stateOf(facts, 'max_wal_size') ?? '', /^note .*weak/);
  const month = { ...facts, checkpoints: { timed: 100, requested: 4_000, counted: 30 * 86_400 } };
  assert.deepEqual(advised(month), ['max_wal_size -> 8GB']);
});

test('what only others may see is said, and is no advice', () => {
  const hidden = { ...someFacts(), standbys: [{ name: 'a standby', state: '', bytes: 0, seconds: 0 }] };
  assert.match(stateOf(hidden, 'standbys') ?? '', /^note only pg_monitor/);
  assert.match(stateOf(setUps['Debian 15']!, 'configuration files') ?? '', /^note .*only a superuser/);
  assert.match(stateOf(setUps['Debian 15']!, 'pg_stat_statements') ?? '', /^note/);
});

test('lz4 is advised only to a server that was built with it', () => {
  const pages = { ...setUps['PostgreSQL 18']! };
  assert.ok(advised(pages).includes('wal_compression -> lz4'));
  const plain = {
    ...pages,
    parameters: { ...pages.parameters, wal_compression: parameter('off', { choices: ['pglz', 'on', 'off'] }) },
  };
  assert.ok(advised(plain).includes('wal_compression -> on'));
});

test('each other rule has a state of the server that calls for it, and says the number', () => {
  const facts = someFacts();
  const index = facts.indexes[1]!;
  const cases: readonly (readonly [Partial<DatabaseFacts>, string, RegExp])[] = [
    [{ connections: { used: 14, idleInTransaction: 900, longestTransaction: 900 } }, 'idle transactions', /15 min/],
    [
      { library: { ...facts.library, nodes: [{ name: 'a', workers: 2, skew: -4_000 }] } },
      'clocks of the nodes',
      /a is 4000 ms behind/,
    ],
    [
      { tables: [{ name: 'record', live: 5_000_000, dead: 300_000, vacuumed: 1, options: [] }] },
      'autovacuum',
      /5000000 rows/,
    ],
    [
      { tables: [{ name: 'session', live: 1_000, dead: 50_000, vacuumed: undefined, options: [] }] },
      'autovacuum',
      /never/,
    ],
    [{ age: 1_500_000_000 }, 'age of transactions', /70 %/],
    [
      { archiver: { mode: 'on', archived: 5, failed: 900, failing: true, lastFailed: '00000001' } },
      'archive',
      /900 attempts failed/,
    ],
    [{ standbys: [{ name: 'db2', state: 'streaming', bytes: 2 ** 30, seconds: 1 }] }, 'standbys', /db2 is 1 GB/],
    [{ standbys: [{ name: 'db2', state: 'catchup', bytes: 0, seconds: 0 }] }, 'standbys', /db2 is catchup/],
    [{ slots: [{ name: 'old', active: false, held: 5 * 2 ** 30 }] }, 'replication slots', /5 GB/],
    [{ indexes: [{ ...index, valid: false }] }, 'invalid indexes', /2 MB/],
    [{ indexes: [index, { ...index, name: 'mine' }] }, 'duplicate indexes', /mine does the same as identifier_record/],
    [{ wal: { ...facts.wal, buffersFull: 9_000_000, writes: 10_000_000 } }, 'wal_buffers', /90 %/],
    [
      { fileErrors: [{ file: 'x.conf', line: 3, name: 'jit', error: 'is wrong' }] },
      'configuration files',
      /jit is wrong/,
    ],
  ];
  for (const [change, name, reason] of cases) {
    const judged = judgeDatabase({ ...facts, ...change });
    assert.deepEqual(
      judged.filter(({ state }) => state === 'advise').map((one) => one.name),
      [name],
    );
    assert.match(judged.find((one) => one.name === name)?.reason ?? '', reason);
    assert.equal(exitStatusOf(judged), 1);
  }
});

test('an index of a migration is never called a duplicate, nor one that a constraint needs', () => {
  const facts = someFacts();
  const index = facts.indexes[1]!;
  const needed = { ...index, name: 'identifier_key', constraint: true };
  assert.deepEqual(advised({ ...facts, indexes: [index, needed] }), []);
});

test('what is in the files already and waits for a restart is not set once more', () => {
  const facts = withParameters(someFacts(), { shared_preload_libraries: '' });
  const parameters = { ...facts.parameters, shared_preload_libraries: parameter('', { waits: true }) };
  const judged = judgeDatabase({ ...facts, parameters });
  assert.deepEqual(assignmentsOf(judged), []);
  assert.match(judged.find(({ name }) => name === 'configuration files')?.command ?? '', /--apply --restart/);
});

test('libraries that are loaded stay when pg_stat_statements joins them', () => {
  const facts = withParameters(someFacts(), { shared_preload_libraries: 'auto_explain' });
  assert.deepEqual(
    assignmentsOf(judgeDatabase(facts)).map(({ value }) => value),
    ['auto_explain, pg_stat_statements'],
  );
});
