import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { verifyIndex } from '../../index/verify.ts';
import { controlField, controlValue, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { decodeStored } from '../../marc/stored.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../marc/writers/marcxml.ts';
import { defaultSite } from '../../site/default.ts';
import { indexDigest } from '../../site/digest.ts';
import type { Site } from '../../site/site.ts';
import { currentSite, currentSource } from '../../site/versions.ts';
import { incomingChecks } from '../check-incoming.ts';
import { acceptHeld, listHeld, readHeld, rejectHeld } from '../held.ts';
import { readRecord, recordHistory } from '../history.ts';
import type { WriteMode } from '../modes.ts';
import { rulesOf } from '../next-version.ts';
import { writeRecords } from '../write.ts';
import { type LoadOptions, type LoadReport, load } from './load.ts';
import type { RecordOutcome } from './outcome.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-modes-'));

before(async () => {
  store = await openTestDatabase();
});

beforeEach(async () => {
  await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, delta, held`);
  await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
  await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
});

after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

type Loaded = LoadReport & { readonly records: readonly RecordOutcome[] };

async function run(mode: WriteMode, records: readonly MarcRecord[], more: Partial<LoadOptions> = {}): Promise<Loaded> {
  const text = marcXmlHead + records.map((record) => toMarcXml(record, { indent: 0 })).join('') + marcXmlFoot;
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  const outcomes: RecordOutcome[] = [];
  const report = await load(
    { name: 'test.xml', bytes },
    {
      ...{ database: store.database, url: store.url, indexFolder: folder, mode, workers: 1, resume: 'never' },
      ...{ batch: { records: 1_000, bytes: 1e9 }, recordLimit: 1e6 },
      onOutcomes: (some) => void outcomes.push(...some),
      ...more,
    },
  );
  return { ...report, records: outcomes };
}

function field(tag: string, a: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value: a }]);
}

function book(...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields };
}

function numbered(id: number, ...fields: readonly Field[]): MarcRecord {
  return book(controlField('001', String(id)), ...fields);
}

async function stampOf(id: number): Promise<Field> {
  return controlField('005', controlValue((await readRecord(store.database, id)).record, '005')!);
}

async function valuesOf(id: number, tag: string): Promise<readonly string[]> {
  const { record } = await readRecord(store.database, id);
  return record.fields.filter((one) => one.tag === tag).map(({ subfields }) => subfields[0]!.value);
}

async function assertIndexIsRight(): Promise<void> {
  const report = await verifyIndex(
    { database: store.database, url: store.url, folder },
    { repair: false, compare: true, most: 5 },
  );
  assert.deepEqual([report.damage, report.differences], [[], []]);
}

function doi(value: string): Field {
  return dataField('024', '7', ' ', [
    { code: '2', value: 'DOI' },
    { code: 'a', value },
  ]);
}

const summary = ({ records }: Loaded) => records.map(({ outcome, id, revision }) => [outcome, id, revision]);

test('no two versions of a record have the same 005, however fast they come', async () => {
  const record = (title: string) => book(field('970', 's1'), field('245', title));
  await run('insert', [record('One')]);
  await run('replace', [record('Two'), record('Three'), record('Four')]);
  const analyzer = compileAnalyzer(defaultSite());
  for (const title of ['Five', 'Six', 'Seven'])
    await writeRecords(store.database, analyzer, [{ record: record(title), mode: 'replace', reason: 'test' }]);
  const rows = await store.database.query<{ marc: string }>(
    sql`SELECT marc FROM record UNION ALL SELECT marc FROM revision`,
  );
  const stamps = rows.map(({ marc }) => controlValue(decodeStored(marc), '005'));
  assert.equal(new Set(stamps).size, 7);
  await assertIndexIsRight();
});

test('what changes nothing makes no version, in a load and alone, unless that is asked for', async () => {
  const record = book(field('970', 's1'), field('245', 'Same'), field('700', 'a'), field('700', 'b'));
  await run('insert', [record, book(field('970', 's2'), field('245', 'Other'))]);
  const again = await run('insert-or-replace', [record, book(field('970', 's2'), field('245', 'New'))]);
  assert.deepEqual(summary(again), [
    ['unchanged', 1, 1],
    ['replaced', 2, 2],
  ]);
  assert.deepEqual([again.replaced, again.unchanged], [1, 1]);
  // How tags follow each other is no change; in which order the fields of a tag stand is one.
  const [system, title, a, b] = record.fields;
  assert.equal((await run('replace', [book(a!, b!, title!, system!)])).unchanged, 1);
  assert.equal((await run('replace', [book(system!, title!, b!, a!)])).replaced, 1);
  const analyzer = compileAnalyzer(defaultSite());
  const [written] = await writeRecords(store.database, analyzer, [
    { record: book(b!, a!, title!, system!), mode: 'replace', reason: 'test' },
  ]);
  assert.deepEqual([written!.action, written!.revision], ['unchanged', 2]);
  assert.equal((await run('replace', [book(b!, a!, title!, system!)], { always: true })).replaced, 1);
  assert.equal((await recordHistory(store.database, 1)).length, 3);
  await assertIndexIsRight();
});

test('a replacement made from an earlier version is merged with what others did, or waits; nothing is lost', async () => {
  await run('insert', [book(field('245', 'Title'), field('650', 'a'), field('650', 'b'))]);
  const first = await stampOf(1);
  await run('replace', [
    numbered(1, await stampOf(1), field('245', 'Title'), field('650', 'a'), field('650', 'theirs')),
  ]);
  const mine = numbered(1, first, field('245', 'Mine'), field('650', 'a'), field('650', 'b'));
  assert.deepEqual(summary(await run('replace', [mine])), [['merged', 1, 3]]);
  assert.deepEqual([await valuesOf(1, '245'), await valuesOf(1, '650')], [['Mine'], ['a', 'theirs']]);
  // The same title, otherwise: nothing is written, and a person decides.
  const held = await run('replace', [numbered(1, first, field('245', 'Yours'), field('650', 'a'), field('650', 'b'))]);
  assert.deepEqual([held.held, held.replaced], [1, 0]);
  assert.equal(held.records[0]!.code, 'CONFLICT');
  assert.deepEqual(await valuesOf(1, '245'), ['Mine']);
  const [entry] = await listHeld(store.database, { record: 1, all: false, limit: 9 });
  assert.deepEqual(
    [entry!.reason, entry!.conflicts, entry!.baseRevision, entry!.seenRevision],
    ['CONFLICT', ['245'], 1, 3],
  );
  await assertIndexIsRight();
});

test('a 005 that names no version waits, one of another library means nothing, and that of the first version names it', async () => {
  const source = controlField('005', '20010101000000.0');
  await run('insert', [numbered(1, source, field('245', 'Title'), field('650', 'a'))]);
  await run('replace', [numbered(1, field('245', 'Ours'), field('650', 'a'))]);
  // The file that it came from does not undo what was done here since.
  assert.deepEqual(
    summary(await run('insert-or-replace', [numbered(1, source, field('245', 'Title'), field('650', 'a'))])),
    [['unchanged', 1, 2]],
  );
  const unknown = [controlField('005', '20020202000000.0'), controlField('005', 'yesterday')];
  for (const stamp of unknown) {
    const done = await run('replace', [numbered(1, stamp, field('245', 'Unknown'))]);
    assert.deepEqual([done.held, done.records[0]!.code], [1, 'UNKNOWN_REVISION']);
  }
  assert.deepEqual(await valuesOf(1, '245'), ['Ours']);
  const foreign = [controlField('001', 'x7'), controlField('003', 'UC'), field('970', 's7')];
  await run('insert', [book(...foreign, field('245', 'Foreign'))]);
  const update = await run('replace', [book(...foreign, unknown[0]!, field('245', 'Foreign, second'))]);
  assert.deepEqual(summary(update), [['replaced', 2, 2]]);
});

test('two changes of one version in one input are merged as if they came one after the other', async () => {
  await run('insert', [book(field('245', 'Title'), field('650', 'a'), field('650', 'b'))]);
  const stamp = await stampOf(1);
  const changes = [
    numbered(1, stamp, field('245', 'Title'), field('650', 'A'), field('650', 'b')),
    numbered(1, stamp, field('245', 'Title'), field('650', 'a'), field('650', 'B')),
    numbered(1, stamp, field('245', 'Title'), field('650', 'other'), field('650', 'b')),
  ];
  const done = await run('replace', changes);
  assert.deepEqual(summary(done), [
    ['replaced', 1, 2],
    ['merged', 1, 3],
    ['held', 1, 3],
  ]);
  assert.deepEqual(await valuesOf(1, '650'), ['A', 'B']);
  await assertIndexIsRight();
});

test('correct, append and delete change what they name, in bulk and in batches that wait for each other', async () => {
  const many = Array.from({ length: 150 }, (_, place) => place + 1);
  await run(
    'insert',
    many.map((number) => book(field('970', `s${number}`), field('245', `Title ${number}`), field('650', 'a'))),
  );
  const batch = { records: 40, bytes: 1e9 };
  const keys = (number: number) => field('970', `s${number}`);
  const correct = await run(
    'correct',
    many.map((n) => book(keys(n), field('245', `Better ${n}`))),
    { batch },
  );
  const append = await run(
    'append',
    many.map((n) => book(keys(n), field('650', n % 2 === 0 ? 'a' : 'b'))),
    { batch },
  );
  const twice = await run('delete', [...many, ...many].map((n) => book(keys(n), field('650', 'a'))).map(bare), {
    batch,
  });
  assert.deepEqual([correct.replaced, append.replaced, append.unchanged], [150, 75, 75]);
  assert.deepEqual([twice.replaced, twice.refused, twice.unchanged], [150, 0, 150]);
  assert.deepEqual([await valuesOf(7, '245'), await valuesOf(7, '650')], [['Better 7'], ['b']]);
  assert.deepEqual(await valuesOf(8, '650'), []);
  const unknown = await run('correct', [book(field('970', 'nobody'))]);
  assert.equal(unknown.records[0]!.code, 'REPERIO_RECORD_UNKNOWN');
  await assertIndexIsRight();
});

/** By its number, so that 970 stays. */
function bare({ leader, fields }: MarcRecord): MarcRecord {
  const system = fields.find(({ tag }) => tag === '970')!.subfields[0]!.value.slice(1);
  return { leader, fields: [controlField('001', system), ...fields.filter(({ tag }) => tag !== '970')] };
}

test('an identifier that a record gives away is free for the next one, in one batch and in the one behind', async () => {
  for (const records of [9, 1]) {
    await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, delta`);
    await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
    await run('insert', [book(doi('10.1/a'), field('970', 's1')), book(field('970', 's2'))]);
    const batch = { records, bytes: 1e9 };
    const moved = await run('replace', [book(field('970', 's1')), book(field('970', 's2'), doi('10.1/a'))], { batch });
    assert.deepEqual(summary(moved), [
      ['replaced', 1, 2],
      ['replaced', 2, 2],
    ]);
    // Taken away by a deletion of the field, which the plan cannot know: the next one is not sent
    // to it.
    const given = await run('delete', [numbered(2, doi('10.1/a')), book(doi('10.1/a'))], { batch });
    assert.deepEqual(
      given.records.map(({ outcome }) => outcome),
      ['replaced', 'refused'],
    );
    // What waits has given nothing away, and has taken nothing.
    const conflict = [
      numbered(1, controlField('005', '19990101000000.0'), doi('10.1/new'), field('245', 'x')),
      book(doi('10.1/new'), field('245', 'Its own')),
    ];
    const held = await run('insert-or-replace', conflict, { batch });
    assert.deepEqual(
      held.records.map(({ outcome, id }) => [outcome, id]),
      [
        ['held', 1],
        ['inserted', 3],
      ],
    );
    await assertIndexIsRight();
  }
});

