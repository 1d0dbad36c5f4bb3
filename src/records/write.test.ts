import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { UserError } from '../errors/errors.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import { createFollower, type Follower } from '../index/follower.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { controlField, controlValue, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { defaultSite } from '../site/default.ts';
import { changedBy, listVersions, readRecord, readRevision, recordHistory } from './history.ts';
import { deleteRecord, restoreRecord, writeRecords } from './write.ts';

let store: TestDatabase;
let follower: Follower;
let analyzer: Analyzer;
const folder = mkdtempSync(join(tmpdir(), 'reperio-write-'));

before(async () => {
  store = await openTestDatabase();
  analyzer = compileAnalyzer(defaultSite());
  // What is found is found by notifications alone.
  mock.timers.enable({ apis: ['setInterval'] });
  follower = createFollower({ database: store.database, url: store.url, folder });
  await follower.refresh();
});

after(async () => {
  await follower.close();
  await store.release();
  rmSync(folder, { recursive: true });
});

function book(title: string, ...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields: [...fields, dataField('245', ' ', ' ', [{ code: 'a', value: title }])] };
}

function doi(value: string): Field {
  return dataField('024', '7', ' ', [
    { code: '2', value: 'DOI' },
    { code: 'a', value },
  ]);
}

async function insert(record: MarcRecord) {
  const [written] = await writeRecords(store.database, analyzer, [{ record, mode: 'insert', reason: 'test' }]);
  return written!;
}

async function replace(record: MarcRecord) {
  const [written] = await writeRecords(store.database, analyzer, [{ record, mode: 'replace', reason: 'test' }]);
  return written!;
}

function found(snapshot: IndexSnapshot, space: string, term: string): number[] {
  return snapshot.segments
    .flatMap(({ segment, live }) => {
      const entry = segment.term(space, term);
      return entry === undefined
        ? []
        : [...segment.ordinals(entry)].filter((o) => live.has(o)).map((o) => segment.ids[o]!);
    })
    .sort((a, b) => a - b);
}

test('an inserted record is numbered, stamped, and found by a follower that is told of it', async () => {
  const written = await insert(book('Quasars seen early'));
  await waitFor('the record', () => found(follower.snapshot(), 'w:title', 'quasar').length > 0);
  assert.deepEqual(found(follower.snapshot(), 'w:title', 'quasar'), [written.id]);
  const { record, revision } = await readRecord(store.database, written.id);
  assert.equal(controlValue(record, '001'), String(written.id));
  assert.match(controlValue(record, '005') ?? '', /^\d{14}\.\d$/);
  assert.equal(revision, 1);
});

test('replacing keeps the old version as a revision and hides it from searching', async () => {
  const { id } = await insert(book('Leptons before', doi('10.1/abc')));
  const replaced = await replace(book('Hadrons after', doi('10.1/ABC')));
  assert.deepEqual([replaced.action, replaced.id, replaced.revision], ['replaced', id, 2]);
  await follower.refresh();
  assert.deepEqual(found(follower.snapshot(), 'w:title', 'lepton'), []);
  assert.deepEqual(found(follower.snapshot(), 'w:title', 'hadron'), [id]);
  const history = await recordHistory(store.database, id);
  assert.deepEqual(
    history.map(({ revision, replacedBy }) => [revision, replacedBy]),
    [
      [2, undefined],
      [1, 'test'],
    ],
  );
  assert.match(JSON.stringify((await readRevision(store.database, id, 1)).record), /Leptons before/);
});

test('an identifier that the library holds is refused at insert, naming its record', async () => {
  const { id } = await insert(book('First', doi('10.1/held')));
  await assert.rejects(insert(book('Second', doi('https://doi.org/10.1/HELD'))), {
    code: 'REPERIO_RECORD_HELD',
    message: new RegExp(`record ${id} .*DOI 10.1/held`),
  });
});

test('two identifiers of different records are a conflict, and nothing is written', async () => {
  const one = await insert(book('One', doi('10.1/one')));
  const two = await insert(book('Two', doi('10.1/two')));
  await assert.rejects(replace(book('Both', doi('10.1/one'), doi('10.1/two'))), {
    code: 'REPERIO_RECORD_CONFLICT',
    message: new RegExp(`matches record ${one.id}, but its DOI 10.1/two belongs to record ${two.id}`),
  });
  assert.equal((await readRecord(store.database, one.id)).revision, 1);
});

