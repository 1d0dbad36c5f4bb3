import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CutProxy, openCutProxy } from '../../test/support/cut-proxy.ts';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { loadSettings } from '../config/settings.ts';
import { firstValue } from '../description/fields.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { decodeStored } from '../marc/stored.ts';
import { writeRecords } from '../records/write.ts';
import { defaultSite } from '../site/default.ts';
import type { Database } from '../store/database.ts';
import { type Library, openLibrary } from './open.ts';

const analyzer = compileAnalyzer(defaultSite());
const folder = mkdtempSync(join(tmpdir(), 'reperio-replica-'));
/** A database that has what the primary had some time ago, as a replica that is behind. */
let primary: TestDatabase;
let behind: TestDatabase;
let toReplica: CutProxy;
let toPrimary: CutProxy;
let library: Library;

async function write(database: Database, title: string, id?: number): Promise<void> {
  const number = id === undefined ? [] : [{ tag: '001', ind1: ' ', ind2: ' ', value: String(id), subfields: [] }];
  const record = { leader: '', fields: [...number, field('245__', `$a${title}`), field('980__', '$aARTICLE')] };
  const [written] = await writeRecords(database, analyzer, [
    { record, mode: id === undefined ? 'insert' : 'replace', reason: 'test' },
  ]);
  assert.ok(written !== undefined);
}

before(async () => {
  primary = await openTestDatabase();
  behind = await openTestDatabase();
  for (const { database } of [primary, behind]) {
    await write(database, 'First');
    await write(database, 'Second');
  }
  toReplica = await openCutProxy(behind.url);
  toPrimary = await openCutProxy(primary.url);
  library = await openLibrary(
    loadSettings({
      REPERIO_DATA: folder,
      DATABASE_URL: toPrimary.url,
      REPERIO_READ_DATABASE_URL: toReplica.url,
      REPERIO_DATABASE_PATIENCE: '500 ms',
    }),
  );
});
after(async () => {
  await library.close();
  await toReplica.close();
  await toPrimary.close();
  await primary.release();
  await behind.release();
  rmSync(folder, { recursive: true, force: true });
});

const titles = async (...ids: readonly number[]) =>
  new Map(
    (await library.stored(ids, 1e6)).rows.map(({ id, marc }) => [id, firstValue(decodeStored(marc), '245', 'a')]),
  );

describe('whole records', () => {
  test('are read from the replica, and what it has not got yet from the primary', async () => {
    await write(behind.database, 'Second, of the replica', 2);
    assert.deepEqual(
      await titles(1, 2),
      new Map([
        [1, 'First'],
        [2, 'Second, of the replica'],
      ]),
    );
    await write(primary.database, 'First, changed', 1);
    await write(primary.database, 'Third');
    await library.refresh();
    assert.equal((await titles(1)).get(1), 'First, changed');
    assert.deepEqual([...(await titles(1, 2, 3)).keys()].sort(), [1, 2, 3]);
    const batch = await library.stored([1, 2], 1e6);
    assert.match(String(batch.rows.find(({ id }) => id === 1)?.marc), /First, changed/);
  });

  test('are read from the primary when the replica is away, and from the replica when the primary is', async () => {
    await toReplica.cut();
    assert.equal((await titles(1)).get(1), 'First, changed');
    await toReplica.heal();
    await waitFor('the replica', async () => (await titles(2)).get(2) === 'Second, of the replica');
    await toPrimary.cut();
    // Older than the index, and better than nothing.
    assert.equal((await titles(1)).get(1), 'First');
    assert.equal((await titles(2)).get(2), 'Second, of the replica');
    await toPrimary.heal();
  });
});