test('a number that is free is given when somebody insists, and those left out stay so', async () => {
  await run('insert', [book(field('245', 'One'))]);
  const free = numbered(20, field('245', 'Twenty'));
  assert.equal((await run('replace', [free])).refused, 1);
  const dry = await run('replace', [free], { force: true, dryRun: true });
  const done = await run('replace', [free, numbered(20, field('245', 'Again')), numbered(7, field('245', 'Seven'))], {
    force: true,
  });
  assert.deepEqual(summary(dry), [['inserted', 20, 1]]);
  assert.deepEqual(
    done.records.map(({ outcome, id }) => [outcome, id]),
    [
      ['inserted', 20],
      ['replaced', 20],
      ['refused', 0],
    ],
  );
  assert.equal(done.records[2]!.code, 'REPERIO_RECORD_NUMBER_PASSED');
  // Nobody has number 7, so a record that says it is new.
  const next = await run('insert-or-replace', [numbered(7, field('245', 'Seven'))]);
  assert.deepEqual(summary(next), [['inserted', 21, 1]]);
});

test('hold writes nothing; what waits is written or dropped as a person decides, by its mode', async () => {
  await run('insert', [book(field('970', 's1'), field('245', 'Title'), field('650', 'a'))]);
  const held = await run('hold', [book(field('970', 's1'), field('245', 'New')), book(field('245', 'Nobody knows'))]);
  assert.deepEqual(summary(held), [
    ['held', 1, 0],
    ['held', 0, 0],
  ]);
  const library = { analyzer: compileAnalyzer(defaultSite()), site: defaultSite() };
  const [first, second] = await listHeld(store.database, { record: undefined, all: false, limit: 9 });
  assert.deepEqual([first!.record, second!.record], [1, undefined]);
  const corrected = await acceptHeld(store.database, library, first!.id, { side: 'ours', mode: 'correct', by: 'ada' });
  assert.deepEqual([corrected.action, corrected.id, corrected.revision], ['replaced', 1, 2]);
  assert.deepEqual([await valuesOf(1, '245'), await valuesOf(1, '650')], [['New'], ['a']]);
  const inserted = await acceptHeld(store.database, library, second!.id, { side: 'ours', by: 'ada' });
  assert.deepEqual([inserted.action, inserted.id], ['inserted', 2]);
  await assert.rejects(rejectHeld(store.database, first!.id, { by: 'bob', reason: '' }), {
    code: 'REPERIO_HELD_DECIDED',
  });
  await assert.rejects(readHeld(store.database, 4711), { code: 'REPERIO_HELD_NOT_FOUND' });
  await assertIndexIsRight();
});

