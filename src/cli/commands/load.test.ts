import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-load-'));
let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
beforeEach(async () => {
  await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, loaded_input, delta, held`);
  await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
  await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

interface Typed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function type(words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): Promise<Typed> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, told] = [text(stdout), text(stderr)];
  const status = await runCommandLine(words, {
    environment: { DATABASE_URL: store.url, REPERIO_DATA: folder, ...more },
    stdin: Readable.from([Buffer.from(input)]),
    ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await out, stderr: await told };
}

function record(id: string, title: string, more = ''): string {
  return `<record><controlfield tag="001">${id}</controlfield><controlfield tag="003">T</controlfield><datafield tag="245" ind1=" " ind2=" "><subfield code="a">${title}</subfield></datafield>${more}</record>`;
}

const remark =
  '<datafield tag="595" ind1=" " ind2=" "><subfield code="a">paid 300</subfield></datafield><datafield tag="980" ind1=" " ind2=" "><subfield code="a">ARTICLE</subfield></datafield>';

function file(name: string, ...records: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `<collection>${records.join('')}</collection>`);
  return path;
}

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) => record(`r${place}`, `Title ${place}`));
}

test('a file that is loaded again says when it was loaded, and counts what is refused by its reason', async () => {
  const path = file('many.xml', ...many(30), record('r31', 'Bad').replace('tag="245"', 'tag="24"'));
  const first = await type(['load', path]);
  assert.doesNotMatch(first.stderr, /loaded on/);
  assert.match(first.stdout, /many\.xml: 30 inserted, 0 replaced, 1 refused \(/);
  for (let again = 0; again < 2; again += 1) {
    const { status, stdout, stderr } = await type(['load', path]);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^many\.xml: exactly these records were loaded on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(30 records\)\.\n/,
    );
    const lines = stderr.split('\n');
    assert.equal(lines.filter((line) => line.includes('already in the library')).length, 20);
    assert.equal(lines.filter((line) => line.includes('hint: Use --mode')).length, 1);
    assert.match(
      stdout,
      /30 {2}refused: is already in the library as record … \(same …\) \(10 more of this kind; --rejects FOLDER keeps all\)\n +1 {2}refused: has a field with the tag …/,
    );
  }
  const other = await type(['load', file('longer.xml', ...many(31)), '--json']);
  const report = JSON.parse(other.stdout).files[0];
  assert.deepEqual(
    [report.inserted, report.refused, report.loadedBefore, report.refusals[0].code, report.refusals[0].count],
    [1, 30, undefined, 'REPERIO_RECORD_HELD', 30],
  );
});

test('lines of several files name theirs, and warnings are counted', async () => {
  const lost = Array.from({ length: 7 }, (_, place) => record(`w${place}`, 'Lost \ufffd'));
  const { status, stdout, stderr } = await type([
    'load',
    file('a.xml', ...many(1), ...many(1)),
    file('b.xml', ...lost),
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /refused: a\.xml: Record 2 \(001 r0\) is already/);
  assert.equal(stderr.match(/warning: b\.xml: Record/g)?.length, 5);
  assert.match(stdout, /b\.xml: 7 inserted, 0 replaced, 0 refused, 7 warnings \(/);
  assert.match(stdout, /7 {2}warning: holds U\+FFFD.* \(2 more of this kind\)\n/);
});

test('rejects go to a folder with the names of the files, and whether that is possible is seen before the load', async () => {
  const bad = record('x1', 'Bad').replace('tag="245"', 'tag="24"');
  const rejects = join(folder, 'made', 'here/');
  const { stdout, status } = await type([
    'load',
    file('c.xml', ...many(2), bad),
    file('d.xml', bad),
    '--rejects',
    rejects,
  ]);
  assert.equal(status, 1);
  for (const name of ['c.xml', 'd.xml']) {
    assert.match(readFileSync(join(rejects, name), 'utf8'), /<collection[\s\S]*x1/);
    assert.match(readFileSync(join(rejects, `${name}.reasons`), 'utf8'), /REPERIO_MARC_TAG/);
  }
  assert.match(stdout, /Refused records are in .*c\.xml, the reasons in .*c\.xml\.reasons\./);
  const inFile = join(file('e.xml', record('new', 'New')), 'x');
  const impossible = await type(['load', join(folder, 'e.xml'), '--rejects', inFile]);
  assert.equal(impossible.status, 2);
  assert.match(impossible.stderr, /The rejects file .* cannot be written/);
  assert.deepEqual(await store.database.query(sql`SELECT id FROM record WHERE id > 2`), []);
  // Without refusals nothing is left.
  const none = join(folder, 'none.xml');
  await type(['load', join(folder, 'e.xml'), '--rejects', none]);
  assert.equal(existsSync(none), false);
});

test('an encoding that nobody knows, and two answers to one question, are told before anything is read', async () => {
  const path = file('f.xml', record('f', 'Title'));
  assert.match((await type(['load', path, '--encoding', 'klingon'])).stderr, /There is no encoding "klingon"/);
  assert.match((await type(['load', path, '--keep-hidden', '--drop-hidden'])).stderr, /were both given/);
  assert.deepEqual(await store.database.query(sql`SELECT id FROM record`), []);
});

test('a library without records says so, and gives no range of numbers', async () => {
  const { status, stderr } = await type(['record', 'show', '1']);
  assert.equal(status, 1);
  assert.match(stderr, /There is no record 1 in this library\.\n.*The library has no records yet\./);
});

test('a dry run of several files says what the load of all of them would do, with its warnings', async () => {
  const dated = record('b', 'Second').replace('<datafield', '<controlfield tag="005">soon</controlfield><datafield');
  const paths = [
    file('dry-1.xml', record('a', 'First')),
    file('dry-2.xml', record('a', 'First again'), dated),
    file('dry-3.xml', record('c', 'Third'), record('b', 'Second again')),
  ];
  const told = async (...more: readonly string[]) => {
    const { status, stdout } = await type(['load', ...paths, '--json', ...more]);
    const files: readonly Record<string, unknown>[] = JSON.parse(stdout).files;
    return {
      status,
      files: files.map(({ inserted, replaced, refused, warnings }) => [inserted, replaced, refused, warnings]),
    };
  };
  const mode = ['--mode', 'insert-or-replace'];
  const replacing = await told('--dry-run', ...mode);
  assert.deepEqual(
    replacing.files.map((one) => one.slice(0, 3)),
    [
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 0],
    ],
  );
  const dry = await told('--dry-run');
  assert.match(
    (await type(['load', ...paths, '--dry-run'])).stderr,
    /dry-2\.xml: Record 2: its 005 "soon" is not a date/,
  );
  const real = await told();
  assert.deepEqual(dry, real);
  assert.deepEqual(
    real.files.map((one) => one.slice(0, 3)),
    [
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 1],
    ],
  );
});

test('past loads are listed: who, when, and what became of them; a dry run is none', async () => {
  await store.database.query(sql`TRUNCATE load_run`);
  await type(['load', file('first.xml', ...many(3)), '--as', 'ada']);
  await type(['load', join(folder, 'first.xml'), '--mode', 'replace', '--dry-run']);
  await type(['load', file('second.xml', record('r1', 'Other'), record('new', 'New')), '--mode', 'replace']);
  await store.database.query(sql`INSERT INTO load_run (name, mode) VALUES ('killed.xml', 'insert')`);
  const lines = (await type(['loads'])).stdout.trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.match(
    lines[0]!,
    /^STARTED \(UTC\) +INPUT +MODE +BY +INSERTED +CHANGED +UNCHANGED +DELETED +HELD +REFUSED +END$/,
  );
  assert.match(lines[1]!, /^\d{4}-\d\d-\d\d \d\d:\d\d +killed\.xml +insert +no end$/);
  assert.match(lines[2]!, /second\.xml +replace +0 +1 +0 +0 +0 +1 +done$/);
  assert.match(lines[3]!, /first\.xml +insert +ada +3 +0 +0 +0 +0 +0 +done$/);
  assert.match((await type(['loads', 'ADA', '--limit', '1'])).stdout, /first\.xml/);
  const rows = JSON.parse((await type(['loads', 'second', '--json'])).stdout);
  assert.deepEqual([rows.length, rows[0].replaced, rows[0].refused], [1, 1, 1]);
  const broken = join(folder, 'broken.xml');
  writeFileSync(broken, 'nothing that is known');
  await type(['load', broken]);
  assert.match((await type(['loads', 'broken'])).stdout, /REPERIO_\w+$/m);
});

test('a report names what was refused by what is known of it, with the reason and what to do', async () => {
  const odd = (name: string, value: string): string =>
    `<record><datafield tag="${name}" ind1=" " ind2=" "><subfield code="a">${value}</subfield></datafield></record>`;
  const report = join(folder, 'refused.jsonl');
  const path = file('odd.xml', odd('970', 's1'), odd('245', 'Nobody'), odd('24', 'No field'), record('x', 'Unknown'));
  const { status } = await type(['load', path, '--mode', 'correct', '--report', report]);
  assert.equal(status, 2);
  const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
  const told = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    told.map((one) => [one.file, one.position, one.outcome, one.known]),
    [
      [path, 1, 'refused', '970__a s1'],
      [path, 2, 'refused', undefined],
      [path, 3, 'refused', undefined],
      [path, 4, 'refused', '001 x'],
    ],
  );
  for (const { message, hint, position } of told) {
    assert.match(message, new RegExp(`^Record ${position}\\b.+`));
    assert.ok(hint.length > 10);
  }
});

test('what is said to have been done is what the mode does, in each place where it is counted', async () => {
  await store.database.query(sql`TRUNCATE load_run`);
  const field = '<datafield tag="650" ind1=" " ind2=" "><subfield code="a">Boats</subfield></datafield>';
  await type(['load', file('old.xml', record('a', 'One'), record('b', 'Two'))]);
  const done = [
    ['correct', /new\.xml: 1 corrected, 1 unchanged, 0 refused \(/, /new\.xml: 1 would be corrected, /, 'corrected'],
    ['append', /new\.xml: 1 appended to, 1 unchanged, 0 refused \(/, /: 1 would be appended to, /, 'appended'],
    ['delete', /new\.xml: 1 with fields deleted, 1 un/, /: 1 would have fields deleted, /, 'fieldsDeleted'],
  ] as const;
  const inputs = {
    correct: [record('a', 'Better'), record('b', 'Two')],
    append: [record('a', 'Better', field), record('b', 'Two')],
    delete: [record('a', 'Nothing like it', field), record('b', 'Nothing like it')],
  };
  for (const [mode, said, would, count] of done) {
    const path = file('new.xml', ...inputs[mode]);
    assert.match((await type(['load', path, '--mode', mode, '--dry-run'])).stdout, would);
    const asData = await type(['load', path, '--mode', mode, '--dry-run', '--json']);
    const [{ replaced, [count]: named, mode: how }] = JSON.parse(asData.stdout).files;
    assert.deepEqual([replaced, named, how], [1, 1, mode]);
    assert.match((await type(['load', path, '--mode', mode])).stdout, said);
    const [run] = JSON.parse((await type(['loads', '--limit', '1', '--json'])).stdout);
    assert.deepEqual([run.replaced, run[count]], [1, 1]);
  }
});

test('what was loaded to wait, and waits, is as it should be; what waits in another mode is to be looked at', async () => {
  await type(['load', file('old.xml', record('a', 'One'))]);
  const all = await type(['load', file('hold.xml', record('a', 'Two'), record('b', 'New')), '--mode', 'hold']);
  assert.deepEqual([all.status, /^\S+hold\.xml: 2 held \(reperio held list\), 0 refused/.test(all.stdout)], [0, true]);
  const bad = record('x1', 'Bad').replace('tag="245"', 'tag="24"');
  assert.equal((await type(['load', file('some.xml', record('a', 'Two'), bad), '--mode', 'hold'])).status, 1);
  const stale = record('1', 'Three').replace('003">T<', '005">19990101000000.0<');
  assert.equal((await type(['load', file('stale.xml', stale), '--mode', 'replace'])).status, 1);
});

test('a remark is said once: what was shown is not summed up again', async () => {
  const lost = record(
    'w',
    'Lost \ufffd',
    '<datafield tag="880" ind1=" " ind2=" "><subfield code="a">x</subfield></datafield>',
  );
  const odd = record('v', 'Odd').replace('003">', '005">yesterday</controlfield><controlfield tag="003">');
  const { stdout, stderr } = await type(['load', file('remarks.xml', lost, odd)]);
  assert.match(stdout, / 2 warnings \(/);
  assert.equal(stderr.match(/warning: /g)?.length, 2);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
});

test('what becomes of hidden fields can be said once for all loads', async () => {
  const place = async (): Promise<readonly boolean[]> =>
    (await store.database.query<{ marc: string }>(sql`SELECT marc FROM record`)).map(({ marc }) =>
      marc.includes('paid 300'),
    );
  await type(['load', file('g.xml', record('g', 'Title', remark))]);
  const bare = file('h.xml', record('g', 'Other'));
  const refused = await type(['load', bare, '--mode', 'replace']);
  assert.match(refused.stderr, /--keep-hidden .*"load-hidden: keep" in reperio\.yaml/);
  const kept = await type(['load', bare, '--mode', 'replace'], '', { REPERIO_LOAD_HIDDEN: 'keep' });
  assert.match(kept.stdout, /1 replaced, 0 refused/);
  assert.deepEqual(await place(), [true]);
  await type(['load', bare, '--mode', 'replace', '--drop-hidden'], '', { REPERIO_LOAD_HIDDEN: 'keep' });
  assert.deepEqual(await place(), [false]);
});

test('records are exported with hidden fields, by number, question and list; for a person only what they may see', async () => {
  await type([
    'load',
    file('g.xml', record('1a', 'One pond', remark), record('2a', 'Two ponds'), record('3a', 'A lake')),
  ]);
  await type(['record', 'delete', '2']);
  const numbers = (out: string) => [...out.matchAll(/tag="001">(\d+)</g)].map(([, id]) => Number(id));
  const exported = async (...words: readonly string[]) => type(['record', 'export', ...words]);
  const list = join(folder, 'numbers.txt');
  writeFileSync(list, '[3, 1]\n1\n');
  for (const [words, ids] of [
    [['1'], [1]],
    [
      ['3', '1'],
      [3, 1],
    ],
    [['--query', 'pond'], [1]],
    [
      ['--from', list],
      [3, 1],
    ],
    [
      ['2', '--from', list, '--query', ''],
      [2, 3, 1],
    ],
  ] as const) {
    const { status, stdout } = await exported(...words);
    assert.equal(status, 0);
    assert.deepEqual(numbers(stdout), ids);
    assert.equal(stdout.includes('paid 300'), (ids as readonly number[]).includes(1));
    assert.equal(
      stdout.match(/<collection/g)?.length ?? 0,
      words.length === 1 ? (stdout.match(/<collection/g)?.length ?? 0) : 1,
    );
  }
  const guest = await exported('1', '2', '3', '9', '--as', 'guest');
  assert.equal(guest.status, 1);
  assert.doesNotMatch(guest.stdout, /paid 300/);
  assert.equal(guest.stderr.match(/was not exported/g)?.length, 4 - numbers(guest.stdout).length);
  // What comes out goes in again and loses nothing.
  const back = await type(['load', '-', '--mode', 'replace'], (await exported('3', '1')).stdout);
  assert.match(back.stdout, /0 inserted, 0 replaced, 2 unchanged, 0 refused/);
  const { stdout: shown } = await type(['record', 'show', '1']);
  assert.match(shown, /595__ \$\$apaid 300/);
  assert.match((await type(['load', '-', '--mode', 'replace'], shown)).stdout, /0 replaced, 1 unchanged, 0 refused/);
  const again = (await type(['record', 'show', '1'])).stdout;
  const timeless = (text: string): string => text.replace(/^005.*$/m, '');
  assert.equal(timeless(again), timeless(shown));
  const lossy = await type(['load', '-', '--mode', 'replace'], (await exported('1', '--as', 'guest')).stdout);
  assert.match(lossy.stderr, /would replace record 1 and drop its hidden fields 595/);
  const iso = await exported('3', '1', '--format', 'iso2709');
  assert.equal(iso.stdout.split('\x1d').length, 3);
  assert.equal((await exported()).status, 2);
  assert.match((await exported('--from', list, '--revision', '1')).stderr, /--revision is for a single record/);
  assert.match((await type(['search', 'pond', '--as', 'nobody'])).stderr, /no person "nobody"/);
});

test('what becomes of each record is in --json and in the file of --report; what waits is decided from the terminal', async () => {
  await type(['load', file('first.xml', record('a', 'One'), record('b', 'Two'))]);
  const changed = file('changed.xml', record('a', 'One'), record('b', 'Second'), record('c', 'Three'));
  const report = join(folder, 'report.jsonl');
  const { status, stdout } = await type(['load', changed, '--mode', 'replace', '--json', '--report', report]);
  assert.equal(status, 1);
  const expected = [
    { position: 1, outcome: 'unchanged', id: 1, revision: 1 },
    { position: 2, outcome: 'replaced', id: 2, revision: 2 },
    {
      ...{ position: 3, outcome: 'refused', id: 0, revision: 0, known: '001 c', code: 'REPERIO_RECORD_UNKNOWN' },
      message: 'Record 3 (001 c) matches no record of this library, so there is nothing to change.',
      hint: 'Use --mode insert-or-replace to add records that are new; --mode replace --force gives a record the number in its 001.',
    },
  ];
  assert.deepEqual(JSON.parse(stdout).files[0].records, expected);
  const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    expected.map((one) => ({ file: changed, ...one })),
  );
  const asked = await type(['load', changed, '--mode', 'insert', '--force']);
  assert.match(asked.stderr, /--force is for --mode replace only/);

  const held = await type(['load', file('held.xml', record('a', 'Better')), '--mode', 'hold', '--as', 'ada']);
  assert.equal(held.status, 0);
  assert.match(held.stdout, /1 held/);
  const [entry] = JSON.parse((await type(['held', 'list', '--record', '1', '--json'])).stdout);
  assert.deepEqual([entry.record, entry.mode, entry.reason, entry.person], [1, 'hold', 'ASKED', 'ada']);
  assert.match((await type(['held'])).stdout, /load hold held\.xml/);
  assert.match((await type(['held', 'show', String(entry.id), '--format', 'marcxml'])).stdout, />Better</);
  const accepted = await type(['held', 'accept', String(entry.id), '--mode', 'correct', '--as', 'bob']);
  assert.match(accepted.stdout, /record 1 changed, revision 2/);
  const history = (await type(['record', 'history', '1'])).stdout.split('\n');
  assert.match(history[0]!, /^VERSION +WRITTEN \(UTC\) +BY +STATE +CAME BY$/);
  assert.match(history[1]!, /^ +2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +bob +current +held \d+$/);
  assert.match(history[2]!, /^ +1 +\d.{18} +first version$/);
  const again = await type(['held', 'reject', String(entry.id)]);
  assert.match(again.stderr, /was accepted by bob/);
  const [last] = await store.database.query<{ actor: string; action: string }>(
    sql`SELECT actor, action FROM audit ORDER BY id DESC LIMIT 1`,
  );
  assert.deepEqual(last, { actor: 'bob', action: 'upload accepted' });
  assert.match((await type(['held', 'list'])).stdout, /Nothing waits/);
});
