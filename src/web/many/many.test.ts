import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { dataField } from '../../marc/record.ts';
import { misfits } from '../api/test-misfits.ts';
import { createReader } from '../test-reader.ts';
import { field, type Name, openTestUploads, type TestUploads } from '../uploads/test-uploads.ts';
import { toolsOf } from './test-tools.ts';

let world: TestUploads;
let book = 0;
let other = 0;
let article = 0;

before(async () => {
  world = await openTestUploads();
  book = await world.write(field('245', 'One'), field('500', 'old'), field('595', 'old inside'), field('980', 'BOOK'));
  other = await world.write(field('245', 'Two'), field('500', 'old <b>'), field('980', 'BOOK'));
  article = await world.write(field('245', 'Three'), field('500', 'old zqxjvkw'), field('980', 'ARTICLE'));
});
after(() => world.close());

const { readerAs, lines, work } = toolsOf(() => world);
const task = 'actions:\n  - { on: 5%, do: replace-text, contains: old, with: new }\n';

test('who may change some records sees and changes these alone, and nothing that is hidden from them', async () => {
  const bob = readerAs('bob');
  assert.equal((await createReader(world.app).open('/edit/many')).statusCode, 303);
  assert.equal((await readerAs('edda').open('/edit/many')).statusCode, 403, 'editing one by one is something else');
  assert.equal((await bob.open('/edit/many')).statusCode, 200);
  const wrong = await bob.send('/edit/many', { query: '', task: 'actions:\n  - { on: 500, do: delete }\n' });
  assert.equal(wrong.statusCode, 422);
  assert.match(wrong.body, /line 2, column 16/);
  assert.match(wrong.body, /do: delete \}/, 'what was typed is still there');
  const page = await bob.sendAndFollow('/edit/many', { query: '', task });
  assert.equal(page.statusCode, 200);
  assert.match(page.body, /2 of 2 selected records/);
  assert.doesNotMatch(page.body, /zqxjvkw|inside/);
  assert.match(page.body, /old &lt;b&gt;/);
  assert.deepEqual((await lines(book))[1], '500__ $$aold', 'nothing is written yet');
  const address = '/edit/many/1';
  assert.equal((await readerAs('boss').open(address)).statusCode, 200);
  assert.equal((await readerAs('edda').open(address)).statusCode, 403);
  // The change of the other book is unticked.
  const ticks = [...page.body.matchAll(/name="change" value="(\d)" aria-label="([^"]*)"/g)];
  const keep = ticks.find(([, , label]) => label === '$$aold → $$anew')![1]!;
  await bob.open(address);
  const form = { wish: 'apply', change: keep, record: String(book), shown: String(book) };
  assert.match(String((await bob.force(address, form)).headers['location']), /^\/jobs\/\d+$/);
  await work();
  assert.deepEqual(await lines(book), ['245__ $$aOne', '500__ $$anew', '595__ $$aold inside', '980__ $$aBOOK']);
  assert.deepEqual((await lines(other))[1], '500__ $$aold <b>');
  assert.deepEqual((await lines(article))[1], '500__ $$aold zqxjvkw');
  assert.equal((await bob.force(address, form)).statusCode, 409, 'it is applied');
  const done = await bob.open(address);
  assert.match(done.body, /1 changed/);
  assert.match((await bob.open('/edit/many?ln=fr')).body, /Lots de modifications[\s\S]*1 modifiées/);
  await bob.open(address);
  await bob.force(address, { wish: 'undo' });
  await work();
  assert.deepEqual(await lines(book), ['245__ $$aOne', '500__ $$aold', '595__ $$aold inside', '980__ $$aBOOK']);
});

test('somebody who lost a right meanwhile writes nothing', async () => {
  const bob = readerAs('bob');
  await bob.open('/edit/many');
  const page = await bob.sendAndFollow('/edit/many', { numbers: `${book}-${article}`, task });
  assert.match(page.body, /2 of 2 selected records/);
  const { database } = world.store;
  await database.query(
    sql`INSERT INTO change_set_record (change_set_id, record_id, from_revision) VALUES (2, ${article}, 1)`,
  );
  await bob.force('/edit/many/2', { wish: 'apply', change: '0' });
  await work();
  const rows = await database.query<{ id: number; outcome: string }>(
    sql`SELECT record_id AS id, outcome FROM change_set_record WHERE change_set_id = 2 AND outcome = 'refused'`,
  );
  assert.deepEqual(rows, [{ id: article, outcome: 'refused' }]);
  assert.deepEqual((await lines(article))[1], '500__ $$aold zqxjvkw');
});