test('deleting marks the record, leaves its revision, and takes it out of the index', async () => {
  const { id } = await insert(book('Ephemeral things'));
  const gone = await deleteRecord(store.database, analyzer, id, 'delete');
  assert.deepEqual([gone.action, gone.deleted, gone.revision], ['deleted', true, 2]);
  await follower.refresh();
  assert.deepEqual(found(follower.snapshot(), 'w:title', 'ephemer'), []);
  const kept = await readRecord(store.database, id);
  assert.equal(kept.deleted, true);
  assert.match(JSON.stringify(kept.record), /Ephemeral things.*DELETED/);
  await assert.rejects(deleteRecord(store.database, analyzer, id, 'delete'), { code: 'REPERIO_RECORD_DELETED' });
});

test('an earlier version becomes the newest again, with its identifiers, and all between stay', async () => {
  const restore = (id: number, revision?: number) => restoreRecord(store.database, analyzer, { id, revision });
  const { id } = await insert(book('Restorable matters', doi('10.1/restored')));
  await assert.rejects(restore(id), { code: 'REPERIO_RECORD_NOT_DELETED' });
  await assert.rejects(restore(id, 1), { code: 'REPERIO_RECORD_NEWEST' });
  await assert.rejects(restore(id, 9), { code: 'REPERIO_REVISION_NOT_FOUND' });
  await deleteRecord(store.database, analyzer, id, 'delete');
  const back = await restore(id);
  assert.deepEqual([back.restored, back.revision, back.deleted], [1, 3, false]);
  await follower.refresh();
  assert.deepEqual(found(follower.snapshot(), 'w:title', 'restor'), [id]);
  const now = await readRecord(store.database, id);
  const first = await readRevision(store.database, id, 1);
  const without005 = ({ fields }: MarcRecord) => fields.filter(({ tag }) => tag !== '005');
  assert.deepEqual(without005(now.record), without005(first.record));
  const reasons = (await recordHistory(store.database, id)).map(({ replacedBy }) => replacedBy);
  assert.deepEqual(reasons, [undefined, 'restore of revision 1', 'delete']);
  await assert.rejects(restore(id, 2), { code: 'REPERIO_RECORD_RESTORES_DELETION' });
  // An identifier that another record has by now is not taken from it.
  await replace(book('Restorable matters, without', controlField('001', String(id))));
  const other = await insert(book('Another with this number', doi('10.1/restored')));
  await assert.rejects(restore(id, 1), {
    code: 'REPERIO_RECORD_CONFLICT',
    message: new RegExp(`DOI 10.1/restored belongs to record ${other.id}`),
  });
});

test('who wrote each version is in the history, and finds the record as long as it has that version', async () => {
  const write = async (person: string | undefined, record: MarcRecord, mode: 'insert' | 'replace') => {
    const [written] = await writeRecords(store.database, analyzer, [{ record, mode, reason: 'test', person }]);
    return written!.id;
  };
  const id = await write('ada', book('One'), 'insert');
  await write(undefined, book('Two', controlField('001', String(id))), 'replace');
  await write('bob', book('Three', controlField('001', String(id))), 'replace');
  const other = await write('bob', book('Another'), 'insert');
  await deleteRecord(store.database, analyzer, other, 'delete', 'ada');
  assert.deepEqual(
    (await recordHistory(store.database, id)).map(({ revision, person }) => [revision, person]),
    [
      [3, 'bob'],
      [2, undefined],
      [1, 'ada'],
    ],
  );
  const by = (name: string, from = 0, below = Number.POSITIVE_INFINITY) =>
    changedBy(store.database, { name, from, below });
  assert.deepEqual(await by('ada'), [id, other]);
  assert.deepEqual(await by('bob'), [id, other]);
  assert.deepEqual(await by('Bob'), []);
  const now = Date.now() / 1000;
  assert.deepEqual(await by('ada', now - 3600, now + 3600), [id, other]);
  assert.deepEqual(await by('ada', now + 60), []);
  assert.deepEqual(await by('ada', 0, now - 3600), []);
});

test('a 005 becomes the creation date, and one that is no date a warning', async () => {
  const dated = await insert(book('Dated', controlField('005', '20010904162503.0')));
  assert.equal((await readRecord(store.database, dated.id)).created.toISOString(), '2001-09-04T16:25:03.000Z');
  const wrong = await insert(book('Wrong', controlField('005', '20011332000000.0')));
  assert.match(wrong.warnings.join(), /is not a date/);
});

