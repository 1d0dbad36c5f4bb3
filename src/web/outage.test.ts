import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { type CutProxy, openCutProxy } from '../../test/support/cut-proxy.ts';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { loadSettings } from '../config/settings.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { writeRecords } from '../records/write.ts';
import { defaultSite } from '../site/default.ts';
import { serve } from './process/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-outage-'));
let store: TestDatabase;
let way: CutProxy;
/** Milliseconds. */
const patience = 2_000;
const pages = 60;
const stop = new AbortController();
let ended: Promise<void> = Promise.resolve();
let base = '';

before(async () => {
  store = await openTestDatabase();
  way = await openCutProxy(store.url);
  const settings = loadSettings({
    REPERIO_DATA: folder,
    DATABASE_URL: way.url,
    REPERIO_PORT: '0',
    REPERIO_DATABASE_PATIENCE: `${patience} ms`,
    REPERIO_CONNECT_TIMEOUT: '1 s',
    REPERIO_WEB_WORKERS: '1',
    REPERIO_SHARED_CACHE: '0',
  });
  const record = {
    leader: '',
    fields: [
      field('245__', '$aThe zirconium question'),
      field('520__', `$a${'Much is said of it. '.repeat(20)}At the end of it stands hafnium.`),
      field('980__', '$aARTICLE'),
    ],
  };
  await writeRecords(store.database, compileAnalyzer(defaultSite()), [{ record, mode: 'insert', reason: 'test' }]);
  base = await new Promise<string>((resolve, reject) => {
    ended = serve({ settings, signal: stop.signal, log: { write: () => undefined }, onListening: resolve });
    ended.catch(reject);
  });
});
after(async () => {
  stop.abort();
  await ended;
  await way.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path: string): Promise<{ status: number; body: string; headers: Headers }> {
  const answer = await fetch(base + path);
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
}

for (const how of ['refuse', 'silent'] as const)
  test(`with the database away (${how}), searching goes on and is marked; records are not shown, and nobody hears why`, async () => {
    assert.equal((await open('/record/1')).status, 200);
    await way.cut(how);
    let [asked, waited, marked] = [0, 0, false];
    // Readers are told, after a while.
    while (asked < pages || !marked) {
      asked++;
      // A word of the abstract: the whole record would be read to say where it stands.
      const began = performance.now();
      const page = await open('/search?p=hafnium');
      if (performance.now() - began >= patience) waited++;
      assert.equal(page.status, 200);
      assert.match(page.body, /The zirconium question/);
      marked ||= page.body.includes('The database is not available');
    }
    // Those that find out wait for a connection, as long as they have patience; the others do not.
    assert.ok(waited < asked / 4, `${waited} of ${asked} pages`);
    const record = await open('/record/1');
    assert.equal(record.status, 503);
    assert.ok(Number(record.headers.get('retry-after')) > 0);
    assert.match(record.body, /The database does not answer, so this cannot be shown/);
    assert.doesNotMatch(record.body, /127\.0\.0\.1:|ECONNREFUSED|DATABASE_URL|db status/);
    assert.equal((await open('/api/records/1')).status, 503);
    assert.equal((await open('/health/ready')).status, 200);
    assert.match((await open('/server-status')).body, /nothing is known about other nodes/);

    await way.heal();
    await waitFor('the database', async () => {
      const again = await open('/search?p=hafnium');
      return !again.body.includes('The database is not available') && (await open('/record/1')).status === 200;
    });
  });

test('with a database that has lost its tables, nothing is said to be missing: it is not available', async () => {
  await store.database.query(sql`ALTER SCHEMA public RENAME TO elsewhere`);
  await store.database.query(sql`CREATE SCHEMA public`);
  for (const path of ['/record/1', '/api/records/1']) assert.equal((await open(path)).status, 503, path);
  await store.database.query(sql`DROP SCHEMA public`);
  await store.database.query(sql`ALTER SCHEMA elsewhere RENAME TO public`);
  assert.equal((await open('/record/1')).status, 200);
});
