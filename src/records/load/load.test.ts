import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { assertProperty } from '../../../test/support/property.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { createFollower, type Follower } from '../../index/follower.ts';
import { verifyIndex } from '../../index/verify.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { decodeStored } from '../../marc/stored.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../marc/writers/marcxml.ts';
import { defaultSite } from '../../site/default.ts';
import { isDeleted } from '../deletion.ts';
import { changedBy, recordHistory } from '../history.ts';
import { identify, keysAfter } from '../identifiers.ts';
import { decide } from '../matching.ts';
import type { WriteMode } from '../modes.ts';
import { writeRecords } from '../write.ts';
import { type LoadOptions, load } from './load.ts';

let store: TestDatabase;
let follower: Follower;
const folder = mkdtempSync(join(tmpdir(), 'reperio-load-'));

before(async () => {
  store = await openTestDatabase();
  follower = createFollower({ database: store.database, url: store.url, folder });
});

beforeEach(async () => {
  await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, delta`);
  await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
  await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
});

after(async () => {
  await follower.close();
  await store.release();
  rmSync(folder, { recursive: true });
});

function options(more: Partial<LoadOptions> = {}): LoadOptions {
  return {
    database: store.database,
    url: store.url,
    indexFolder: folder,
    mode: 'insert',
    workers: 1,
    batch: { records: 1_000, bytes: 1e9 },
    recordLimit: 1e6,
    resume: 'never',
    ...more,
  };
}

function input(text: string, name = 'test.xml') {
  return { name, bytes: chunks(Buffer.from(text)) };
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5_000) yield bytes.subarray(at, at + 5_000);
}

function marcXml(records: readonly MarcRecord[]): string {
  return marcXmlHead + records.map((record) => toMarcXml(record, { indent: 0 })).join('') + marcXmlFoot;
}

function titled(title: string, ...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields: [...fields, dataField('245', ' ', ' ', [{ code: 'a', value: title }])] };
}

function system(value: string): Field {
  return dataField('970', ' ', ' ', [{ code: 'a', value }]);
}

interface StoredRow {
  readonly id: number;
  readonly revision: number;
  readonly title: string;
}

async function library(): Promise<readonly StoredRow[]> {
  const rows = await store.database.query<{ id: number; revision: number; marc: string }>(sql`
    SELECT id, revision, marc FROM record UNION ALL SELECT record_id, revision, marc FROM revision ORDER BY id, revision`);
  return rows.map(({ id, revision, marc }) => ({ id, revision, title: titleOf(decodeStored(marc)) }));
}

function titleOf(record: MarcRecord): string {
  return record.fields.find(({ tag }) => tag === '245')?.subfields[0]?.value ?? '';
}

async function ids(): Promise<readonly number[]> {
  return (await store.database.query<{ id: number }>(sql`SELECT id FROM record ORDER BY id`)).map(({ id }) => id);
}

function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, place) => place + 1);
}

async function assertIndexIsRight(): Promise<void> {
  const report = await verifyIndex(
    { database: store.database, url: store.url, folder },
    { repair: false, compare: true, most: 5 },
  );
  assert.deepEqual(report.damage, []);
  assert.deepEqual(report.differences, []);
}

test('records of many batches are numbered in the order of the input and searchable when the load returns', async () => {
  const records = upTo(450).map((number) => titled(`Title ${number}`, system(`s${number}`)));
  const report = await load(input(marcXml(records)), options({ workers: 2, batch: { records: 120, bytes: 1e9 } }));
  assert.deepEqual([report.inserted, report.replaced, report.refused, report.position], [450, 0, 0, 450]);
  const rows = await library();
  assert.deepEqual(
    rows.map(({ id, title }) => [id, title]),
    upTo(450).map((number) => [number, `Title ${number}`]),
  );
  await follower.refresh();
  assert.equal(follower.snapshot().records, 450);
  await assertIndexIsRight();
});

test('a bulk replacement leaves a revision of each record and an index of the new versions', async () => {
  const make = (word: string) => upTo(300).map((number) => titled(`${word} ${number}`, system(`s${number}`)));
  const batch = { records: 140, bytes: 1e9 };
  await load(input(marcXml(make('Older'))), options({ batch }));
  const report = await load(input(marcXml(make('Newer').toReversed())), options({ batch, mode: 'replace' }));
  assert.deepEqual([report.inserted, report.replaced], [0, 300]);
  const expected = upTo(300).flatMap((id) => [
    { id, revision: 1, title: `Older ${id}` },
    { id, revision: 2, title: `Newer ${id}` },
  ]);
  assert.deepEqual(await library(), expected);
  await follower.refresh();
  assert.equal(follower.snapshot().records, 300);
  await assertIndexIsRight();
});

test('a record that comes without a leader keeps that of the version it replaces, in one batch and over batches', async () => {
  const leader = '01142cam "2200301 a 4500';
  const later = '00000nas a2200000 a 4500';
  const one = (title: string, its = ''): MarcRecord => ({ ...titled(title, system('s1')), leader: its });
  const long = dataField('520', ' ', ' ', [{ code: 'a', value: 'x'.repeat(100_000) }]);
  const first = one('First', leader);
  await load(input(marcXml([{ ...first, fields: [...first.fields, long] }])), options());
  await load(input(marcXml([one('Second')])), options({ mode: 'replace' }));
  await load(input(marcXml([one('Third', later), one('Fourth')])), options({ mode: 'replace' }));
  const rows = await store.database.query<{ marc: string }>(sql`
    SELECT marc FROM (SELECT revision, marc FROM record UNION ALL SELECT revision, marc FROM revision) AS version ORDER BY revision`);
  assert.deepEqual(
    rows.map(({ marc }) => decodeStored(marc).leader),
    [leader, leader, later, later],
  );
});

test('the library after a load is what taking one record after the other gives, whatever the batches', async () => {
  const identifier = fc.record({
    control: fc.option(fc.constantFrom('1', '2', '3', 'x1', 'x2'), { nil: undefined }),
    source: fc.option(fc.constantFrom('A', 'B'), { nil: undefined }),
    system: fc.subarray(['s1', 's2', 's3', 's4', 's5', 's6'], { maxLength: 2 }),
    deleted: fc.boolean(),
    asksDeletion: fc.boolean(),
  });
  const plan = fc.record({
    first: fc.array(identifier, { maxLength: 8 }),
    second: fc.array(identifier, { minLength: 1, maxLength: 24 }),
    mode: fc.constantFrom<WriteMode>('insert', 'replace', 'insert-or-replace'),
    batch: fc.integer({ min: 1, max: 9 }),
  });
  await assertProperty(
    fc.asyncProperty(plan, async ({ first, second, mode, batch }) => {
      await store.database.query(sql`TRUNCATE record, revision, identifier, load_progress, delta`);
      await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
      await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
      let serial = 0;
      const make = (one: (typeof second)[number]): MarcRecord => {
        const fields: Field[] = [];
        if (one.control !== undefined) fields.push(controlField('001', one.control));
        if (one.source !== undefined) fields.push(controlField('003', one.source));
        for (const value of one.system) fields.push(system(value));
        if (one.deleted) fields.push(dataField('980', ' ', ' ', [{ code: 'c', value: 'DELETED' }]));
        const record = titled(`Title ${++serial}`, ...fields);
        return one.asksDeletion ? { ...record, leader: '00000dam a2200000 a 4500' } : record;
      };
      const model = new Model();
      for (const [records, how] of [
        [first.map(make), 'insert'],
        [second.map(make), mode],
      ] as const) {
        if (records.length === 0) continue;
        const refused: number[] = [];
        const expected = model.load(records, how);
        await load(
          input(marcXml(records)),
          options({
            mode: how,
            workers: 2,
            batch: { records: batch, bytes: 1e9 },
            onRefused: ({ position }) => void refused.push(position),
          }),
        );
        assert.deepEqual(refused, expected);
      }
      assert.deepEqual(await library(), model.rows());
      assert.deepEqual(await keys(), model.keys());
      await assertIndexIsRight();
    }),
    { numRuns: 12 },
  );
});

async function keys(): Promise<readonly string[]> {
  const rows = await store.database.query<{ key: string }>(
    sql`SELECT kind || ' ' || value || ' ' || record_id AS key FROM identifier`,
  );
  return rows.map(({ key }) => key).sort();
}

/** A library of plain arrays that takes one record after the other. */
class Model {
  readonly #versions: { readonly titles: string[]; keys: readonly string[]; deleted: boolean }[] = [];

  load(records: readonly MarcRecord[], mode: WriteMode): readonly number[] {
    const before = this.#versions.length;
    const refused: number[] = [];
    records.forEach((record, place) => {
      const identity = identify(record);
      const decision = decide(identity, mode, {
        holder: (key) => this.#versions.findIndex((version) => version.keys.includes(key)) + 1,
        exists: (id) => id <= before,
      });
      if ('refusal' in decision) {
        refused.push(place + 1);
        return;
      }
      if ('passedOver' in decision) return;
      const id = decision.id === 0 ? this.#versions.push({ titles: [], keys: [], deleted: false }) : decision.id;
      const version = this.#versions[id - 1]!;
      // What is deleted already stays as it is.
      if (identity.deletes && version.deleted) return;
      version.deleted = identity.deletes || isDeleted(record);
      version.titles.push(identity.deletes ? version.titles.at(-1)! : titleOf(record));
      version.keys = keysAfter(identity, id, decision.ours, version.keys);
    });
    return refused;
  }

  rows(): readonly StoredRow[] {
    return this.#versions.flatMap(({ titles }, place) =>
      titles.map((title, number) => ({ id: place + 1, revision: number + 1, title })),
    );
  }

  keys(): readonly string[] {
    return this.#versions.flatMap(({ keys }, place) => keys.map((key) => `${key} ${place + 1}`)).sort();
  }
}

test('leader/05 d deletes the record it matches, which keeps what it was, and a later version brings it back', async () => {
  const union = [controlField('001', 'u1'), controlField('003', 'UC')];
  const record = titled('Union', ...union, system('s1'));
  const skeleton = { leader: '00000dam a2200000 a 4500', fields: union };
  const unknown = { ...skeleton, fields: [controlField('001', 'u2'), controlField('003', 'UC')] };
  await load(input(marcXml([record])), options());
  const warnings: string[] = [];
  const onWarning = (sentence: string): void => void warnings.push(sentence);
  const dry = await load(input(marcXml([skeleton, unknown])), options({ mode: 'replace', dryRun: true }));
  const { position, ...report } = await load(
    input(marcXml([skeleton, unknown])),
    options({ mode: 'insert-or-replace', onWarning }),
  );
  assert.equal(position, 2);
  for (const counts of [dry, report])
    assert.deepEqual(
      [counts.inserted, counts.replaced, counts.deleted, counts.passedOver, counts.refused],
      [0, 0, 1, 1, 0],
    );
  assert.deepEqual(warnings, [
    'Record 2 (001 u2) is a deletion (leader/05 d) of a record that this library does not have.',
  ]);
  const [deleted] = await recordHistory(store.database, 1);
  assert.deepEqual([deleted!.deleted, deleted!.revision], [true, 2]);
  assert.deepEqual((await library()).at(-1), { id: 1, revision: 2, title: 'Union' });
  // By another identifier than the one it was deleted by.
  const back = await load(input(marcXml([titled('Back', system('s1'))])), options({ mode: 'replace' }));
  assert.equal(back.replaced, 1);
  assert.equal((await recordHistory(store.database, 1))[0]!.deleted, false);
  await assertIndexIsRight();
});

test('a harvested deletion deletes by the identifier of the harvest, which outlasts versions from elsewhere', async () => {
  const oai = (...records: readonly string[]) => `<OAI-PMH><ListRecords>${records.join('')}</ListRecords></OAI-PMH>`;
  const header = (id: string, status = '') => `<header${status}><identifier>oai:x:${id}</identifier></header>`;
  const live = (id: string, record: MarcRecord) =>
    `<record>${header(id)}<metadata>${toMarcXml(record, { indent: 0 })}</metadata></record>`;
  const gone = (id: string) => `<record>${header(id, ' status="deleted"')}</record>`;
  const record = titled('One', system('s1'));
  await load(input(oai(live('1', record), live('2', titled('Two')))), options());
  await load(input(marcXml([titled('Edited here', system('s1'))])), options({ mode: 'replace' }));
  const report = await load(input(oai(gone('1'), gone('7'))), options({ mode: 'insert-or-replace' }));
  assert.deepEqual([report.deleted, report.passedOver, report.refused], [1, 1, 0]);
  const deleted = async () => (await recordHistory(store.database, 1))[0]!.deleted;
  assert.equal(await deleted(), true);
  const back = await load(input(oai(live('1', titled('Without a number')))), options({ mode: 'replace' }));
  assert.deepEqual([back.replaced, back.refused], [1, 0]);
  assert.equal(await deleted(), false);
  await assertIndexIsRight();
});

test('an answer that has nothing new is loaded without a word but that', async () => {
  const told: string[] = [];
  const onNotice = (sentence: string): void => void told.push(sentence);
  const answer = '<OAI-PMH><error code="noRecordsMatch">none</error></OAI-PMH>';
  const report = await load(input(answer), options({ onNotice }));
  assert.deepEqual([report.position, report.refused, told.length], [0, 0, 1]);
});

test('a record is added, deleted and brought back by one input, and --mode insert deletes nothing', async () => {
  const union = [controlField('001', 'u1'), controlField('003', 'UC')];
  const skeleton = { leader: '00000dam a2200000 a 4500', fields: union };
  const records = [skeleton, titled('One', ...union), skeleton, titled('Two', ...union), skeleton];
  for (const batch of [
    { records: 10, bytes: 1e9 },
    { records: 1, bytes: 1e9 },
  ]) {
    await load(input(marcXml(records)), options({ mode: 'insert-or-replace', batch }));
    assert.equal((await recordHistory(store.database, 1))[0]!.deleted, true);
  }
  assert.deepEqual(
    (await library()).map(({ title }) => title),
    ['One', 'One', 'Two', 'Two', 'One', 'One', 'Two', 'Two'],
  );
  const refused: string[] = [];
  await load(input(marcXml([skeleton])), options({ onRefused: ({ reason }) => void refused.push(reason.code) }));
  assert.deepEqual(refused, ['REPERIO_RECORD_DELETES']);
  await assertIndexIsRight();
});

test('a hidden field that stands in its original script only is kept as the others are', async () => {
  const script = dataField('880', ' ', ' ', [
    { code: '6', value: '595-00/$1' },
    { code: 'a', value: 'paid 300' },
  ]);
  await load(input(marcXml([titled('One', system('s1'), script)])), options());
  const bare = marcXml([titled('A', system('s1'))]);
  const refused = await load(input(bare), options({ mode: 'replace' }));
  assert.deepEqual([refused.replaced, refused.refused], [0, 1]);
  const kept = await load(input(bare), options({ mode: 'replace', hidden: 'keep' }));
  assert.equal(kept.replaced, 1);
  const [row] = await store.database.query<{ marc: string }>(sql`SELECT marc FROM record WHERE id = 1`);
  assert.deepEqual(
    decodeStored(row!.marc).fields.filter(({ tag }) => tag === '880'),
    [script],
  );
  await assertIndexIsRight();
});

test('a replacement that has none of the hidden fields of a record is refused, takes them over, or drops them', async () => {
  const remark = dataField('595', ' ', ' ', [{ code: 'a', value: 'paid 300' }]);
  const records = [
    titled('One', system('s1'), remark),
    titled('Two', system('s2')),
    titled('Three', system('s3'), remark),
  ];
  await load(input(marcXml(records)), options());
  const bare = marcXml([titled('A', system('s1')), titled('B', system('s2'))]);
  const refused: string[] = [];
  const onRefused: LoadOptions['onRefused'] = ({ reason }) => void refused.push(`${reason.code} ${reason.message}`);
  const hiddenOf = async (id: number): Promise<number> => {
    const [row] = await store.database.query<{ marc: string }>(sql`SELECT marc FROM record WHERE id = ${id}`);
    return decodeStored(row!.marc).fields.filter(({ tag }) => tag === '595').length;
  };
  for (const mode of ['replace', 'insert-or-replace'] as const) {
    refused.length = 0;
    const report = await load(input(bare), options({ mode, onRefused, always: true }));
    assert.deepEqual([report.replaced, report.refused], [1, 1]);
    assert.deepEqual(refused, [
      'REPERIO_RECORD_HIDDEN_LOST Record 1 would replace record 1 and drop its hidden fields 595: the new record does not have them.',
    ]);
  }
  const dry = await load(input(bare), options({ mode: 'replace', dryRun: true, always: true }));
  assert.deepEqual([dry.replaced, dry.refused], [1, 1]);
  // One that has some of its own says what is right; a deletion keeps what there is.
  const other = dataField('595', ' ', ' ', [{ code: 'a', value: 'paid 400' }]);
  const mine = await load(input(marcXml([titled('A', system('s1'), other)])), options({ mode: 'replace' }));
  const withdrawn = { leader: '00000dam a2200000 a 4500', fields: [system('s3')] };
  const gone = await load(input(marcXml([withdrawn])), options({ mode: 'replace' }));
  assert.deepEqual([mine.replaced, gone.deleted, await hiddenOf(1), await hiddenOf(3)], [1, 1, 1, 1]);
  // In one batch, and over several that wait for each other.
  for (const batch of [
    { records: 9, bytes: 1e9 },
    { records: 1, bytes: 1e9 },
  ]) {
    const twice = marcXml([titled('B', system('s2'), remark), titled('C', system('s2')), titled('D', system('s1'))]);
    const kept = await load(input(twice), options({ mode: 'replace', hidden: 'keep', batch, always: true }));
    assert.deepEqual([kept.replaced, kept.refused, await hiddenOf(1), await hiddenOf(2)], [3, 0, 1, 1]);
    const told = await load(input(twice), options({ mode: 'replace', batch, always: true }));
    assert.deepEqual([told.replaced, told.refused], [1, 2]);
  }
  const dropped = await load(input(bare), options({ mode: 'replace', hidden: 'drop', always: true }));
  assert.deepEqual([dropped.replaced, await hiddenOf(1), await hiddenOf(2)], [2, 0, 0]);
  await assertIndexIsRight();
});

test('a load with a hidden subfield replaces the record, or refuses and names it', async () => {
  await store.database.query(sql`
    INSERT INTO site_version (number, source, digest, index_digest)
    VALUES (1, ${'extends: default\nsite: {name: L, hidden-paths: ["8564_x"]}'}, 'd', 'i')`);
  const link = (address: string, note?: string): Field =>
    dataField('856', '4', ' ', [
      { code: 'u', value: address },
      ...(note === undefined ? [] : [{ code: 'x', value: note }]),
    ]);
  const fieldsOf = async (id: number): Promise<readonly Field[]> => {
    const [row] = await store.database.query<{ marc: string }>(sql`SELECT marc FROM record WHERE id = ${id}`);
    return decodeStored(row!.marc).fields.filter(({ tag }) => tag === '856');
  };
  await load(input(marcXml([titled('One', system('s1'), link('a', 'paid'))])), options());
  const twice = [titled('A', system('s1'), link('a')), titled('B', system('s1'), link('a'))];
  for (const records of [9, 1]) {
    const done = await load(
      input(marcXml(twice)),
      options({ mode: 'replace', hidden: 'keep', batch: { records, bytes: 1e9 } }),
    );
    assert.deepEqual([done.replaced, done.refused], [2, 0]);
    assert.deepEqual(await fieldsOf(1), [link('a', 'paid')]);
  }
  const refused: string[] = [];
  const onRefused: LoadOptions['onRefused'] = ({ reason }) => void refused.push(reason.message);
  const moved = marcXml([titled('C', system('s1'), link('b')), titled('D', system('s1'), link('a'))]);
  for (const dryRun of [true, false]) {
    const done = await load(input(moved), options({ mode: 'replace', hidden: 'keep', dryRun, onRefused }));
    assert.deepEqual([done.replaced, done.refused], [1, 1]);
  }
  const message =
    'Record 1 would replace record 1, but has no place for its hidden 8564_x: no field has the same other subfields.';
  assert.deepEqual(refused, [message, message]);
  assert.deepEqual(await fieldsOf(1), [link('a', 'paid')]);
  await assertIndexIsRight();
  await store.database.query(sql`TRUNCATE site_version`);
});

test('refused records go to a file that can be loaded again, with the reason of each', async () => {
  const rejects = join(folder, 'bad.xml');
  const good = marcXml([titled('One', system('a')), titled('Two', system('a')), titled('Three')]);
  const text = good.replace('</collection>', '<record><datafield tag="24"/></record></collection>');
  const report = await load(input(text), options({ rejects }));
  assert.deepEqual([report.inserted, report.refused], [2, 2]);
  const lines = readFileSync(`${rejects}.reasons`, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split('\t').filter((_, column) => column === 0 || column === 3)),
    [
      ['2', 'REPERIO_RECORD_HELD'],
      ['4', lines[1]!.split('\t')[3]],
    ],
  );
  const mended = readFileSync(rejects, 'utf8')
    .replace('>a</subfield>', '>b</subfield>')
    .replace('<datafield tag="24"/>', '<controlfield tag="008">x</controlfield>');
  const again = await load(input(mended), options());
  assert.deepEqual([again.inserted, again.refused], [2, 0]);
});

test('a dry run says what would happen and changes nothing', async () => {
  const text = marcXml([titled('One', system('a')), titled('Two', system('a')), titled('Three')]);
  const report = await load(input(text), options({ dryRun: true, batch: { records: 1, bytes: 1e9 } }));
  assert.deepEqual([report.inserted, report.refused], [2, 1]);
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await store.database.query(sql`SELECT * FROM load_progress`), []);
});

test('records inserted one by one during a load leave no gap and are not lost', async () => {
  const records = upTo(600).map((number) => titled(`Loaded ${number}`));
  const analyzer = compileAnalyzer(defaultSite());
  let done = false;
  const single = (async () => {
    let count = 0;
    while (!done) {
      const record = titled(`Single ${++count}`);
      await writeRecords(store.database, analyzer, [{ record, mode: 'insert', reason: 'test' }]);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return count;
  })();
  const report = await load(input(marcXml(records)), options({ workers: 2, batch: { records: 100, bytes: 1e9 } }));
  done = true;
  const singles = await single;
  assert.equal(report.inserted, 600);
  assert.deepEqual(await ids(), upTo(600 + singles));
  const titles = (await library()).map(({ title }) => title).filter((title) => title.startsWith('Loaded'));
  assert.deepEqual(
    titles,
    upTo(600).map((number) => `Loaded ${number}`),
  );
  await assertIndexIsRight();
});

test('a load says who did it, for new, replaced and passed versions', async () => {
  const of = (titles: readonly string[], code: string) => marcXml(titles.map((title) => titled(title, system(code))));
  await load(input(of(['One'], 'X')), options({ person: 'ada' }));
  await load(input(of(['Two', 'Three'], 'X')), options({ person: 'bob', mode: 'replace' }));
  await load(input(of(['Four'], 'X')), options({ mode: 'replace' }));
  const people = (await recordHistory(store.database, 1)).map(({ person }) => person);
  assert.deepEqual(people, [undefined, 'bob', 'bob', 'ada']);
  assert.deepEqual(await changedBy(store.database, { name: 'bob', from: 0, below: Number.POSITIVE_INFINITY }), [1]);
});

test('two loads at once take turns', async () => {
  const waits: string[] = [];
  const onWait = (holder: string): void => void waits.push(holder);
  const make = (name: string) => input(marcXml(upTo(200).map((number) => titled(`${name} ${number}`))), name);
  const [one, two] = await Promise.all([
    load(make('one'), options({ onWait })),
    load(make('two'), options({ onWait })),
  ]);
  assert.deepEqual([one.inserted, two.inserted], [200, 200]);
  assert.deepEqual(await ids(), upTo(400));
  assert.equal(waits.length, 1);
  assert.match(waits[0]!, /load (one|two)/);
});

test('a load goes on behind what an earlier one did, and knows when the input is another', async () => {
  const records = upTo(300).map((number) => titled(`Title ${number}`));
  const half = marcXml(records.slice(0, 150));
  await load(input(half), options({ batch: { records: 50, bytes: 1e9 } }));
  const whole = marcXml(records);
  const resumed: number[] = [];
  const onResume = (position: number): void => void resumed.push(position);
  // The name of an input is that of its beginning, which differs here: nothing to go on from.
  const fresh = await load(input(marcXml(records.toReversed())), options({ resume: 'always', onResume, dryRun: true }));
  assert.deepEqual([fresh.inserted, resumed], [300, []]);
  await store.database.query(sql`UPDATE load_progress SET input = ${await nameOf(whole)}`);
  const report = await load(input(whole), options({ resume: 'always', onResume }));
  assert.deepEqual([report.inserted, resumed, report.resumedAt], [150, [150], 150]);
  assert.deepEqual(await ids(), upTo(300));
  const other = marcXml([...records.slice(0, 100), titled('Another'), ...records.slice(101)]);
  await store.database.query(sql`UPDATE load_progress SET input = ${await nameOf(other)}`);
  await assert.rejects(load(input(other), options({ resume: 'always' })), { code: 'REPERIO_LOAD_OTHER_INPUT' });
});

async function nameOf(text: string): Promise<string> {
  const { InputReader } = await import('./batches.ts');
  const { splitRecords } = await import('../../marc/readers/read.ts');
  return await new InputReader(splitRecords(chunks(Buffer.from(text)))).name();
}
