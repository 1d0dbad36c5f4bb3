import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { defaultSite } from '../site/default.ts';
import { type Edited, editRecord, type RecordEdit } from './edit.ts';
import { listHeld } from './held.ts';
import { readRecord } from './history.ts';
import { defaultRules } from './next-version.ts';
import { deleteRecord, inTransaction } from './write.ts';

let store: TestDatabase;
let analyzer: Analyzer;

before(async () => {
  store = await openTestDatabase();
  analyzer = compileAnalyzer(defaultSite());
});

after(() => store.release());

const field = (tag: string, value: string): Field => dataField(tag, ' ', ' ', [{ code: 'a', value }]);
const recordOf = (...fields: readonly Field[]): MarcRecord => ({ leader: '', fields });
const doi = (value: string): Field =>
  dataField('024', '7', ' ', [
    { code: '2', value: 'DOI' },
    { code: 'a', value },
  ]);

function edit(given: Pick<RecordEdit, 'id' | 'base' | 'record'> & Partial<RecordEdit>): Promise<Edited> {
  const whole = {
    mode: 'replace',
    merge: false,
    person: 'ada',
    reason: 'edit',
    rules: defaultRules,
    ...given,
  } as const;
  return inTransaction(store.database, (transaction) => editRecord(transaction, analyzer, whole));
}

async function made(...fields: readonly Field[]): Promise<number> {
  const done = await edit({ id: 0, base: 0, record: recordOf(...fields) });
  assert.equal(done.kind, 'written');
  return done.id;
}

async function fieldsOf(id: number): Promise<readonly string[]> {
  const { record } = await readRecord(store.database, id);
  return record.fields.flatMap(({ tag, value, subfields }) =>
    value === undefined ? [`${tag} ${subfields.map((one) => one.value).join('|')}`] : [],
  );
}

test('a record is made, changed, and left alone when nothing changes', async () => {
  const id = await made(field('245', 'One'));
  const changed = await edit({ id, base: 1, record: recordOf(controlField('001', String(id)), field('245', 'Two')) });
  assert.deepEqual([changed.kind, changed.revision], ['written', 2]);
  const same = await edit({ id, base: 2, record: recordOf(field('245', 'Two')) });
  assert.deepEqual([same.kind, same.revision], ['unchanged', 2]);
  const one = await edit({ id, base: 2, record: recordOf(field('500', 'Note')), mode: 'append' });
  assert.deepEqual([one.kind, one.revision], ['written', 3]);
  assert.deepEqual(await fieldsOf(id), ['245 Two', '500 Note']);
});

test('whoever has read an older version is told what others did, and nothing is written or held', async () => {
  const id = await made(field('245', 'One'), field('500', 'Note'));
  await edit({ id, base: 1, record: recordOf(field('245', 'Theirs'), field('500', 'Note')) });
  const late = await edit({ id, base: 1, record: recordOf(field('245', 'Ours'), field('500', 'Note')) });
  assert.ok(late.kind === 'conflict');
  assert.deepEqual([late.revision, late.conflicts], [2, ['245']]);
  const titles = [late.base!, late.theirs, late.ours].map(
    ({ fields }) => fields.find(({ tag }) => tag === '245')?.subfields[0]?.value,
  );
  assert.deepEqual(titles, ['One', 'Theirs', 'Ours']);
  const merging = await edit({
    id,
    base: 1,
    record: recordOf(field('245', 'Ours'), field('500', 'Note')),
    merge: true,
  });
  assert.equal(merging.kind, 'conflict');
  assert.deepEqual(await listHeld(store.database, { record: id, all: true, limit: 10 }), []);
  assert.deepEqual(await fieldsOf(id), ['245 Theirs', '500 Note']);
  // What the newest version says already is no conflict.
  const agreed = await edit({ id, base: 1, record: recordOf(field('245', 'Theirs'), field('500', 'Note')) });
  assert.deepEqual([agreed.kind, agreed.revision], ['unchanged', 2]);
});

test('what does not conflict is merged for those who ask, in every mode, and only for them', async () => {
  const id = await made(field('245', 'One'), field('500', 'Note'));
  await edit({ id, base: 1, record: recordOf(field('245', 'Theirs'), field('500', 'Note')) });
  const wish = { id, base: 1, record: recordOf(field('245', 'One'), field('500', 'Ours')) };
  const told = await edit(wish);
  assert.ok(told.kind === 'conflict');
  assert.deepEqual(told.conflicts, []);
  const merged = await edit({ ...wish, merge: true });
  assert.deepEqual([merged.kind, merged.revision], ['merged', 3]);
  assert.deepEqual(await fieldsOf(id), ['245 Theirs', '500 Ours']);
  const taken = await edit({ id, base: 2, record: recordOf(field('245', 'Theirs')), mode: 'delete', merge: true });
  assert.deepEqual([taken.kind, taken.revision], ['merged', 4]);
  assert.deepEqual(await fieldsOf(id), ['500 Ours']);
});

test('a revision that never was is a conflict in all that differs', async () => {
  const id = await made(field('245', 'One'), field('500', 'Note'));
  const lost = await edit({ id, base: 9, record: recordOf(field('245', 'Two'), field('500', 'Note')), merge: true });
  assert.ok(lost.kind === 'conflict');
  assert.deepEqual([lost.base, lost.conflicts, lost.revision], [undefined, ['245'], 1]);
});

test('a record that is not there, or was deleted since, is gone; who has seen the deletion may write', async () => {
  assert.deepEqual(await edit({ id: 999_999, base: 1, record: recordOf() }), {
    ...{ kind: 'gone', id: 999_999, deleted: false, revision: 0 },
  });
  const id = await made(field('245', 'One'));
  await deleteRecord(store.database, analyzer, id, 'test');
  const gone = await edit({ id, base: 1, record: recordOf(field('245', 'Two')) });
  assert.deepEqual(gone, { kind: 'gone', id, deleted: true, revision: 2 });
  const back = await edit({ id, base: 2, record: recordOf(field('245', 'Two')) });
  assert.deepEqual([back.kind, back.revision], ['written', 3]);
});

test("the number of another record, two numbers, or another record's identifier are refused", async () => {
  const first = await made(field('245', 'One'), doi('10.1/first'));
  const id = await made(field('245', 'Two'));
  const refuses = (record: MarcRecord, code: string, mode: RecordEdit['mode'] = 'replace') =>
    assert.rejects(edit({ id, base: 1, record, mode }), { code });
  await refuses(recordOf(controlField('001', String(first))), 'REPERIO_RECORD_OTHER_NUMBER');
  await refuses(recordOf(...[id, id].map((n) => controlField('001', String(n)))), 'REPERIO_RECORD_TWO_NUMBERS');
  await refuses(recordOf(doi('10.1/FIRST')), 'REPERIO_RECORD_CONFLICT');
  await refuses(recordOf(doi('10.1/first')), 'REPERIO_RECORD_CONFLICT', 'append');
  await assert.rejects(edit({ id: 0, base: 0, record: recordOf(), mode: 'append' }), {
    code: 'REPERIO_RECORD_EDIT_MODE',
  });
  assert.deepEqual(await fieldsOf(id), ['245 Two']);
});

test('two who write at the same time from one version: one writes, the other is told', async () => {
  const id = await made(field('245', 'One'));
  const both = await Promise.all(
    ['A', 'B'].map((title) => edit({ id, base: 1, record: recordOf(field('245', title)) })),
  );
  assert.deepEqual(both.map(({ kind }) => kind).sort(), ['conflict', 'written']);
});