test('two records are merged field by field on a page, the other leads to the first, and that is undone', async () => {
  const doi = (value: string) =>
    dataField('024', '7', ' ', [
      { code: '2', value: 'DOI' },
      { code: 'a', value },
    ]);
  const first = await world.write(field('245', 'First'), field('500', 'gone'), doi('10.1/first'), field('980', 'BOOK'));
  const second = await world.write(
    field('245', 'Second'),
    field('520', 'taken'),
    doi('10.1/second'),
    field('980', 'BOOK'),
  );
  const address = `/merge/${first}/${second}`;
  assert.equal((await readerAs('bob').open(address)).statusCode, 403, 'that is a right of its own');
  const boss = readerAs('boss');
  const page = await boss.open(address);
  const place = (text: string): string =>
    page.body.match(new RegExp(`value="(\\d+)" aria-label="[^"]*${text}"( checked)?`))![1]!;
  const isTicked = (text: string): boolean =>
    page.body.match(new RegExp(`aria-label="[^"]*${text}"( checked)?`))![1] !== undefined;
  assert.deepEqual(['First', 'gone', '10.1/first', '10.1/second', 'Second', 'taken'].map(isTicked), [
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  const rows = ['First', 'taken', '10.1/first', '10.1/second', 'BOOK'].map(place);
  const sendRows = async (revision: string) => {
    const token = /name="form" value="([^"]*)"/.exec(page.body)![1]!;
    const body = new URLSearchParams([
      ['form', token],
      ['revision', revision],
      ['other-revision', '1'],
      ...rows.map((row): [string, string] => ['row', row]),
    ]);
    const cookie = [...boss.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    return await world.app.inject({ method: 'POST', url: address, headers, payload: body.toString() });
  };
  assert.equal((await sendRows('7')).statusCode, 409, 'another version was shown');
  const done = await sendRows('1');
  assert.equal(done.headers['location'], `/record/${first}`, done.body);
  await world.library.refresh();
  assert.deepEqual(await lines(first), [
    '245__ $$aFirst',
    '0247_ $$2DOI$$a10.1/first',
    '0247_ $$2DOI$$a10.1/second',
    '520__ $$ataken',
    '980__ $$aBOOK',
  ]);
  const led = await boss.open(`/record/${second}`);
  assert.deepEqual([led.statusCode, led.headers['location']], [301, `/record/${first}`]);
  const api = await world.app.inject({ url: `/api/records/${second}`, headers: world.token('boss') });
  assert.deepEqual([api.statusCode, api.headers['location']], [301, `/api/records/${first}`], api.body);
  assert.match((await boss.open(address)).body, /Undo the merge/);
  assert.equal((await boss.send(address)).headers['location'], `/record/${first}`);
  await world.library.refresh();
  assert.equal((await boss.open(`/record/${second}`)).statusCode, 200);
  assert.match((await lines(first)).join(' '), /gone/);
});

test('programs preview, apply and undo a change set, each once for an Idempotency-Key', async () => {
  const id = await world.write(
    field('245', 'Five'),
    field('500', 'five'),
    field('595', 'five inside'),
    field('980', 'BOOK'),
  );
  const ask = async (name: Name, method: 'GET' | 'POST', url: string, payload?: object, key?: string) => {
    const headers = { ...world.token(name), ...(key !== undefined && { 'idempotency-key': key }) };
    return await world.app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  };
  const wanted = { numbers: [id, article], task: 'actions: [{ on: 5%, do: replace-text, contains: five, with: "5" }]' };
  assert.equal((await world.app.inject({ method: 'POST', url: '/api/change-sets', payload: wanted })).statusCode, 401);
  assert.equal((await ask('edda', 'POST', '/api/change-sets', wanted)).statusCode, 403);
  assert.equal((await ask('bob', 'POST', '/api/change-sets', { ...wanted, query: '' })).statusCode, 400);
  assert.equal((await ask('bob', 'POST', '/api/change-sets', { ...wanted, task: 'x' })).statusCode, 422);
  const made = await ask('bob', 'POST', '/api/change-sets', wanted, 'one');
  assert.equal(made.statusCode, 201, made.body);
  const set = made.json();
  assert.deepEqual(misfits('ChangeSet', set), []);
  assert.deepEqual([set.selected, set.changed, set.changes.length], [1, 1, 1], 'neither of others nor what is hidden');
  assert.equal((await ask('bob', 'POST', '/api/change-sets', wanted, 'one')).json().id, set.id);
  const url = `/api/change-sets/${set.id}`;
  assert.equal((await ask('edda', 'GET', url)).statusCode, 403);
  const left = { leave_out: { changes: [0], records: [id] } };
  assert.equal((await ask('bob', 'POST', `${url}/apply`, left)).json().code, 'REPERIO_CHANGE_SET_EMPTY');
  assert.equal((await ask('bob', 'POST', `${url}/apply`, { leave_out: { changes: [7] } })).statusCode, 400);
  const applied = await ask('bob', 'POST', `${url}/apply`, {}, 'two');
  assert.equal(applied.statusCode, 202, applied.body);
  assert.equal((await ask('bob', 'POST', `${url}/apply`, {}, 'two')).json().job, applied.json().job);
  await work();
  assert.deepEqual(await lines(id), ['245__ $$aFive', '500__ $$a5', '595__ $$afive inside', '980__ $$aBOOK']);
  const records = await ask('bob', 'GET', `${url}/records`);
  assert.deepEqual(misfits('ChangeSetRecords', records.json()), []);
  assert.deepEqual(records.json().records, [{ id, from: 1, to: 2, left_out: false, outcome: 'replaced' }]);
  assert.equal((await ask('bob', 'POST', `${url}/undo`)).statusCode, 202);
  await work();
  assert.deepEqual((await lines(id))[1], '500__ $$afive');
  const list = (await ask('bob', 'GET', '/api/change-sets')).json();
  assert.deepEqual(misfits('ChangeSets', list), []);
  assert.equal(list.change_sets[0].state, 'undone');
});

test('programs merge two records as a dry run showed it, and take that back', async () => {
  const first = await world.write(field('245', 'M1'), field('500', 'a'), field('980', 'BOOK'));
  const second = await world.write(field('245', 'M2'), field('520', 'b'), field('980', 'BOOK'));
  const secret = await world.write(field('245', 'Hush'), field('980', 'SECRET'));
  const ask = async (url: string, payload: object, name: Name = 'boss') =>
    await world.app.inject({ method: 'POST', url, headers: world.token(name), payload });
  const both = { survivor: first, other: second };
  assert.equal((await ask('/api/merges', both, 'bob')).statusCode, 403);
  assert.equal((await ask('/api/merges', { survivor: first })).statusCode, 400);
  assert.equal((await ask('/api/merges', { survivor: first, other: 99_999 })).statusCode, 404);
  const dry = (await ask('/api/merges?dry-run=1', both)).json();
  assert.deepEqual(misfits('Merged', dry), []);
  const place = dry.fields.find(({ other }: { other: string }) => other === '520__ $$ab').place;
  const keep = [
    ...dry.fields.filter(({ taken }: { taken: boolean }) => taken).map((one: { place: number }) => one.place),
    place,
  ];
  assert.equal((await ask('/api/merges', { ...both, keep })).statusCode, 409, 'of which versions?');
  const wanted = { ...both, keep, revision: dry.revision, other_revision: dry.other_revision };
  assert.equal((await ask('/api/merges', { ...wanted, revision: 9 })).statusCode, 409);
  const merged = await ask('/api/merges', wanted);
  assert.equal(merged.statusCode, 200, merged.body);
  await world.library.refresh();
  assert.deepEqual(await lines(first), ['245__ $$aM1', '500__ $$aa', '520__ $$ab', '980__ $$aBOOK']);
  assert.equal((await ask('/api/merges/undo', { survivor: first, other: secret })).statusCode, 404);
  assert.equal((await ask('/api/merges/undo', both)).statusCode, 200);
  await world.library.refresh();
  assert.equal((await ask('/api/merges/undo', both)).statusCode, 404);
  assert.deepEqual((await lines(first)).length, 3);
});

test('hits are marked by who may change or merge them, and lead to both', async () => {
  const hits = (name: Name) => readerAs(name).open('/search?p=one or two');
  assert.doesNotMatch((await createReader(world.app).open('/search?p=one or two')).body, /class="mark"/);
  assert.doesNotMatch((await hits('edda')).body, /class="mark"/);
  const bob = (await hits('bob')).body;
  assert.match(bob, new RegExp(`name="id" value="${book}" form="marked"`));
  assert.match(bob, /href="\/edit\/many\?p=one\+or\+two"/);
  assert.doesNotMatch(bob, /formaction="\/merge"/);
  assert.match((await hits('boss')).body, /formaction="\/merge"/);
  assert.doesNotMatch((await readerAs('bob').open('/search?p=one&cc=Books')).body, /\/edit\/many\?p=/);
  assert.match(
    (await readerAs('bob').open(`/edit/many?id=${book}&id=${other}`)).body,
    new RegExp(`>${book} ${other}</textarea>`),
  );
  const boss = readerAs('boss');
  assert.equal((await boss.open(`/merge?id=${book}&id=${other}`)).headers['location'], `/merge/${book}/${other}`);
  assert.match((await boss.open(`/merge?id=${book}&id=${book}`)).body, /role="alert"/);
  assert.equal((await readerAs('bob').open('/merge')).statusCode, 403);
  assert.match((await boss.open(`/record/${book}`)).body, new RegExp(`href="/merge\\?id=${book}"`));
});