test('what waits already is not held again, by loads or one by one; another content or person is', async () => {
  await run('insert', [book(field('970', 's1'), field('245', 'Title'))]);
  const [known, fresh] = [book(field('970', 's1'), field('245', 'New')), book(field('245', 'Nobody knows'))];
  const waiting = async () => (await listHeld(store.database, { all: false, limit: 9 })).map(({ id }) => id);
  await run('hold', [known, fresh]);
  const before = await waiting();
  const again = await run('hold', [fresh, known]);
  assert.deepEqual([again.held, await waiting()], [2, before]);
  const analyzer = compileAnalyzer(defaultSite());
  const hold = (record: MarcRecord, person?: string) =>
    writeRecords(store.database, analyzer, [{ record, mode: 'hold', reason: 'test', person }]);
  const alone = [...(await hold(known)), ...(await hold(fresh))];
  assert.deepEqual(
    alone.map(({ held }) => held!.id),
    before,
  );
  assert.equal((await hold(fresh, 'ada')).length + (await waiting()).length, before.length + 2, 'of another person');
  await run('hold', [book(field('245', 'Nobody knows it'))]);
  assert.equal((await waiting()).length, before.length + 2);
  await rejectHeld(store.database, before[0]!, { by: 'bob', reason: '' });
  await run('hold', [known]);
  assert.equal((await waiting()).length, before.length + 2, 'it was decided of, and waits anew');
});

