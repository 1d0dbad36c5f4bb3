import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { wal } from '../../monitor/check/checks/wal.ts';
import { openStore, type Store } from '../../store/open.ts';
import { walFiles } from '../backup/archive.ts';
import { makeBase } from '../backup/base.ts';
import { beginArchiving, keepArchiving } from '../backup/continuous.ts';
import { openPlace } from '../backup/open-place.ts';
import type { Place } from '../backup/place.ts';
import { spoolFolder } from '../backup/spool.ts';
import { restoreBase } from './base.ts';
import { pointAt } from './point.ts';

const S3rver = createRequire(import.meta.url)('s3rver') as new (
  options: object,
) => {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
};

const root = mkdtempSync(join(tmpdir(), 'reperio-s3-log-'));
let server: InstanceType<typeof S3rver>;
let port = 0;
let settings: Settings;
let store: Store;
let place: Place;

const startS3 = async (): Promise<void> => {
  server = new S3rver({
    ...{ address: '127.0.0.1', port, silent: true, directory: join(root, 's3') },
    configureBuckets: [{ name: 'backups', configs: [] }],
  });
  ({ port } = await server.run());
};

before(async () => {
  mkdirSync(join(root, 's3'));
  await startS3();
  settings = loadSettings({
    ...{ REPERIO_DATA: join(root, 'live'), REPERIO_BACKUP: 's3://backups/of/library' },
    ...{ REPERIO_S3_ENDPOINT: `http://127.0.0.1:${port}`, REPERIO_S3_KEY: 'S3RVER', REPERIO_S3_SECRET: 'S3RVER' },
  });
  place = openPlace(settings);
  store = await openStore(settings);
});
after(async () => {
  await store.release();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const options = () => ({ database: store.database, url: store.url, place, settings });
const spooled = (): readonly string[] =>
  readdirSync(spoolFolder(settings), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\/[0-9A-F]{24}\.gz$/.test(name),
  );

async function write(name: string): Promise<Date> {
  await store.database.query(sql`INSERT INTO role (name, everything) VALUES (${name}, false)`);
  const [row] = await store.database.query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`);
  return new Date(row!.time.getTime() + 1);
}

async function switched(): Promise<void> {
  const before = spooled().length;
  await store.database.query(sql`SELECT pg_logical_emit_message(false, 'test', 'something'), pg_switch_wal()`);
  await waitFor('a file of the log in the spool', () => spooled().length > before);
}

test('the log goes to S3 by way of a spool, waits there while S3 is away, and leads to a commit', async () => {
  await beginArchiving(options());
  assert.equal((await walFiles(place)).length, 1, 'the proof has arrived');
  assert.deepEqual(spooled(), []);
  const { manifest } = await makeBase({ ...options(), withSecrets: false });
  const wanted = await write('wanted');
  await waitFor('a later millisecond', async () => {
    const [row] = await store.database.query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`);
    return row!.time.getTime() > wanted.getTime();
  });
  await write('x');
  await switched();
  assert.equal((await keepArchiving(options()))?.problem, undefined);
  assert.deepEqual(spooled(), []);

  await server.close();
  await switched();
  await assert.rejects(keepArchiving(options()), /cannot be used/);
  const context = { settings, database: () => store.database } as unknown as Parameters<typeof wal.run>[0];
  const told = await wal.run(context);
  assert.match(told.sentence, /The log is not archived: The place of backups, s3:.*cannot be used/);
  assert.equal(spooled().length, 1);
  await startS3();
  assert.equal((await keepArchiving(options()))?.problem, undefined);
  assert.deepEqual(spooled(), []);

  // What was sent later than it was archived is no proof of what was committed in between.
  const last = (await walFiles(place)).at(-1)!;
  await assert.rejects(
    pointAt(place, [manifest], new Date(last.archived.getTime() + 1), new Date()),
    /not archived up to it/,
  );
  const into = loadSettings({ REPERIO_DATA: join(root, 'restored') });
  await restoreBase({ place, settings: into, replace: false }, await pointAt(place, [manifest], wanted, new Date()));
  const restored = await openStore(into);
  try {
    const roles = await restored.database.query<{ name: string }>(
      sql`SELECT name FROM role WHERE name IN ('x', 'wanted')`,
    );
    assert.deepEqual(
      roles.map(({ name }) => name),
      ['wanted'],
    );
  } finally {
    await restored.release();
  }
  assert.deepEqual(
    readdirSync(join(root, 'restored', 'postgres', 'data')).filter((name) => name.includes('fetched')),
    [],
  );
});