test('numbers have no gaps when writers come at once and some fail', async () => {
  const [{ last } = { last: 0 }] = await store.database.query<{ last: number }>(
    sql`SELECT last_id AS last FROM record_counter`,
  );
  const results = await Promise.allSettled(
    Array.from({ length: 24 }, (_, number) => insert(book(`At once ${number}`, doi(`10.9/${number % 16}`)))),
  );
  const ids = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
  assert.equal(ids.length, 16);
  assert.deepEqual(
    ids.sort((a, b) => a - b),
    Array.from({ length: 16 }, (_, number) => last + 1 + number),
  );
  for (const result of results)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'REPERIO_RECORD_HELD');
});

test('a record with two numbers is refused, whoever brings it', async () => {
  const twice = book('Two numbers', controlField('001', 'a'), controlField('001', 'b'));
  await assert.rejects(
    writeRecords(store.database, analyzer, [{ record: twice, mode: 'insert', reason: 'test' }]),
    (error) => error instanceof UserError && error.code === 'REPERIO_RECORD_TWO_NUMBERS',
  );
});

test('fields that tell Invenio what to do with files are no metadata: they are left out, and told', async () => {
  const file = dataField('FFT', ' ', ' ', [{ code: 'a', value: '/home/somebody/secret.pdf' }]);
  const [written] = await writeRecords(store.database, analyzer, [
    { record: book('With a file', file), mode: 'insert', reason: 'test' },
  ]);
  assert.match(written!.warnings.join(), /FFT.*left out.*loaded or uploaded/);
  const { record } = await readRecord(store.database, written!.id);
  assert.ok(!record.fields.some(({ tag }) => tag === 'FFT'));
});

test('an identifier that no database can hold identifies nothing, and its record is written', async () => {
  const malformed = ['x\u0000y', 'half \ud800'];
  for (const value of malformed) {
    const fields = [
      dataField('035', ' ', ' ', [{ code: 'a', value }]),
      dataField('970', ' ', ' ', [{ code: 'a', value }]),
      dataField('909', 'C', 'O', [{ code: 'o', value }]),
      doi(`10.1/${value}`),
    ];
    const first = await insert(book('With it', ...fields));
    const second = await insert(book('With it too', ...fields));
    assert.notEqual(first.id, second.id);
  }
});

test('versions are listed by their numbers, also where some between them are gone', async () => {
  const { id } = await insert(book('One'));
  for (const title of ['Two', 'Three', 'Four']) await replace(book(title, controlField('001', String(id))));
  const list = async (upTo?: number) => {
    const asked = { offset: 0, limit: 9, ...(upTo !== undefined && { upTo }) };
    const { versions, total, newest } = await listVersions(store.database, id, asked);
    return { versions: versions.map(({ revision, before, reason }) => [revision, before, reason]), total, newest };
  };
  const first = [1, undefined, undefined];
  const whole = [[4, 3, 'test'], [3, 2, 'test'], [2, 1, 'test'], first];
  assert.deepEqual(await list(), { versions: whole, total: 4, newest: 4 });
  await store.database.query(sql`DELETE FROM revision WHERE record_id = ${id} AND revision = 2`);
  const left = [[4, 3, 'test'], [3, 1, undefined], first];
  assert.deepEqual(await list(), { versions: left, total: 3, newest: 4 });
  assert.deepEqual(await list(2), { versions: [first], total: 3, newest: 4 });
});

test('a replacement without a leader keeps that of the record, and one that says nothing of a deletion deletes nothing', async () => {
  const leader = '01142cam a2200301 a 4500';
  const { id } = await insert({ ...book('Leading', doi('10.5/leader')), leader });
  await replace(book('Leading again', doi('10.5/leader')));
  assert.equal((await readRecord(store.database, id)).record.leader, leader);
  const other = '00000nam a2200000 a 4500';
  await replace({ ...book('Led', doi('10.5/leader')), leader: other });
  assert.equal((await readRecord(store.database, id)).record.leader, other);
  const mark = dataField('980', ' ', ' ', [{ code: 'c', value: 'DELETED' }]);
  await replace({ ...book('Gone', doi('10.5/leader'), mark), leader: '00000dam a2200000 a 4500' });
  await replace(book('Back', doi('10.5/leader')));
  const back = await readRecord(store.database, id);
  assert.deepEqual([back.deleted, back.record.leader], [false, '00000cam a2200000 a 4500']);
});
