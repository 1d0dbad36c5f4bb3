import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { readSettings, type Settings } from '../../../config/settings.ts';
import { layoutOf } from '../../../store/embedded/layout.ts';
import { restartServer } from '../../../store/embedded/share.ts';
import { tunedFiles, writeTuned } from '../../../store/embedded/tuned.ts';
import { openStore, type Store } from '../../../store/open.ts';
import { adviceOnDatabase, judgeDatabase } from './advise.ts';
import { applyEmbedded, undoEmbedded } from './apply.ts';
import { alterSystem, applyExternal, patroniLines, undoExternal } from './apply-external.ts';
import { inDatabase, proveDatabase, sessionSettings, verdict } from './prove.ts';
import { readDatabase } from './read.ts';

/** A server of this file's own: it is restarted. */
const folder = mkdtempSync(join(tmpdir(), 'reperio-tune-'));
const layout = layoutOf(folder);
const files = tunedFiles(layout);
let settings: Settings;
let store: Store;

before(async () => {
  settings = readSettings({ REPERIO_DATA: folder }).settings;
  store = await openStore(settings);
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

const why = 'A reason.';

async function shown(name: string): Promise<string> {
  const [row] = await store.database.query<{ value: string }>(sql`SELECT current_setting(${name}) AS value`);
  return row?.value ?? '';
}

test('a fresh embedded server is read, and what is advised is only what makes it tell more', async () => {
  const facts = await readDatabase(store.database, { settings, url: store.url });
  assert.equal(facts.setup, 'embedded');
  assert.equal(
    facts.parameters['shared_buffers']?.amount,
    Number.parseInt(facts.parameters['shared_buffers']!.text, 10) * 2 ** 20,
  );
  assert.equal(facts.parameters['checkpoint_timeout']?.amount, 900_000);
  assert.deepEqual(facts.parameters['wal_compression']?.choices?.includes('lz4'), false);
  assert.ok(facts.indexes.some(({ name, constraint }) => name === 'record_pkey' && constraint));
  assert.ok((facts.wal.writes ?? 0) > 0);
  const advice = await adviceOnDatabase(settings, store.database, store.url);
  const names = advice.flatMap(({ state, name }) => (state === 'advise' ? [name] : []));
  const known = ['track_io_timing', 'log_min_duration_statement', 'pg_stat_statements', 'random_page_cost'];
  assert.deepEqual(
    names.filter((name) => !known.includes(name)),
    [],
  );
  assert.deepEqual(
    advice.filter(({ state }) => state === 'unknown'),
    [],
  );
});

test('indexes of the migrations are no duplicates; one more of the same is, and an invalid one is found', async () => {
  const found = async () =>
    judgeDatabase(await readDatabase(store.database, { settings, url: store.url })).filter(({ name }) =>
      name.endsWith('indexes'),
    );
  assert.deepEqual(
    (await found()).map(({ state }) => state),
    ['ok', 'ok'],
  );
  await store.database.query(sql`CREATE INDEX more ON identifier (record_id)`);
  const [, twice] = await found();
  assert.deepEqual([twice?.value, twice?.command], ['more', 'DROP INDEX CONCURRENTLY more;']);
  await store.database.query(sql`DROP INDEX more`);
  await store.database.query(sql`CREATE TABLE twice AS SELECT 1 AS one UNION ALL SELECT 1`);
  await assert.rejects(store.database.query(sql`CREATE UNIQUE INDEX CONCURRENTLY broken ON twice (one)`));
  const [invalid] = await found();
  assert.equal(invalid?.value, 'broken');
  await store.database.query(sql`DROP TABLE twice`);
});

test('settings are applied at once or after a restart, the operator has the last word, and undo brings back all', async () => {
  const operators = join(layout.folder, 'postgresql.local.conf');
  writeFileSync(operators, "work_mem = '9MB'\n");
  // The server may be another user.
  chmodSync(operators, 0o644);
  const assignments = [
    { name: 'random_page_cost', value: '1.1', why },
    { name: 'work_mem', value: '32MB', why },
    { name: 'max_connections', value: '120', why },
  ];
  const first = await applyEmbedded(store.database, folder, assignments, false);
  assert.deepEqual(first.waiting, ['max_connections']);
  assert.deepEqual([await shown('random_page_cost'), await shown('work_mem')], ['1.1', '9MB']);
  assert.equal(await shown('max_connections'), '100');
  assert.ok(existsSync(files.untried));
  const second = await applyEmbedded(store.database, folder, [{ name: 'random_page_cost', value: '1.2', why }], true);
  assert.deepEqual([second.waiting, second.undone], [[], undefined]);
  assert.equal(await shown('max_connections'), '120');
  assert.equal(existsSync(files.untried), false);
  assert.match(
    readFileSync(files.tuned, 'utf8'),
    /work_mem = '32MB'\n.*max_connections = '120'\n# A reason\.\nrandom_page_cost = '1\.2'\n$/s,
  );
  await undoEmbedded(store.database, folder, true);
  assert.equal(await shown('random_page_cost'), '1.1');
  await assert.rejects(undoEmbedded(store.database, folder, true), { code: 'REPERIO_TUNE_NOTHING_TO_UNDO' });
  rmSync(operators);
});

test('a setting that the server does not know or cannot read changes nothing', async () => {
  const had = readFileSync(files.tuned, 'utf8');
  for (const [name, value] of [
    ['wal_compression', 'lz4'],
    ['work_mem', 'much'],
    ['work_mem', "1'MB"],
  ] as const)
    await assert.rejects(applyEmbedded(store.database, folder, [{ name, value, why }], true), {
      code: 'REPERIO_TUNE_CONFIGURATION_REFUSED',
      message: new RegExp(`nothing has changed: .*"${name}"`),
    });
  assert.equal(readFileSync(files.tuned, 'utf8'), had);
  assert.equal(existsSync(join(layout.folder, 'check.conf')), false);
});

test('settings with which the server does not start are taken back, it runs, and its log line is told', async () => {
  const had = readFileSync(files.tuned, 'utf8');
  const wrong = [{ name: 'shared_preload_libraries', value: 'no_such_library', why }];
  const { undone, waiting } = await applyEmbedded(store.database, folder, wrong, true);
  assert.match(undone?.message ?? '', /could not access file "no_such_library"/);
  assert.deepEqual(waiting, []);
  assert.equal(readFileSync(files.tuned, 'utf8'), had);
  assert.match(
    readFileSync(files.refused, 'utf8'),
    /^# .*no_such_library.*shared_preload_libraries = 'no_such_library'/s,
  );
  assert.equal(await shown('shared_preload_libraries'), '');
});

test('the same when the settings wait for a start that nobody watches, as after a power cut', async () => {
  writeTuned(layout, "shared_preload_libraries = 'no_such_library'\n");
  await restartServer(layout);
  assert.equal(await shown('shared_preload_libraries'), '');
  assert.equal(existsSync(files.untried), false);
});

test('a cluster of an older release has the file included while it runs', async () => {
  const own = join(layout.data, 'reperio.conf');
  const text = readFileSync(own, 'utf8');
  assert.match(text, /include_if_exists = '\.\.\/tuned\.conf'\n$/);
  writeFileSync(own, text.replace(/include_if_exists.*\n/, ''));
  await applyEmbedded(store.database, folder, [{ name: 'random_page_cost', value: '1.3', why }], false);
  assert.equal(await shown('random_page_cost'), '1.3');
});

test('a server of its own gets ALTER SYSTEM, with the way back on the disk first', async () => {
  const assignments = [
    { name: 'log_min_duration_statement', value: '1s', why },
    { name: 'shared_preload_libraries', value: 'auto_explain, pg_stat_statements', why },
  ];
  await store.database.query(sql`ALTER SYSTEM SET log_min_duration_statement = '7s'`);
  const rollback = join(folder, 'tune', 'rollback.sql');
  const { waiting } = await applyExternal(store.database, folder, assignments);
  assert.deepEqual(waiting, ['shared_preload_libraries']);
  assert.equal(await shown('log_min_duration_statement'), '1s');
  assert.match(
    readFileSync(rollback, 'utf8'),
    /ALTER SYSTEM SET log_min_duration_statement = '7s';\nALTER SYSTEM RESET shared_preload_libraries;\nSELECT pg_reload_conf\(\);\n$/,
  );
  await undoExternal(store.database, folder);
  assert.equal(await shown('log_min_duration_statement'), '7s');
  await assert.rejects(undoExternal(store.database, folder), { code: 'REPERIO_TUNE_NOTHING_TO_UNDO' });
  await assert.rejects(applyExternal(store.database, folder, [{ name: 'work_mem', value: 'much', why }]), {
    code: 'REPERIO_TUNE_CONFIGURATION_REFUSED',
  });
  assert.equal(existsSync(rollback), false);
  await store.database.query(sql`ALTER SYSTEM RESET ALL`);
});

test('statements and lines for others to type are quoted for psql and for the shell', () => {
  assert.equal(
    alterSystem({ name: 'shared_preload_libraries', value: 'a, b' }),
    "ALTER SYSTEM SET shared_preload_libraries = 'a', 'b';",
  );
  assert.equal(alterSystem({ name: 'work_mem', value: "it's" }), "ALTER SYSTEM SET work_mem = 'it''s';");
  assert.equal(
    patroniLines('main', [{ name: 'work_mem', value: '8MB', why }])[0],
    "patronictl -c /etc/patroni/config.yml edit-config main -p 'work_mem=8MB'",
  );
});

test('old and new values are tried in turn on a database that is gone afterwards, with those of killed runs', async () => {
  await store.database.query(sql`CREATE DATABASE reperio_prove_killed`);
  const facts = await readDatabase(store.database, { settings, url: store.url });
  const assignments = [
    { name: 'random_page_cost', value: '1.1', why },
    { name: 'wal_buffers', value: '64MB', why },
  ];
  const { tried, left, comparisons } = await proveDatabase(store.database, settings, facts, assignments, {
    pairs: 2,
  });
  assert.deepEqual(
    [tried, left].map((some) => some.map(({ name }) => name)),
    [['random_page_cost'], ['wal_buffers']],
  );
  assert.equal(comparisons.length, 3);
  for (const { before, after } of comparisons) assert.deepEqual([before.length, after.length], [2, 2]);
  const names = await store.database.query<{ datname: string }>(
    sql`SELECT datname FROM pg_database WHERE datname LIKE 'reperio_prove%'`,
  );
  assert.deepEqual(names, []);
});

test('a difference is told only when no round overlaps', () => {
  const part = 'load';
  assert.equal(verdict({ part, before: [10, 11, 12], after: [9, 10.5, 8] }), 'no difference seen');
  assert.equal(verdict({ part, before: [10, 11, 12], after: [5, 5.5, 6] }), '50 % faster');
  assert.equal(verdict({ part, before: [10, 10, 10], after: [20, 20, 20] }), '100 % slower');
  assert.deepEqual(
    sessionSettings({ parameters: {}, superuser: true } as never, [{ name: 'x', value: '1', why }]).tried,
    [],
  );
  assert.equal(inDatabase('postgresql://u@/lib?host=%2Ftmp', 'x'), 'postgresql://u@/x?host=%2Ftmp');
  assert.equal(inDatabase('postgresql://u:p@db1:5432,db2/lib', 'x'), 'postgresql://u:p@db1:5432,db2/x');
});
