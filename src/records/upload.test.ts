import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { UserError } from '../errors/errors.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { ReadResult } from '../marc/raw.ts';
import { controlField, dataField, type Field } from '../marc/record.ts';
import { defaultSite } from '../site/default.ts';
import { recordErrors } from './errors.ts';
import { readRecord } from './history.ts';
import { defaultRules } from './next-version.ts';
import { countOutcomes, type UploadOptions, uploadRecords } from './upload.ts';
import { beginUpload, endUpload, listUploads, noteRecords, readUpload, readUploadRecords } from './uploads.ts';
import { inTransaction } from './write.ts';

let store: TestDatabase;
let analyzer: Analyzer;

before(async () => {
  store = await openTestDatabase();
  analyzer = compileAnalyzer(defaultSite());
});

after(() => store.release());

const title = (value: string): Field => dataField('245', ' ', ' ', [{ code: 'a', value }]);
const doi = (value: string): Field =>
  dataField('024', '7', ' ', [
    { code: '2', value: 'DOI' },
    { code: 'a', value },
  ]);
const given = (...records: readonly (readonly Field[])[]): readonly ReadResult[] =>
  records.map((fields, index) => ({
    ...{ kind: 'record', position: index + 1, record: { leader: '', fields }, warnings: [] },
  }));

function upload(records: readonly ReadResult[], more: Partial<UploadOptions> = {}) {
  const options = {
    mode: 'insert',
    force: false,
    reason: 'upload',
    person: 'ada',
    rules: defaultRules,
    ...more,
  } as const;
  return inTransaction(store.database, (transaction) => uploadRecords(transaction, analyzer, records, options));
}

test('each record is taken or refused by itself, numbered without gaps, and named in its refusal', async () => {
  const reason = { code: 'X', message: 'Record 2 is broken.', hint: 'Mend it.' };
  const broken: ReadResult = { kind: 'refused', position: 2, control001: undefined, reason, raw: new Uint8Array() };
  const [first, , third] = given([title('One'), doi('10.1/a')], [], [controlField('001', 'k3'), doi('10.1/A')]);
  const done = await upload([
    first!,
    broken,
    third!,
    ...given([title('Four')]).map((one) => ({ ...one, position: 4 })),
  ]);
  assert.deepEqual(
    done.map(({ outcome }) => outcome),
    ['inserted', 'refused', 'refused', 'inserted'],
  );
  assert.equal(done[1]!.message, 'Record 2 is broken.');
  assert.equal(done[2]!.code, 'REPERIO_RECORD_HELD');
  assert.match(done[2]!.message!, /^Record 3 \(001 k3\) is already in the library as record \d+ \(same DOI 10\.1\/a\)/);
  assert.equal(done[3]!.id, done[0]!.id + 1);
  assert.deepEqual(countOutcomes(done), { inserted: 2, refused: 2 });
});

test('a guard refuses a record before and after it is written, and nothing of it stays', async () => {
  const [made] = await upload(given([title('Guarded')]));
  const { id } = made!;
  const no = new UserError(recordErrors.unknown, { record: 'The record' });
  const change = given([controlField('001', String(id)), title('Changed')]);
  for (const side of ['before', 'after'] as const) {
    const guard = {
      before: () => undefined,
      after: () => undefined,
      [side]: () => {
        throw no;
      },
    };
    const [done] = await upload(change, { mode: 'replace', guard });
    assert.deepEqual([done!.outcome, done!.code], ['refused', 'REPERIO_RECORD_UNKNOWN'], side);
  }
  const never = {
    before: () => assert.fail('not asked'),
    after: () => {
      throw no;
    },
  };
  const [fresh] = await upload(given([title('Fresh')]), { guard: never });
  assert.equal(fresh!.outcome, 'refused');
  const [hold] = await upload(given([title('Fresh')]), { mode: 'hold', guard: never });
  assert.equal(hold!.outcome, 'refused');
  assert.equal((await readRecord(store.database, id)).revision, 1);
});

test('what may be told of a refusal is decided by who asks', async () => {
  await upload(given([doi('10.1/secret')]));
  const told = () => new UserError(recordErrors.unknown, { record: 'The record' });
  const [done] = await upload(given([doi('10.1/secret')]), { told });
  assert.equal(done!.code, 'REPERIO_RECORD_UNKNOWN');
});

test('an upload and its records are kept, trouble in any case, and once', async () => {
  const { database } = store;
  const id = await beginUpload(database, { person: 'ada', way: 'robot', name: 'x.xml', mode: 'insert' });
  const done = [
    { position: 1, outcome: 'inserted', id: 7, revision: 1 },
    { position: 20_000, outcome: 'inserted', id: 8, revision: 1 },
    { position: 20_001, outcome: 'refused', id: 0, revision: 0, code: 'X', message: 'Why.' },
  ] as const;
  await noteRecords(database, id, done);
  await noteRecords(database, id, done);
  await endUpload(database, id, { inserted: 2, refused: 1 });
  assert.deepEqual(await readUploadRecords(database, id, { after: 0, limit: 10 }), [done[0], done[2]]);
  assert.deepEqual(await readUploadRecords(database, id, { after: 1, limit: 10, onlyTrouble: true }), [done[2]]);
  const read = await readUpload(database, id);
  assert.deepEqual(
    [read?.counts, read?.way, read?.ended instanceof Date],
    [{ inserted: 2, refused: 1 }, 'robot', true],
  );
  assert.equal((await listUploads(database, { person: 'ada', offset: 0, limit: 5 })).total, 1);
  assert.equal((await listUploads(database, { person: 'bob', offset: 0, limit: 5 })).total, 0);
});
