import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { jobKinds } from '../../library/job-kinds.ts';
import { controlField, dataField, type Field } from '../../marc/record.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { readRecord } from '../../records/history.ts';
import { listUploads } from '../../records/uploads.ts';
import { field, openTestUploads, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

let world: TestUploads;
before(async () => {
  world = await openTestUploads({
    REPERIO_CALLBACK_URLS: 'https://inspire.example/callbacks',
  });
});
after(() => world.close());

const paper = (title: string) => recordOf(field('245', title), field('980', 'ARTICLE'));
const agent = { 'user-agent': 'invenio_webupload/1.0' };
const robot = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = agent,
  method: 'PUT' | 'POST' = 'PUT',
) => send(world, method, `/batchuploader/robotupload${path}`, headers, body);

test('a script of Invenio uploads as ever, and is answered in its words', async () => {
  const done = await robot('/insert', xmlOf(paper('One')));
  assert.deepEqual([done.statusCode, done.headers['content-type']], [200, 'text/plain; charset=utf-8']);
  assert.match(done.body, /^\[INFO\] bibupload batchupload --insert upload \d+\n$/);
  assert.match(
    (await robot('', xmlOf(paper('Two')), agent, 'POST')).body,
    /^\[ERROR\] Please specify upload mode to use\./,
  );
  assert.match((await robot('?mode=-i', xmlOf(paper('Two')), agent, 'POST')).body, /^\[INFO\]/);
  assert.match((await robot('/insertorreplace', xmlOf(paper('Three')))).body, /--insert-or-replace/);
  assert.match((await robot('/burn', xmlOf(paper('x')))).body, /^\[ERROR\] There is no upload mode "burn"/);
  assert.match((await robot('/insert', '')).body, /^\[ERROR\]/);
  const { rows } = await listUploads(world.store.database, { person: 'robot', offset: 0, limit: 9 });
  assert.deepEqual([rows.length, rows[0]?.way], [3, 'robot']);
});

test('a form with a file is taken too', async () => {
  const form = new FormData();
  form.set('mode', '-i');
  form.set('file', new Blob([xmlOf(paper('By form'))]), 'localfile.xml');
  const body = new Response(form);
  const payload = Buffer.from(await body.arrayBuffer());
  const headers = { ...agent, 'content-type': body.headers.get('content-type')! };
  const reply = await world.app.inject({ method: 'POST', url: '/batchuploader/robotupload', headers, payload });
  assert.match(reply.body, /^\[INFO\] bibupload batchupload --insert upload/, reply.body);
});

test('only network and agent together are trusted, or a token; never a session', async () => {
  const insert = (headers: Readonly<Record<string, string>>) => robot('/insert', xmlOf(paper('Who')), headers);
  assert.equal((await insert({ 'user-agent': 'other' })).statusCode, 403);
  assert.equal((await insert({})).statusCode, 403);
  assert.match((await insert(world.session('boss'))).body, /^\[ERROR\] Nobody may upload from 127\.0\.0\.1/);
  assert.equal((await insert(world.token('robot'))).statusCode, 200);
  assert.equal((await insert(world.token('nobody'))).statusCode, 403);
});

test('a record for another collection is refused, and the rest is taken', async () => {
  const body = xmlOf(paper('Good'), recordOf(field('245', 'Book'), field('980', 'BOOK')));
  const some = await robot('/insert', body);
  assert.equal(some.statusCode, 200);
  assert.match(some.body, /^\[INFO\].*\n\[WARNING\] Record 2 would be in no collection/);
  const none = await robot('/insert', xmlOf(recordOf(field('245', 'Book'), field('980', 'BOOK'))));
  assert.match(none.body, /^\[ERROR\] All records of upload \d+ were refused\./);
});