test('a conflict is accepted with either side, and again looked at when others went on', async () => {
  const library = { analyzer: compileAnalyzer(defaultSite()), site: defaultSite() };
  await run('insert', [book(field('245', 'Title'), field('650', 'a'))]);
  const stamp = await stampOf(1);
  await run('replace', [numbered(1, field('245', 'Theirs'), field('650', 'a'))]);
  const mine = (note: string) => numbered(1, stamp, field('245', 'Mine'), field('650', 'mine'), field('500', note));
  await run('replace', [mine('c'), mine('b'), mine('a'), mine('a')]);
  const [one, two, three, ...more] = await listHeld(store.database, { record: 1, all: false, limit: 9 });
  assert.deepEqual(more, [], 'the same in one batch waits once');
  const kept = await acceptHeld(store.database, library, one!.id, { side: 'theirs', by: 'ada' });
  assert.equal(kept.action, 'merged');
  assert.deepEqual([await valuesOf(1, '245'), await valuesOf(1, '650')], [['Theirs'], ['mine']]);
  await acceptHeld(store.database, library, two!.id, { side: 'ours', by: 'ada' });
  assert.deepEqual(await valuesOf(1, '245'), ['Mine']);
  await assert.rejects(acceptHeld(store.database, library, three!.id, { side: 'ours', by: 'bob' }), {
    code: 'REPERIO_HELD_MOVED',
  });
});

