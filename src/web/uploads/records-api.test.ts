import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { requireJob } from '../../jobs/queue/read.ts';
import { controlField } from '../../marc/record.ts';
import { toIso2709 } from '../../marc/writers/iso2709.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { readRecord } from '../../records/history.ts';
import { field, type Name, openTestUploads, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

let world: TestUploads;
before(async () => {
  world = await openTestUploads();
});
after(() => world.close());

const book = (title: string) => recordOf(field('245', title), field('980', 'BOOK'));
const post = (name: Name, query: string, body: string | Buffer, headers = {}) =>
  send(world, 'POST', `/api/records?${query}`, { ...world.token(name), ...headers }, body);
const outcomes = (body: { results: { outcome: string; code?: string }[] }) =>
  body.results.map(({ outcome, code }) => code ?? outcome);
const count = async () =>
  (await world.store.database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM record`))[0]!.n;

test('records come in any format that is read, compressed too, and are found at once', async () => {
  const json = toMarcJson(book('By JSON'));
  const bodies = [xmlOf(book('By XML')), json, toIso2709(book('By ISO')), gzipSync(xmlOf(book('By gzip')))];
  for (const body of bodies) {
    const reply = await post('boss', 'mode=insert', body);
    assert.equal(reply.statusCode, 200, reply.body);
    const { results, upload } = reply.json();
    assert.deepEqual([results[0].outcome, results[0].revision], ['inserted', 1]);
    assert.equal(results[0].url, `http://library.example/record/${results[0].id}`);
    const kept = (await send(world, 'GET', `/api/uploads/${upload}`, world.token('boss'))).json();
    assert.deepEqual([kept.counts, kept.results[0].id], [{ inserted: 1 }, results[0].id]);
    assert.equal((await send(world, 'GET', `/api/uploads/${upload}`, world.token('edda'))).statusCode, 404);
  }
  // The request's own type is not what decides.
  const form = await post('boss', 'mode=insert', json, { 'content-type': 'application/x-www-form-urlencoded' });
  assert.equal(form.statusCode, 200, form.body);
});

test('each record is allowed or refused by itself, and what is not shown stays unsaid', async () => {
  const secret = await world.write(field('245', 'Hush'), field('970', 'HUSH-1'), field('980', 'SECRET'));
  const article = await world.write(field('245', 'Paper'), field('970', 'PAPER-1'), field('980', 'ARTICLE'));
  const nowhere = recordOf(field('245', 'Lost'));
  const body = xmlOf(book('Mine'), recordOf(field('970', 'PAPER-1')), recordOf(field('970', 'HUSH-1')), nowhere);
  const before = await count();
  const reply = await post('bob', 'mode=insert-or-replace', body);
  assert.deepEqual(outcomes(reply.json()), [
    ...['inserted', 'REPERIO_UPLOAD_NOT_YOURS', 'REPERIO_UPLOAD_CLASH', 'REPERIO_UPLOAD_NO_COLLECTION'],
  ]);
  assert.equal(await count(), before + 1);
  // By whatever mode, nothing tells the number of the hidden record.
  for (const mode of ['insert', 'replace', 'correct', 'append', 'delete', 'hold']) {
    const hidden = await post('bob', `mode=${mode}`, xmlOf(recordOf(field('970', 'HUSH-1'), field('500', 'x'))));
    assert.deepEqual(outcomes(hidden.json()), ['REPERIO_UPLOAD_CLASH'], mode);
    assert.ok(!hidden.body.includes(`record ${secret}`), hidden.body);
  }
  const robot = await post(
    'robot',
    'mode=append',
    xmlOf(recordOf(controlField('001', String(article)), field('500', 'r'))),
  );
  assert.deepEqual(outcomes(robot.json()), ['replaced']);
  assert.deepEqual((await post('nobody', 'mode=insert', xmlOf(book('x')))).statusCode, 403);
  assert.deepEqual((await send(world, 'POST', '/api/records', {}, xmlOf(book('x')))).statusCode, 401);
});

test('a dry run says what would happen and leaves no trace', async () => {
  const before = await count();
  const reply = (await post('boss', 'mode=insert&dry-run=1', xmlOf(book('Never'), book('Never too')))).json();
  assert.deepEqual([reply.dryRun, outcomes(reply)], [true, ['inserted', 'inserted']]);
  assert.equal(await count(), before);
  const [next] = (await post('boss', 'mode=insert', xmlOf(book('Then')))).json().results;
  assert.equal(next.id, reply.results[0].id);
});

