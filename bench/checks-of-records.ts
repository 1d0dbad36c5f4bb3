/**
 * Twenty rules of a site file over records: in memory, and over all of a library as each night.
 * `node bench/checks-of-records.ts [--records 30000]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { runChecks } from '../src/cataloguing/checks/run-checks.ts';
import { rulesOfSite } from '../src/checks/rules.ts';
import { createDemoLibrary } from '../src/demo/library.ts';
import { createFollower } from '../src/index/follower.ts';
import { toMarcJson } from '../src/marc/writers/json.ts';
import { load } from '../src/records/load/load.ts';
import { parseSite } from '../src/site/parse.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, table } from './lib/report.ts';

const { values } = parseArgs({ options: { records: { type: 'string', default: '30000' } } });
const many = Number(values.records);
const rules = `
checks:
  - {name: r1, what: mandatory, paths: [245__a]}
  - {name: r2, what: mandatory, paths: [100__a, 110__a, 700__a, 710__a], any: true}
  - {name: r3, what: date, paths: [260__c, 269__c]}
  - {name: r4, what: doi}
  - {name: r5, what: enum, paths: [980__a], values: [ARTICLE, PREPRINT, BOOK, THESIS, REPORT, PICTURE, VIDEO]}
  - {name: r6, what: regexp, paths: [700__a], matches: '^[^,]+, .+$'}
  - {name: r7, what: regexp, paths: [037__a], matches: '^[A-Z0-9a-z./-]+$'}
  - {name: r8, what: regexp-replace, paths: [520__a], matches: '  +', with: ' '}
  - {name: r9, what: regexp-replace, paths: [100__a], matches: '\\s+$', with: ''}
  - {name: r10, what: rename-subfield, paths: [773], subfield: z, to: y}
  - {name: r11, what: rename-tag, paths: [509], to: '500'}
  - {name: r12, what: trailing-space}
  - {name: r13, what: url}
  - {name: r14, what: utf8}
  - {name: r15, what: nfc}
  - {name: r16, what: latex}
  - {name: r17, what: repeated}
  - {name: r18, what: order}
  - {name: r19, what: fixed-field, paths: ['008'], length: 40, positions: {"00-05": '[0-9]{6}'}}
  - {name: r20, what: link}
`;
const { site, problems } = parseSite(`extends: default\nsite: {name: Bench}\n${rules}`);
if (site === undefined) throw new Error(JSON.stringify(problems));
const rows: string[][] = [];
const row = (label: string, records: number, seconds: number, found: number): void =>
  void rows.push([
    label,
    String(records),
    `${seconds.toFixed(1)} s`,
    `${Math.round(records / seconds)} records/s`,
    String(found),
  ]);
const demo = createDemoLibrary();
const store = await openTestDatabase();
const { database, url } = store;
const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-checks-'));

async function* input(): AsyncGenerator<Uint8Array> {
  for (let number = 1; number <= many; number++) yield Buffer.from(`${toMarcJson(demo.record(number))}\n`);
}

try {
  const records = Array.from({ length: Math.min(many, 20_000) }, (_, place) => demo.record(place + 1));
  const run = rulesOfSite(site, {})!;
  let found = 0;
  run(records.slice(0, 2_000));
  const begun = process.cpuUsage();
  for (const some of run(records)) found += some.length;
  // The time of the processor: others may be at work on this machine.
  const { user, system } = process.cpuUsage(begun);
  row('20 rules, in memory, processor time', records.length, (user + system) / 1e6, found);
  const batch = { records: 25_000, bytes: 80_000_000 };
  const options = { database, url, indexFolder: folder, workers: 2, batch, recordLimit: 10_000_000 };
  await load({ name: 'bench', bytes: input() }, { ...options, mode: 'insert', resume: 'never' });
  const follower = createFollower({ database, url, folder });
  await follower.refresh();
  const snapshot = { ...follower.snapshot(), site };
  for (const label of ['of a library, each night', 'nothing changed']) {
    const from = performance.now();
    const done = await runChecks(database, snapshot);
    const [count] = await database.query<{ count: number }>(sql`SELECT count(*)::integer AS count FROM check_finding`);
    row(label, done.records, (performance.now() - from) / 1_000, count!.count);
  }
  await follower.close();
  console.log(machineLine());
  console.log(
    table(
      [
        { title: '', align: 'left' },
        { title: 'records' },
        { title: 'time' },
        { title: 'speed' },
        { title: 'findings' },
      ],
      rows,
    ),
  );
} finally {
  await store.release();
  rmSync(folder, { recursive: true });
}
