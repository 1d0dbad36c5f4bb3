/**
 * Finding duplicates among all records of a library, and then among those that have changed.
 * `node bench/duplicates.ts [--records 30000] [--copies 0.05]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { findDuplicates } from '../src/cataloguing/duplicates/find.ts';
import { createDemoLibrary } from '../src/demo/library.ts';
import { createFollower } from '../src/index/follower.ts';
import { toMarcJson } from '../src/marc/writers/json.ts';
import { load } from '../src/records/load/load.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, table } from './lib/report.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '30000' }, copies: { type: 'string', default: '0.05' } },
});
const many = Number(values.records);
const copies = Math.round(many * Number(values.copies));
const store = await openTestDatabase();
const { database, url } = store;
const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-duplicates-'));
const rows: string[][] = [];

async function* input(): AsyncGenerator<Uint8Array> {
  const demo = createDemoLibrary();
  const own = new Set(['001', '003', '005', '024', '035', '970']);
  for (let number = 1; number <= many; number++) {
    const record = demo.record(number <= many - copies ? number : number - (many - copies));
    const copy = { ...record, fields: record.fields.filter(({ tag }) => !own.has(tag)) };
    yield Buffer.from(`${toMarcJson(copy)}\n`);
  }
}

async function measure(label: string): Promise<void> {
  const follower = createFollower({ database, url, folder });
  await follower.refresh();
  const begun = performance.now();
  const { records, pairs } = await findDuplicates(database, follower.snapshot());
  const seconds = (performance.now() - begun) / 1_000;
  rows.push([
    label,
    String(records),
    String(pairs),
    `${seconds.toFixed(1)} s`,
    `${Math.round(records / seconds)} records/s`,
  ]);
  await follower.close();
}

try {
  const batch = { records: 25_000, bytes: 80_000_000 };
  const options = { database, url, indexFolder: folder, workers: 2, batch, recordLimit: 10_000_000 };
  await load({ name: 'bench', bytes: input() }, { ...options, mode: 'insert', resume: 'never' });
  await measure('all records');
  await measure('nothing changed');
  console.log(machineLine());
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: 'looked at' }, { title: 'pairs' }, { title: 'time' }, { title: 'speed' }],
      rows,
    ),
  );
  const [size] = await database.query<{ size: string }>(
    sql`SELECT pg_size_pretty(pg_total_relation_size('duplicate_key')) AS size`,
  );
  console.log(`Keys: ${size?.size}.`);
} finally {
  await store.release();
  rmSync(folder, { recursive: true });
}