test('the same request sent again is answered again and done once', async () => {
  const body = xmlOf(book('Once'));
  const headers = { 'idempotency-key': 'k1' };
  const [first, second] = [
    await post('boss', 'mode=insert', body, headers),
    await post('boss', 'mode=insert', body, headers),
  ];
  assert.equal(second.body, first.body);
  const other = await post('boss', 'mode=insert', xmlOf(book('Other')), headers);
  assert.equal(other.json().code, 'REPERIO_KEY_REUSED');
});

test('what cannot be read is named: the mode, the format, one bad record among good ones', async () => {
  assert.match((await post('boss', 'mode=corect', xmlOf(book('x')))).json().title, /did you mean correct\?/);
  assert.equal((await post('boss', 'mode=insert', '')).json().code, 'REPERIO_UPLOAD_EMPTY');
  assert.equal((await post('boss', 'mode=insert', '<html><body>No</body></html>')).statusCode < 500, true);
  assert.equal((await post('boss', 'mode=insert', Buffer.from('PK\u0003\u0004zip'))).statusCode, 400);
  const broken = xmlOf(book('Good')).replace('</collection>', '<record><datafield tag="24"/></record></collection>');
  const { results } = (await post('boss', 'mode=insert', broken)).json();
  assert.deepEqual(
    results.map(({ outcome }: { outcome: string }) => outcome),
    ['inserted', 'refused'],
  );
  assert.match(results[1].message, /^Record 2/);
  assert.equal((await post('boss', 'mode=insert&callback=http://evil.example/x', xmlOf(book('x')))).statusCode, 403);
});

test('many records are a job, which the answer names', async () => {
  const many = xmlOf(...Array.from({ length: 101 }, (_, place) => book(`Many ${place}`)));
  const reply = await post('boss', 'mode=insert&name=many.xml', many);
  assert.equal(reply.statusCode, 202, reply.body);
  const { job, upload } = reply.json();
  assert.deepEqual(
    [(await requireJob(world.store.database, job)).kind, reply.headers.location],
    [...['upload', `http://library.example/api/uploads/${upload}`]],
  );
});

test('a record is written over the version that was read, and never over another', async () => {
  const id = await world.write(field('245', 'One'), field('500', 'Note'), field('980', 'BOOK'));
  const url = `/api/records/${id}`;
  const newest = await send(world, 'GET', `${url}/revisions/newest`, world.token('edda'));
  assert.deepEqual([newest.headers.etag, newest.json().revision], ['"1"', 1]);
  const put = (title: string, note: string, headers: Record<string, string> = {}) => {
    const body = xmlOf(recordOf(field('245', title), field('500', note), field('980', 'BOOK')));
    return send(world, 'PUT', url, { ...world.token('edda'), ...headers }, body);
  };
  assert.equal((await put('Two', 'Note')).statusCode, 428);
  const two = await put('Two', 'Note', { 'if-match': '"1"' });
  assert.deepEqual([two.statusCode, two.headers.etag, two.json().revision], [200, '"2"', 2]);
  const late = await put('Three', 'Note', { 'if-match': 'W/"1"' });
  assert.equal(late.statusCode, 412);
  assert.deepEqual([late.json().revision, late.headers.etag], [2, '"2"']);
  assert.deepEqual(late.json().conflicts[0].theirs[0]['245'].subfields, [{ a: 'Two' }]);
  const merged = await put('One', 'Changed', { 'if-match': '"1"', prefer: 'merge' });
  assert.deepEqual([merged.statusCode, merged.json().outcome, merged.json().revision], [200, 'merged', 3]);
  const patch = await send(
    ...([world, 'PATCH', url, { ...world.token('edda'), 'if-match': '"3"' }] as const),
    xmlOf(recordOf(field('500', 'Patched'))),
  );
  assert.equal(patch.json().revision, 4);
  assert.equal((await put('x', 'y', { 'if-match': '*' })).statusCode, 400);
  const diff = (await send(world, 'GET', `${url}/revisions?diff=3..4`, world.token('edda'))).json();
  assert.deepEqual(
    diff.fields.map(({ tag }: { tag: string }) => tag),
    ['500'],
  );
  const gone = await send(world, 'DELETE', url, { ...world.token('edda'), 'if-match': '"4"' });
  assert.deepEqual([gone.statusCode, gone.json().revision], [200, 5]);
  assert.equal((await put('x', 'y', { 'if-match': '"4"' })).statusCode, 410);
  const back = await send(world, 'POST', `${url}/revisions/2/restore`, world.token('edda'));
  assert.deepEqual([back.statusCode, back.json().revision, back.json().restored], [200, 6, 2]);
  await world.library.refresh();
  const list = (await send(world, 'GET', `${url}/revisions`, world.token('edda'))).json();
  assert.deepEqual([list.newest, list.revisions.length], [6, 6]);
});

