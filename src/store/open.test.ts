import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { loadSettings } from '../config/settings.ts';
import type { UserError } from '../errors/errors.ts';
import { explainDisk } from './disk-errors.ts';
import { runningServer } from './embedded/cluster.ts';
import { layoutOf } from './embedded/layout.ts';
import { openStore, storeUrl } from './open.ts';
import { databaseStatus } from './status.ts';

const root = mkdtempSync(join(tmpdir(), 'reperio-open-'));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, 'library');
const settings = loadSettings({ REPERIO_DATA: folder });

test('a new library is made and migrated at its first opening, and its server stops at the last release', async () => {
  const store = await openStore(settings);
  assert.equal(store.url, storeUrl(settings));
  const status = await databaseStatus(store.database, settings);
  assert.ok(status.embedded && status.bytes > 0);
  assert.deepEqual([status.schema.there, status.schema.pending], [status.schema.here, []]);
  await Promise.all([store.release(), store.release()]);
  assert.equal(runningServer(layoutOf(folder)), undefined);
});

test('one folder under two names is one library', async () => {
  const link = join(root, 'link');
  symlinkSync(folder, link);
  const [one, two] = await Promise.all([openStore(settings), openStore(loadSettings({ REPERIO_DATA: link }))]);
  assert.equal(one.url, two.url);
  await one.release();
  assert.deepEqual(await two.database.query(sql`SELECT last_id FROM record_counter`), [{ last_id: 0 }]);
  await two.release();
});

test('a server that was killed under its users is started again at the next question', async () => {
  const store = await openStore(settings);
  await store.database.query(sql`CREATE TABLE kept AS SELECT 1 AS x`);
  const server = runningServer(layoutOf(folder));
  assert.ok(server);
  process.kill(server.pid, 'SIGKILL');
  await waitFor('the end of the server', () => runningServer(layoutOf(folder)) === undefined);
  // Those asked while the connection breaks fail; nobody knows whether their statements were done.
  await waitFor('the end of the connection', () => store.database.pool().open === 0);
  const answers = await Promise.all(Array.from({ length: 4 }, () => store.database.query(sql`SELECT x FROM kept`)));
  assert.deepEqual(answers, Array(4).fill([{ x: 1 }]));
  await store.database.transaction((transaction) => transaction.query(sql`DROP TABLE kept`));
  await store.release();
  assert.equal(runningServer(layoutOf(folder)), undefined);
});

test('a server of DATABASE_URL is used as it is, and its schema may be asked for, checked or left', async () => {
  const other = await openTestDatabase({ migrated: false });
  const external = loadSettings({ REPERIO_DATA: join(root, 'unused'), DATABASE_URL: other.url });
  const untouched = await openStore(external, { schema: 'any' });
  assert.equal((await databaseStatus(untouched.database, external)).schema.there, 0);
  await untouched.release();
  await assert.rejects(openStore(external, { schema: 'check' }), { code: 'REPERIO_SCHEMA_TOO_OLD' });
  await (await openStore(external)).release();
  await (await openStore(external, { schema: 'check' })).release();
  assert.equal(runningServer(layoutOf(external.dataFolder)), undefined);
  await other.release();
});

test('a data folder that cannot be is named', async () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  await assert.rejects(openStore(loadSettings({ REPERIO_DATA: file })), { code: 'REPERIO_FOLDER_DENIED' });
});

test('a socket of somebody else is no disk that cannot be written', () => {
  const refused = (syscall: string) =>
    explainDisk(Object.assign(new Error(`${syscall} EACCES /srv/x`), { syscall, code: 'EACCES', path: '/srv/x' }));
  assert.equal((refused('connect') as UserError).code, 'REPERIO_SOCKET_DENIED');
  assert.equal((refused('open') as UserError).code, 'REPERIO_FOLDER_DENIED');
});

test('a start ends when it is told to', async () => {
  const aborted = openStore(loadSettings({ REPERIO_DATA: join(root, 'signal') }), { signal: AbortSignal.timeout(1) });
  await assert.rejects(aborted, { name: 'AbortError' });
});
