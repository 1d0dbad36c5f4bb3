import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { loadSettings } from '../config/settings.ts';
import { openContentStore } from '../files/open.ts';
import { workOnJobs } from '../jobs/queue/work.ts';
import { lookIntoInbox } from './inbox.ts';
import { jobKinds } from './job-kinds.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-inbox-'));
const inbox = join(folder, 'inbox');
before(async () => {
  store = await openTestDatabase();
  for (const mode of ['insert', 'replace']) mkdirSync(join(inbox, 'metadata', mode), { recursive: true });
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

const record = (title: string): string =>
  `<record><datafield tag="245" ind1=" " ind2=" "><subfield code="a">${title}</subfield></datafield></record>`;
const put = (path: string, records: string, age = 60): void => {
  const file = join(inbox, 'metadata', path);
  writeFileSync(file, `<collection>${records}</collection>`);
  const at = Date.now() / 1000 - age;
  utimesSync(file, at, at);
};
const names = (path: string): readonly string[] =>
  readdirSync(join(inbox, path)).map((name) => name.replace(/^\d{8}T\d{6}Z-/, ''));

test('files in the inbox become uploads, and are moved when these have ended; a killed pass is taken up', async () => {
  const settings = loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_WORKERS: '1' });
  const { database, url } = store;
  const contents = openContentStore(database, settings);
  const look = () =>
    lookIntoInbox({ database, store: contents, folder: inbox, limit: 1e6, fileLimit: 1e6, now: Date.now });
  put('insert/good.xml', record('One') + record('Two'));
  put('insert/fresh.xml', record('Fresh'), 0);
  put('replace/unknown.xml', record('Three'));
  symlinkSync('/etc/hostname', join(inbox, 'metadata/insert/link.xml'));
  const at = Date.now() / 1000 - 60;
  mkdirSync(join(inbox, 'documents/append'), { recursive: true });
  for (const name of ['1-thesis.pdf', '77-none.pdf', 'unnamed.pdf']) {
    writeFileSync(join(inbox, 'documents/append', name), `bytes of ${name}`);
    utimesSync(join(inbox, 'documents/append', name), at, at);
  }
  const begun = await look();
  assert.equal(begun.did, '5 files taken, 1 done.');
  assert.match(begun.problem ?? '', /unnamed\.pdf was refused/);
  assert.deepEqual([names('metadata/insert'), names('taken/insert')], [['fresh.xml', 'link.xml'], ['good.xml']]);
  // Again, as after a kill: no upload comes twice.
  await look();
  const [count] = await database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM upload`);
  assert.equal(count?.n, 4);
  const stop = new AbortController();
  const work = workOnJobs({
    database,
    url,
    node: 'n',
    kinds: jobKinds(database, url, settings),
    places: 1,
    signal: stop.signal,
  });
  await waitFor('all', async () => {
    const [open] = await database.query<{ n: number }>(
      sql`SELECT count(*)::integer AS n FROM upload WHERE ended IS NULL`,
    );
    return open?.n === 0;
  });
  stop.abort();
  await work;
  // It may be old enough by now.
  put('insert/fresh.xml', record('Fresh'), 0);
  const { did, problem } = await look();
  assert.equal(did, '0 files taken, 4 done.');
  assert.match(problem ?? '', /unknown\.xml was refused: see .*\.reasons/);
  assert.deepEqual(names('done').toSorted(), ['1-thesis.pdf', 'good.xml']);
  const refused = ['77-none.pdf', 'unknown.xml', 'unnamed.pdf'].flatMap((name) => [name, `${name}.reasons`]);
  assert.deepEqual(names('refused').toSorted(), refused);
  const [document] = await database.query<{ name: string }>(sql`SELECT name FROM document WHERE record_id = 1`);
  assert.equal(document?.name, 'thesis');
  const reasons = readdirSync(join(inbox, 'refused')).find((name) => name.endsWith('unknown.xml.reasons'))!;
  assert.match(
    readFileSync(join(inbox, 'refused', reasons), 'utf8'),
    /^Record 1 matches no record.*REPERIO_RECORD_UNKNOWN/,
  );
  const [records] = await database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM record`);
  assert.equal(records?.n, 2);
});

test('a file that is too large is refused once, and files of one name in two modes are both kept', async () => {
  const { database } = store;
  const contents = openContentStore(database, loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url }));
  put('insert/same.xml', record('x'.repeat(2_000)));
  put('replace/same.xml', record('y'.repeat(2_000)));
  const now = Date.now();
  const look = () =>
    lookIntoInbox({ database, store: contents, folder: inbox, limit: 1_000, fileLimit: 1e6, now: () => now });
  assert.match((await look()).problem ?? '', /same\.xml was refused/);
  assert.equal((await look()).did, 'Nothing new.');
  const kept = readdirSync(join(inbox, 'refused')).filter((name) => name.endsWith('same.xml'));
  assert.equal(kept.length, 2);
  for (const name of kept)
    assert.match(readFileSync(join(inbox, 'refused', `${name}.reasons`), 'utf8'), /1000 bytes/, name);
});

test('a file where nothing is taken from is told of, with where to put it, until it is moved', async () => {
  const { database } = store;
  const contents = openContentStore(database, loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url }));
  const look = () =>
    lookIntoInbox({ database, store: contents, folder: inbox, limit: 1e6, fileLimit: 1e6, now: Date.now });
  mkdirSync(join(inbox, 'metadata/update'));
  put('lost.xml', record('One'));
  put('update/odd.xml', record('Two'));
  put('fresh.xml', record('Three'), 0);
  for (const [name, isMeant] of [
    ['12-paper.pdf', true],
    ['picture-of-a-record.png', false],
  ] as const) {
    const path = join(inbox, 'documents', name);
    writeFileSync(path, 'x');
    utimesSync(path, 1e9, 1e9);
    const { did, problem = '' } = await look();
    assert.equal(did, 'Nothing new.');
    assert.match(problem, /lost\.xml in \S+metadata: nothing is taken from there\. .*metadata\/: insert, replace, /);
    assert.match(problem, /odd\.xml in \S+metadata\/update: /);
    assert.doesNotMatch(problem, /fresh/);
    assert.equal(problem.includes(name), isMeant, name);
    if (isMeant) assert.match(problem, /12-paper\.pdf in \S+documents: .*documents\/: append, revise\./);
    rmSync(path);
  }
  rmSync(join(inbox, 'metadata/lost.xml'));
  rmSync(join(inbox, 'metadata/update'), { recursive: true });
  rmSync(join(inbox, 'metadata/fresh.xml'));
  assert.deepEqual(await look(), { did: 'Nothing new.' });
});