test('hidden fields outlive an edit by who is not shown them, and conflict with nobody', async () => {
  const id = await world.write(field('245', 'One'), field('595', 'hush'), field('980', 'BOOK'));
  const body = xmlOf(recordOf(field('245', 'Two'), field('980', 'BOOK')));
  const hidden = xmlOf(recordOf(field('595', 'hush hush')));
  await send(world, 'PATCH', `/api/records/${id}`, { ...world.token('boss'), 'if-match': '"1"' }, hidden);
  const headers = { ...world.token('edda'), 'if-match': '"1"', prefer: 'merge' };
  const merged = await send(world, 'PUT', `/api/records/${id}`, headers, body);
  assert.deepEqual([merged.statusCode, merged.json().outcome], [200, 'merged'], merged.body);
  const { record } = await readRecord(world.store.database, id);
  assert.deepEqual(
    record.fields.filter(({ tag }) => tag === '595' || tag === '245').map(({ subfields }) => subfields[0]?.value),
    ['Two', 'hush hush'],
  );
  for (const path of ['revisions/1', 'revisions?diff=1..2'])
    assert.ok(!(await send(world, 'GET', `/api/records/${id}/${path}`, world.token('edda'))).body.includes('hush'));
});

test('who is not shown a hidden field brings none either, by whatever way; the answer does not tell what stands there', async () => {
  const id = await world.write(
    field('245', 'One'),
    field('035', '(x)hidden-1'),
    field('595', 'hush'),
    field('980', 'BOOK'),
  );
  const lines = async () =>
    (await readRecord(world.store.database, id)).record.fields.map((one) => one.subfields[0]?.value);
  const before = await lines();
  const typed = (value: string) => recordOf(field('245', 'One'), field('595', value), field('980', 'BOOK'));
  const code = (body: { code?: string; results?: { code?: string }[] }) => body.code ?? body.results?.[0]?.code;
  const headers = { ...world.token('edda'), 'if-match': '"1"' };
  for (const value of ['hush', 'other', '__DELETE_FIELDS__']) {
    for (const method of ['PUT', 'PATCH'] as const) {
      const reply = await send(world, method, `/api/records/${id}`, headers, xmlOf(typed(value)));
      assert.deepEqual(
        [reply.statusCode, code(reply.json())],
        [403, 'REPERIO_EDIT_HIDDEN_TYPED'],
        `${method} ${value}`,
      );
    }
    for (const mode of ['replace', 'insert-or-replace', 'correct', 'append', 'delete', 'hold']) {
      const sent = recordOf(controlField('001', String(id)), ...typed(value).fields);
      const reply = await post('edda', `mode=${mode}`, xmlOf(sent));
      assert.equal(code(reply.json()), 'REPERIO_EDIT_HIDDEN_TYPED', `${mode} ${value}`);
    }
  }
  assert.deepEqual(await lines(), before);
  const fresh = await post('edda', 'mode=insert', xmlOf(typed('new')));
  assert.deepEqual(outcomes(fresh.json()), ['inserted'], 'of a new record nothing is lost');
  const whoSees = await send(
    world,
    'PUT',
    `/api/records/${id}`,
    { ...world.token('boss'), 'if-match': '"1"' },
    xmlOf(typed('seen')),
  );
  assert.equal(whoSees.statusCode, 200, whoSees.body);
});

test('a record that is not shown is as one that is not there, whatever is asked of it', async () => {
  const id = await world.write(field('245', 'Hush'), field('980', 'SECRET'));
  for (const [method, path] of [
    ['PUT', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/revisions/1/restore'],
    ['GET', '/revisions'],
    ['GET', '/revisions/1'],
  ] as const) {
    const ask = async (number: number) => {
      const headers = { ...world.token('edda'), 'if-match': '"1"' };
      const body = method === 'PUT' || method === 'PATCH' ? xmlOf(book('x')) : undefined;
      const reply = await send(world, method, `/api/records/${number}${path}`, headers, body);
      return [reply.statusCode, reply.body.replaceAll(String(number), 'N')];
    };
    assert.deepEqual(await ask(id), await ask(99_999), `${method} ${path}`);
  }
  const article = await world.write(field('245', 'Paper'), field('980', 'ARTICLE'));
  const headers = { ...world.token('bob'), 'if-match': '"1"' };
  const others = await send(world, 'PUT', `/api/records/${article}`, headers, xmlOf(book('Mine now')));
  assert.equal(others.json().code, 'REPERIO_UPLOAD_NOT_YOURS');
  assert.equal((await send(world, 'PUT', `/api/records/${article}`, world.token('nobody'), '')).statusCode, 403);
});
