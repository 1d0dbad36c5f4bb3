import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../../test/support/database.ts';
import { command } from '../../../test/support/release-node.ts';
import { isWhole } from '../../../test/support/scale.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import type { UserError } from '../../errors/errors.ts';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { libraryTasks } from '../../library/jobs.ts';
import { openLibrary } from '../../library/open.ts';
import { wal } from '../../monitor/check/checks/wal.ts';
import { writeRecords } from '../../records/write.ts';
import { defaultSite } from '../../site/default.ts';
import { openStore, type Store } from '../../store/open.ts';
import { walFiles } from '../backup/archive.ts';
import { beginArchiving } from '../backup/continuous.ts';
import { folderPlace } from '../backup/folder-place.ts';
import { readManifests } from '../backup/manifest.ts';
import { notedArchive } from '../backup/state.ts';
import { verifyLog } from '../backup/verify.ts';
import { restoreBase } from './base.ts';
import { pointAt, pointOf } from './point.ts';
import { main } from './test-restore.ts';

/** A server that is not ours: its log is received, by a role that may replicate. */

const root = mkdtempSync(join(tmpdir(), 'reperio-received-'));
const place = folderPlace(join(root, 'backups'));
let server: Store;
let settings: Settings;
let store: Store;
let written = 0;

before(async () => {
  server = await openStore(loadSettings({ REPERIO_DATA: join(root, 'server') }));
  await server.database.query(sql`CREATE ROLE library LOGIN`);
  await server.database.query(sql`CREATE DATABASE library OWNER library`);
  const url = server.url.replace('reperio@/reperio', 'library@/library');
  settings = loadSettings({ REPERIO_DATA: join(root, 'node'), DATABASE_URL: url, REPERIO_BACKUP: place.name });
  store = await openStore(settings);
  await write(3);
});
after(async () => {
  await store.release();
  await server.release();
  rmSync(root, { recursive: true, force: true });
});

async function write(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const record = { leader: '', fields: [field('245__', `$aRecord ${written}`), field('980__', '$aARTICLE')] };
    await writeRecords(store.database, compileAnalyzer(defaultSite()), [{ record, mode: 'insert', reason: 'test' }]);
    written++;
  }
}

const run = (...words: readonly string[]) =>
  command(
    {
      name: 'node',
      main,
      folder: join(root, 'node'),
      databaseUrl: settings.databaseUrl,
      settings: { REPERIO_BACKUP: place.name },
    },
    ...words,
  );

async function archive(): Promise<string | undefined> {
  const task = libraryTasks(store.database, settings).find(({ name }) => name === 'backup-archive')!;
  return (await task.run(new AbortController().signal, () => undefined)).problem;
}

/** The clock of the server, and a moment later than what was committed before. */
async function moment(): Promise<Date> {
  const [row] = await store.database.query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`);
  const time = new Date(row!.time.getTime() + 1);
  // What is received is whole up to a second before it was asked for.
  await waitFor('two seconds', async () => {
    const [now] = await store.database.query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`);
    return now!.time.getTime() > time.getTime() + 1_050;
  });
  return time;
}

async function recordsOf(of: Settings): Promise<number> {
  const library = await openLibrary(of);
  try {
    const [row] = await library.database.query<{ count: number }>(sql`SELECT count(*) AS count FROM record`);
    assert.equal(library.snapshot().records, row!.count);
    return row!.count;
  } finally {
    await library.close();
  }
}

test('without the right to replicate there are dumps only, and everybody says so', async () => {
  const { database, url } = store;
  await assert.rejects(beginArchiving({ database, url, place, settings }), (error: UserError) => {
    assert.match(error.message, /The role library may not read the log.*dumps only/);
    assert.match(error.hint ?? '', /ALTER ROLE library REPLICATION/);
    return true;
  });
  if (isWhole) {
    const status = await run('backup', 'continuous', 'status');
    assert.equal(status.status, 1);
    assert.match(status.stdout, /role library may not read the log of the server: backups are dumps only/);
  }
  const context = { settings, database: () => store.database } as unknown as Parameters<typeof wal.run>[0];
  assert.match((await wal.run(context)).sentence, /the role library may not.*dumps only/);
  assert.equal(await notedArchive(store.database, place.name), undefined);
});