test('a correction of a link with a hidden part keeps that part, or is refused', async () => {
  const hidden = field('595', 'paid');
  await run('insert', [book(field('970', 's1'), field('245', 'Title'), hidden)]);
  // It does not name the hidden field, so it cannot lose it.
  assert.equal((await run('correct', [book(field('970', 's1'), field('245', 'New'))])).replaced, 1);
  assert.deepEqual(await valuesOf(1, '595'), ['paid']);
  const removal = dataField('595', ' ', ' ', [{ code: '0', value: '__DELETE_FIELDS__' }]);
  assert.equal((await run('correct', [book(field('970', 's1'), removal)])).replaced, 1);
  assert.deepEqual(await valuesOf(1, '595'), []);
});

async function applied(source: string): Promise<Site> {
  await store.database.query(sql`
    INSERT INTO site_version (number, source, digest, index_digest)
    SELECT coalesce(max(number), 0) + 1, ${source}, md5(${source}), ${indexDigest(defaultSite())} FROM site_version`);
  return (await currentSite(store.database)).site;
}

test('what would change nothing neither waits nor is refused, whatever rules and modes say', async () => {
  const { source } = await currentSource(store.database);
  const one = book(field('035', '(X)1'), field('245', 'One'), field('500', 'Odd'));
  const two = book(field('035', '(X)2'), field('500', 'without a title'));
  const three = book(field('035', '(X)3'), field('245', 'A thesis'));
  await run('insert', [one, two, three]);
  const site = await applied(`${source}
checks:
  - {name: title, what: mandatory, paths: [245__a], then: refuse}
  - {name: odd, what: regexp, paths: [500__a], matches: '^[a-z]', then: hold}
  - {name: thesis, what: mandatory, paths: [502__a], where: {query: 'title:thesis'}}
`);
  const warnings: string[] = [];
  const onWarning = (text: string): void => void warnings.push(text);
  for (const mode of ['replace', 'insert-or-replace', 'hold'] as const) {
    const again = await run(mode, [one, two, three], { onWarning });
    assert.deepEqual(
      summary(again),
      [1, 2, 3].map((id) => ['unchanged', id, 1]),
      mode,
    );
  }
  assert.deepEqual([warnings, await listHeld(store.database, { all: false, limit: 9 })], [[], []]);
  const rules = { ...rulesOf(site), hidden: 'keep', always: false, checks: incomingChecks(site, true) } as const;
  for (const mode of ['insert-or-replace', 'hold'] as const) {
    const write = { record: one, mode, reason: 'test', rules };
    const done = await writeRecords(store.database, compileAnalyzer(site), [write]);
    assert.deepEqual([done[0]!.action, done[0]!.id], ['unchanged', 1], mode);
  }
  // With a change each rule says what it is there for, and holds what is not new for its record.
  const odd = field('500', 'Odder');
  const changed = await run(
    'insert-or-replace',
    [one, two, three].map(({ leader, fields }) => ({
      leader,
      fields: [...fields, odd],
    })),
    { onWarning },
  );
  assert.deepEqual(
    changed.records.map(({ outcome, code }) => [outcome, code]),
    [
      ['held', 'CHECK'],
      ['refused', 'REPERIO_RECORD_CHECK'],
      ['held', 'CHECK'],
    ],
  );
  assert.deepEqual(
    (await listHeld(store.database, { all: false, limit: 9 })).map(({ record }) => record),
    [1, 3],
  );
  // What the library has is not asked to wait by an insert: it is refused.
  assert.equal((await run('insert', [one])).refused, 1);
  await applied(source);
});

