import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { readChangeSet } from '../cataloguing/change-sets.ts';
import { lineOf } from '../marc/writers/text.ts';
import { readRecord } from '../records/history.ts';

let store: TestDatabase;
let work: ChildProcess;
const folder = mkdtempSync(join(tmpdir(), 'reperio-change-sets-'));
const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const total = 1_000;
const file = (name: string): string => join(folder, name);

before(async () => {
  store = await openTestDatabase();
  const part = (code: string, value: string): string => `<subfield code="${code}">${value}</subfield>`;
  const record = (number: number): string =>
    `<record><datafield tag="245" ind1=" " ind2=" ">${part('a', `Title ${number}`)}</datafield>
<datafield tag="700" ind1=" " ind2=" ">${part('a', 'Ellis')}${part('u', 'CERN')}</datafield>
<datafield tag="700" ind1=" " ind2=" ">${part('a', 'Ellis')}${part('u', 'CERN')}</datafield></record>\n`;
  const all = Array.from({ length: total }, (_, place) => record(place + 1)).join('');
  writeFileSync(file('records.xml'), `<collection>${all}</collection>`);
  writeFileSync(
    file('t.yaml'),
    'name: Geneva\nactions:\n  - { on: 700, do: replace-text, subfield: u, is: CERN, with: Geneva }\n',
  );
  reperio('load', file('records.xml'));
});
after(async () => {
  work?.kill('SIGKILL');
  await store.release();
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_BATCH_SIZE: '50', REPERIO_MANY: '1500' },
  NODE_TEST_CONTEXT: undefined,
});
const reperio = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [main, ...words], {
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const startWork = (): void => {
  work = spawn(process.execPath, [main, 'tasks', 'work'], { env: environment(), stdio: 'ignore' });
};
const lines = async (id: number): Promise<readonly string[]> =>
  (await readRecord(store.database, id)).record.fields.filter(({ tag }) => tag > '009').map(lineOf);
const count = async (part: string): Promise<number> => {
  const rows = await store.database.query<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM record WHERE marc LIKE ${`%${part}%`}`,
  );
  return rows[0]!.count;
};
const state = async (id: number): Promise<string> => (await readChangeSet(store.database, id)).state;

test('a change set is previewed, applied in spite of a kill, and taken back with what others did kept', async () => {
  const said = reperio('edit', '--task', file('t.yaml'), '--query', '', '--dry-run');
  assert.match(said, /Change set 1: 1,000 of 1,000 selected records change/);
  assert.match(said, /2,000 {2}700 {2}\$\$uCERN {2}-> {2}\$\$uGeneva/);
  assert.equal(await count('Geneva'), 0, 'a preview writes no record');
  // Others change two records in between: one where it does not matter, one where it does.
  const other = (number: number, mode: string, field: string): void => {
    writeFileSync(
      file('other.xml'),
      `<collection><record><controlfield tag="001">${number}</controlfield>${field}</record></collection>`,
    );
    reperio('load', '--mode', mode, file('other.xml'));
  };
  const title = (text: string): string =>
    `<datafield tag="245" ind1=" " ind2=" "><subfield code="a">${text}</subfield></datafield>`;
  other(5, 'correct', title('Changed'));
  other(6, 'correct', '<datafield tag="700" ind1=" " ind2=" "><subfield code="a">Roe</subfield></datafield>');
  assert.match(reperio('edit', 'apply', '1'), /Job \d+ applies change set 1/);
  startWork();
  await waitFor('some batches', async () => (await count('Geneva')) > 100);
  const end = once(work, 'exit');
  work.kill('SIGKILL');
  await end;
  assert.ok((await count('Geneva')) < total - 1, 'it was killed in the middle');
  startWork();
  await waitFor('its end', async () => (await state(1)) === 'applied');
  assert.deepEqual(await lines(1), ['245__ $$aTitle 1', '700__ $$aEllis$$uGeneva', '700__ $$aEllis$$uGeneva']);
  assert.deepEqual(await lines(5), ['245__ $$aChanged', '700__ $$aEllis$$uGeneva', '700__ $$aEllis$$uGeneva']);
  assert.deepEqual((await lines(6))[1], '700__ $$aRoe');
  assert.match(reperio('edit', 'list'), /Geneva +1,000 +applied, 1 held, 1 merged, 998 changed/);
  assert.equal(reperio('edit', 'show', '1', '--outcome', 'held'), '6\n');
  assert.match(reperio('held'), /change set 1/);
  assert.match(reperio('record', 'history', '1'), /change set 1/);
  const versions = await store.database.query<{ most: number }>(sql`SELECT max(revision) AS most FROM record`);
  assert.equal(versions[0]!.most, 3, 'each record was written once');

  other(7, 'correct', title('After'));
  reperio('edit', 'undo', '1', '--wait');
  assert.equal(await state(1), 'undone');
  assert.equal(await count('Geneva'), 0);
  assert.deepEqual(await lines(7), ['245__ $$aAfter', '700__ $$aEllis$$uCERN', '700__ $$aEllis$$uCERN']);
  assert.deepEqual((await lines(5))[0], '245__ $$aChanged');
  assert.equal(reperio('held'), 'Nothing waits.\n');
});

test('a few records are written one by one, from numbers, and too many only when that is confirmed', async () => {
  writeFileSync(file('ids.txt'), '1 3\n5-7, 99999');
  const words = ['edit', '--task', file('t.yaml'), '--numbers', file('ids.txt'), '--wait', '--json'];
  const done = spawnSync(process.execPath, [main, ...words], { env: environment(), encoding: 'utf8' });
  const { id, selected, changed } = JSON.parse(done.stdout.split('\n')[0]!);
  assert.deepEqual([id, selected, changed], [2, 5, 4]);
  assert.deepEqual((await lines(5))[1], '700__ $$aEllis$$uGeneva');
  assert.match(reperio('edit', 'undo', String(id), '--wait'), /done: 4 changed/);
  assert.deepEqual((await lines(5))[1], '700__ $$aEllis$$uCERN');
  const again = spawnSync(process.execPath, [main, 'edit', 'undo', String(id)], {
    env: environment(),
    encoding: 'utf8',
  });
  assert.match(again.stderr, /is undone, so it cannot be undone/);
  const many = { ...environment(), REPERIO_MANY: '3' };
  const refused = spawnSync(process.execPath, [main, ...words], { env: many, encoding: 'utf8' });
  assert.match(refused.stderr, /changes 4 records, more than 3/);
  const wrong = spawnSync(process.execPath, [main, 'edit', '--task', '-', '--query', ''], {
    ...{ env: environment(), encoding: 'utf8', input: 'actions:\n  - { on: 245, do: delete }\n' },
  });
  assert.match(wrong.stderr, /line 2, column 16/);
  assert.equal(wrong.status, 2);
});

test('what rules refuse or hold of many records is told, and nothing of it is written', async () => {
  const rules = [
    'extends: default\nsite: {name: L}\nchecks:',
    '  - {name: notes, what: regexp, paths: [500__a], matches: "^(ok|wait)", then: refuse}',
    '  - {name: waits, what: regexp, paths: [500__a], matches: "^ok", then: hold}\n',
  ];
  writeFileSync(file('site.yaml'), rules.join('\n'));
  reperio('site', 'apply', file('site.yaml'));
  writeFileSync(file('many.txt'), '10-160');
  const change = (word: string): string => {
    writeFileSync(file('n.yaml'), `actions:\n  - { on: 500, do: add-field, subfields: [a: ${word}] }\n`);
    const words = ['edit', '--task', file('n.yaml'), '--numbers', file('many.txt'), '--wait'];
    return spawnSync(process.execPath, [main, ...words], { env: environment(), encoding: 'utf8' }).stdout;
  };
  assert.match(change('bad'), /151 refused/);
  assert.match(change('wait'), /151 held/);
  assert.deepEqual([await count('bad'), await count('wait')], [0, 0]);
  const [held] = await store.database.query<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM held WHERE reason = 'CHECK' AND state = 'waiting'`,
  );
  assert.equal(held!.n, 151);
});