test('with it the log is received, and a restore has every commit before a time and none after', async () => {
  await server.database.query(sql`ALTER ROLE library REPLICATION`);
  const on = await run('backup', 'continuous', 'on');
  assert.equal(on.status, 0, on.stderr);
  assert.match(on.stdout, /received each minute[\s\S]*every point in time can be restored/);
  await write(2);
  const first = await moment();
  const records = written;
  // Over the end of a file, too.
  await server.database.query(sql`SELECT pg_logical_emit_message(false, 'test', repeat(md5('x'), 600000))`);
  await write(3);
  assert.equal(await archive(), undefined);
  await server.database.query(sql`SELECT pg_switch_wal()`);
  const second = await moment();
  await store.database.query(sql`DELETE FROM record`);
  assert.equal(await archive(), undefined);
  assert.deepEqual(await server.database.query(sql`SELECT FROM pg_replication_slots`), []);
  await waitFor(
    'the end of replication',
    async () => (await server.database.query(sql`SELECT FROM pg_stat_replication`)).length === 0,
  );
  const files = await walFiles(place);
  assert.ok(files.length >= 2);
  assert.equal(files.filter(({ isPart }) => isPart).length, 1, 'only the last one');
  const manifests = await readManifests(place);
  assert.deepEqual((await verifyLog({ place }, manifests)).findings, []);

  const into = loadSettings({ REPERIO_DATA: join(root, 'restored') });
  const restored = await restoreBase(
    { place, settings: into, replace: false },
    await pointAt(place, manifests, first, new Date()),
  );
  assert.deepEqual([restored.set, restored.records], [manifests.at(-1)!.set, records]);
  assert.ok(Date.parse(restored.at) <= first.getTime());
  assert.equal(await recordsOf(into), records);
  assert.deepEqual(
    readdirSync(join(root, 'restored')).filter((name) => name === 'recovering' || name === 'restore.json'),
    [],
  );

  if (!isWhole) return;
  const other = await openTestDatabase({ migrated: false });
  try {
    const external = loadSettings({ REPERIO_DATA: join(root, 'external'), DATABASE_URL: other.url });
    await restoreBase(
      { place, settings: external, replace: false },
      await pointAt(place, manifests, second, new Date()),
    );
    assert.equal(await recordsOf(external), written);
  } finally {
    await other.release();
  }
});

test('what the server has removed makes a new base, and the check tells what fails', async () => {
  const base = (await readManifests(place))[0]!;
  for (const { path, isPart } of await walFiles(place)) if (!isPart) unlinkSync(join(place.name, path));
  await write(1);
  for (let n = 0; n < 8; n++) {
    await server.database.query(sql`SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()`);
    await server.database.query(sql`CHECKPOINT`);
  }
  const folder = join(root, 'server', 'postgres', 'data', 'pg_wal');
  for (const name of readdirSync(folder))
    if (name <= base.base!.segment && name.length === 24) unlinkSync(join(folder, name));
  assert.match((await archive()) ?? '', /cannot be continued.*removed/, 'a base each minute would be too much');
  await store.database.query(sql`UPDATE backup_set SET taken = taken - interval '2 hours'`);
  assert.equal(await archive(), undefined);
  const manifests = await readManifests(place);
  assert.notEqual(manifests[0]!.set, base.set);
  await pointOf(place, manifests[0]!);
  await server.database.query(sql`ALTER ROLE library NOREPLICATION`);
  assert.match((await archive()) ?? '', /lets nobody copy its files/);
  const context = { settings, database: () => store.database } as unknown as Parameters<typeof wal.run>[0];
  const told = await wal.run(context);
  assert.match(told.sentence, /lets nobody copy its files/);
  assert.equal((told as { atLeast?: string }).atLeast, 'warning');
  assert.ok(existsSync(join(place.name, 'sets')));
});