test('rules of the site refuse records, have them wait or are told, before they get numbers', async () => {
  const { source } = await currentSource(store.database);
  const rules = `
checks:
  - {name: title, what: mandatory, paths: [245__a], then: refuse}
  - {name: odd, what: regexp, paths: [500__a], matches: '^[a-z]', then: hold}
  - {name: thesis, what: mandatory, paths: [502__a], where: {query: 'title:thesis'}}
`;
  const site = await applied(`${source}${rules}`);
  const library = { analyzer: compileAnalyzer(site), site };
  const warnings: string[] = [];
  const given = [
    book(field('245', 'One')),
    book(field('500', 'without a title')),
    book(field('245', 'Two'), field('500', 'Odd'), field('035', '(X)1')),
    book(field('245', 'A thesis')),
  ];
  const done = await run('insert', given, { onWarning: (text) => void warnings.push(text) });
  assert.deepEqual(
    done.records.map(({ outcome, id, code }) => [outcome, id, code]),
    [
      ['inserted', 1, undefined],
      ['refused', 0, 'REPERIO_RECORD_CHECK'],
      ['held', 0, 'CHECK'],
      ['inserted', 2, undefined],
    ],
  );
  assert.deepEqual(warnings, ['Record 4 breaks rule thesis: 502__a is missing.']);
  const [held] = await listHeld(store.database, { all: false, limit: 10 });
  assert.deepEqual(
    [held!.mode, held!.reason, held!.findings],
    ['insert', 'CHECK', ['rule odd: 500__a: "Odd" is not like ^[a-z]']],
  );
  const accepted = await acceptHeld(store.database, library, held!.id, { side: 'ours', by: 'ada' });
  assert.deepEqual([accepted.action, accepted.id], ['inserted', 3], 'it is written as it is');
  // A part of a record is looked at with the rest of it.
  const part = await run('append', [numbered(1, field('500', 'Odd too'))]);
  assert.deepEqual([part.held, part.records[0]!.code], [1, 'CHECK']);
  const taken = await run('delete', [numbered(1, field('245', 'One'))]);
  assert.deepEqual([taken.refused, await valuesOf(1, '245')], [1, ['One']]);
  const unasked = await run('replace', [numbered(1, field('500', 'Odd'))], { checked: false });
  assert.equal(unasked.replaced, 1);
  const dry = await run('insert', [book(field('500', 'x')), book(field('245', 'Four'))], { dryRun: true });
  assert.deepEqual([dry.refused, dry.inserted], [1, 1]);
  await applied(source);
});
