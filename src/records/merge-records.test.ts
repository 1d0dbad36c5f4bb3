import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import { mergedRecord, mergeRows } from '../marc/merge-choice.ts';
import { controlField, dataField, type Field } from '../marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../marc/writers/marcxml.ts';
import { lineOf } from '../marc/writers/text.ts';
import { defaultSite } from '../site/default.ts';
import type { Written } from './change.ts';
import { readRecord } from './history.ts';
import { load } from './load/load.ts';
import { mergeRecordsIn, undoMergeIn } from './merge-records.ts';
import { defaultRules } from './next-version.ts';
import { deleteRecord, inTransaction, writeRecords } from './write.ts';

let store: TestDatabase;
let analyzer: Analyzer;

before(async () => {
  store = await openTestDatabase();
  analyzer = compileAnalyzer(defaultSite());
});
after(() => store.release());

const field = (head: string, code: string, value: string): Field =>
  dataField(head.slice(0, 3), head[3] ?? ' ', head[4] ?? ' ', [{ code, value }]);
const write = async (mode: 'insert' | 'replace' | 'insert-or-replace', ...fields: readonly Field[]): Promise<Written> =>
  (await writeRecords(store.database, analyzer, [{ record: { leader: '', fields }, mode, reason: 'test' }]))[0]!;
const lines = async (id: number): Promise<readonly string[]> =>
  (await readRecord(store.database, id)).record.fields.filter(({ tag }) => tag > '009').map(lineOf);
const by = { person: 'ada', rules: defaultRules };

async function merge(id: number, other: number) {
  const [one, two] = [await readRecord(store.database, id), await readRecord(store.database, other)];
  const record = mergedRecord(one.record, mergeRows(one.record, two.record));
  return await inTransaction(store.database, (transaction) =>
    mergeRecordsIn(transaction, analyzer, {
      ...{ survivor: { id, revision: one.revision, record }, other: { id: other, revision: two.revision } },
      ...by,
    }),
  );
}

test('one record stays with the identifiers of both, and what comes for the other updates it, until that is undone', async () => {
  const { id } = await write('insert', field('245', 'a', 'One'), field('909CO', 'o', 'oai:one:1'));
  const other = (
    await write('insert', field('245', 'a', 'Two'), field('909CO', 'o', 'oai:two:1'), field('500', 'a', 'note'))
  ).id;
  await store.database.query(sql`INSERT INTO document (record_id, name) VALUES (${id}, 'main'), (${other}, 'main')`);
  await merge(id, other);
  assert.deepEqual(await lines(id), ['245__ $$aOne', '909CO $$ooai:one:1', '909CO $$ooai:two:1']);
  const dead = await readRecord(store.database, other);
  assert.equal(dead.deleted, true);
  assert.deepEqual((await lines(other)).slice(-2), ['980__ $$cDELETED', `970__ $$d${id}`]);
  const documents = () =>
    store.database.query(
      sql`SELECT record_id AS id, name FROM document WHERE record_id IN (${id}, ${other}) ORDER BY record_id, name`,
    );
  assert.deepEqual(await documents(), [
    { id, name: 'main' },
    { id, name: `main-${other}` },
  ]);
  // Its own source sends the record that stays, without what came of the other; and then the other
  // comes again.
  assert.equal(
    (await write('insert-or-replace', field('245', 'a', 'One again'), field('909CO', 'o', 'oai:one:1'))).id,
    id,
  );
  const again = await write('insert-or-replace', field('245', 'a', 'Two again'), field('909CO', 'o', 'oai:two:1'));
  assert.deepEqual([again.action, again.id], ['replaced', id]);
  assert.equal((await readRecord(store.database, other)).deleted, true, 'it is not brought back');
  await assert.rejects(
    inTransaction(store.database, (transaction) => undoMergeIn(transaction, analyzer, other, by)),
    /cannot be taken back: others have changed/,
  );
});

test('a merge is undone with what others have changed since kept', async () => {
  const { id } = await write('insert', field('245', 'a', 'A'), field('909CO', 'o', 'oai:a:1'));
  const other = (await write('insert', field('245', 'a', 'B'), field('909CO', 'o', 'oai:b:1'))).id;
  await merge(id, other);
  await write(
    'replace',
    controlField('001', String(id)),
    field('245', 'a', 'A'),
    field('500', 'a', 'since'),
    field('909CO', 'o', 'oai:a:1'),
    field('909CO', 'o', 'oai:b:1'),
  );
  await inTransaction(store.database, (transaction) => undoMergeIn(transaction, analyzer, other, by));
  assert.deepEqual(await lines(id), ['245__ $$aA', '500__ $$asince', '909CO $$ooai:a:1']);
  assert.deepEqual(await lines(other), ['245__ $$aB', '909CO $$ooai:b:1']);
  assert.equal((await write('insert-or-replace', field('245', 'a', 'B2'), field('909CO', 'o', 'oai:b:1'))).id, other);
  assert.equal((await write('insert-or-replace', field('245', 'a', 'A2'), field('909CO', 'o', 'oai:a:1'))).id, id);
  await assert.rejects(
    inTransaction(store.database, (transaction) => undoMergeIn(transaction, analyzer, other, by)),
    { code: 'REPERIO_MERGE_NONE' },
  );
});

test('what is not as it was read is not merged', async () => {
  const { id } = await write('insert', field('245', 'a', 'X'));
  const other = (await write('insert', field('245', 'a', 'Y'))).id;
  await assert.rejects(merge(id, id), { code: 'REPERIO_MERGE_SELF' });
  await deleteRecord(store.database, analyzer, other, 'delete');
  await assert.rejects(merge(id, other), { code: 'REPERIO_MERGE_MOVED' });
  assert.deepEqual(await lines(id), ['245__ $$aX']);
});

test('a load keeps what the other was known by, and finds the record by it', async () => {
  const { id } = await write('insert', field('245', 'a', 'L'), field('909CO', 'o', 'oai:l:1'));
  const other = (await write('insert', field('245', 'a', 'M'), field('909CO', 'o', 'oai:m:1'))).id;
  await merge(id, other);
  const one = (title: string, oai: string): string =>
    toMarcXml({ leader: '', fields: [field('245', 'a', title), field('909CO', 'o', oai)] });
  const file = `${marcXmlHead}${one('L2', 'oai:l:1')}${one('L3', 'oai:l:1')}${one('M2', 'oai:m:1')}${marcXmlFoot}`;
  const report = await load(
    { name: 'harvest.xml', bytes: Readable.from([Buffer.from(file)]) },
    {
      ...{ database: store.database, url: store.url, indexFolder: undefined, mode: 'insert-or-replace', workers: 1 },
      ...{ batch: { records: 10, bytes: 1_000_000 }, recordLimit: 1_000_000, resume: 'never' },
    },
  );
  assert.deepEqual([report.replaced, report.inserted, report.refused], [3, 0, 0]);
  assert.deepEqual(await lines(id), ['245__ $$aM2', '909CO $$ooai:m:1']);
  const rows = await store.database.query<{ value: string; alias: boolean }>(
    sql`SELECT value, alias FROM identifier WHERE record_id = ${id} ORDER BY value`,
  );
  assert.deepEqual(rows, [{ value: 'oai:m:1', alias: true }]);
});