test('what is hidden from a robot survives all that it sends, at once and by a job, and it can bring none', async () => {
  const { database, url } = world.store;
  const id = await world.write(field('245', 'One'), field('500', 'a'), field('595', 'inside'), field('980', 'ARTICLE'));
  const one = (...fields: readonly Field[]) => recordOf(controlField('001', String(id)), ...fields);
  const lines = async () => (await readRecord(database, id)).record.fields.filter(({ tag }) => tag > '009').map(lineOf);
  assert.match((await robot('/replace', xmlOf(one(field('245', 'Two'), field('980', 'ARTICLE'))))).body, /^\[INFO\]/);
  assert.deepEqual(await lines(), ['245__ $$aTwo', '595__ $$ainside', '980__ $$aARTICLE']);
  assert.match((await robot('/correct', xmlOf(one(field('245', 'Three'))))).body, /^\[INFO\]/);
  assert.deepEqual(await lines(), ['245__ $$aThree', '595__ $$ainside', '980__ $$aARTICLE']);
  const removal = dataField('595', ' ', ' ', [{ code: '0', value: '__DELETE_FIELDS__' }]);
  for (const mode of ['replace', 'correct', 'append', 'delete'])
    for (const typed of [field('595', 'inside'), field('595', 'mine'), removal]) {
      const sent = await robot(`/${mode}`, xmlOf(one(field('245', 'x'), typed, field('980', 'ARTICLE'))));
      assert.match(sent.body, /^\[ERROR\]/, `${mode} ${lineOf(typed)}`);
      assert.doesNotMatch(sent.body, /inside/);
    }
  const many = Array.from({ length: 101 }, (_, place) => one(field('245', `Title ${place}`)));
  assert.match((await robot('/correct', xmlOf(...many))).body, /^\[INFO\]/);
  const [job] = await database.query<{ id: number; name: string; person: string; given: Record<string, unknown> }>(
    sql`UPDATE job SET state = 'done' WHERE kind = 'upload' RETURNING id, name, person, arguments AS given`,
  );
  const [file] = await database.query<{ name: string; digest: string; bytes: number }>(
    sql`SELECT name, encode(digest, 'hex') AS digest, bytes::float8 AS bytes FROM job_file WHERE job_id = ${job!.id}`,
  );
  const kind = jobKinds(database, url, world.settings).find(({ name }) => name === 'upload')!;
  await kind.run({
    ...{ ...job!, arguments: job!.given, checkpoint: undefined, signal: new AbortController().signal },
    ...{ log: () => undefined, tell: () => undefined, keep: async () => undefined, attach: async () => undefined },
    file: async () => file!,
  });
  assert.deepEqual(await lines(), ['245__ $$aTitle 100', '595__ $$ainside', '980__ $$aARTICLE']);
});

test('a callback is asked for in the transaction of the upload, and to known addresses only', async () => {
  const query = '/insert?callback_url=https://inspire.example/callbacks/1&nonce=42&special_treatment=oracle';
  assert.match((await robot(query, xmlOf(paper('Called')))).body, /^\[INFO\]/);
  const [job] = await world.store.database.query<{ kind: string; arguments: { upload: number } }>(
    sql`SELECT kind, arguments FROM job ORDER BY id DESC LIMIT 1`,
  );
  const { rows } = await listUploads(world.store.database, { person: 'robot', offset: 0, limit: 1 });
  assert.deepEqual([job?.kind, job?.arguments.upload], ['callback', rows[0]?.id]);
  assert.deepEqual([rows[0]?.nonce, rows[0]?.callbackForm], ['42', true]);
  for (const address of [
    'https://inspire.example/callbacks-not',
    'http://inspire.example/callbacks',
    'http://10.0.0.1/',
    'https://inspire.example/callbacks/..%252fadmin',
    'https://inspire.example/callbacks/%25252e%25252e%25252fadmin',
  ])
    assert.match((await robot(`/insert?callback_url=${address}`, xmlOf(paper('x')))).body, /^\[ERROR\] The address/);
});
