import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { runIndexer } from '../../index/indexer.ts';
import { verifyIndex } from '../../index/verify.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-crash-'));
const index = join(folder, 'index');
const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const total = 4_000;

before(async () => {
  store = await openTestDatabase();
  writeFileSync(join(folder, 'records.xml'), records());
});

const stop = new AbortController();

after(async () => {
  // Also when the test failed: the indexer would go on for ever.
  stop.abort();
  await store.release();
  rmSync(folder, { recursive: true });
});

function records(): string {
  const one = (number: number): string =>
    `<record><datafield tag="245" ind1=" " ind2=" "><subfield code="a">Title number ${number} of word${number % 97} ` +
    `and word${number % 31}</subfield></datafield></record>\n`;
  const all = Array.from({ length: total }, (_, place) => one(place + 1)).join('');
  return `<collection>${all}</collection>`;
}

function startLoad(...more: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, 'load', join(folder, 'records.xml'), ...more], {
    env: { ...process.env, REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_BATCH_SIZE: '150' },
    stdio: 'ignore',
  });
}

async function position(): Promise<number> {
  const [row] = await store.database.query<{ position: number }>(sql`SELECT position FROM load_progress`);
  return row?.position ?? 0;
}

test('a load that is killed again and again ends with each record once, and with the right index', async () => {
  const random = mulberry(20_261_123);
  const context = { database: store.database, url: store.url, folder: index };
  // Merges run while batches are committed and the loader dies.
  const indexer = runIndexer({ ...context, signal: stop.signal }, { every: 50 });
  let kills = 0;
  while (kills < 8) {
    const child = startLoad('--resume');
    const end = once(child, 'exit');
    const begun = await position();
    // Some die while they start, most between two batches or within one.
    const target = begun + random() * 900;
    while (child.exitCode === null && (await position()) < target && (await position()) < total)
      await new Promise((resolve) => setTimeout(resolve, random() * 40));
    child.kill('SIGKILL');
    await end;
    kills++;
    const rows = await store.database.query<{ id: number }>(sql`SELECT id FROM record ORDER BY id`);
    const done = await position();
    assert.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: done }, (_, place) => place + 1),
      'whole batches, numbered without gaps',
    );
    if (done === total) break;
  }
  const [status] = await once(startLoad('--resume'), 'exit');
  assert.equal(status, 0);
  stop.abort();
  await indexer;
  const titles = await store.database.query<{ id: number; number: number }>(
    sql`SELECT id, substring(marc FROM 'Title number ([0-9]+)')::integer AS number FROM record ORDER BY id`,
  );
  assert.equal(titles.length, total);
  for (const { id, number } of titles) assert.equal(number, id);
  const report = await verifyIndex(context, { repair: false, compare: true, most: 5 });
  assert.deepEqual([report.damage, report.differences], [[], []]);
  const again = startLoad('--resume');
  assert.deepEqual(await once(again, 'exit'), [0, null]);
  assert.equal((await store.database.query(sql`SELECT id FROM record`)).length, total, 'nothing is loaded twice');
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
