import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { controlField } from '../../marc/record.ts';
import { readRecord } from '../../records/history.ts';
import { field, type Name, openTestUploads, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

let world: TestUploads;
before(async () => {
  world = await openTestUploads();
});
after(() => world.close());

const book = (title: string) => recordOf(field('245', title), field('980', 'BOOK'));
const page = (name: Name, url: string) => send(world, 'GET', url, world.session(name));
const hiddenOf = (body: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
const total = async () =>
  (await world.store.database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM record`))[0]!.n;

async function submit(name: Name, fields: Readonly<Record<string, string | Blob>>) {
  const data = new FormData();
  data.set('form', hiddenOf((await page(name, '/upload')).body, 'form'));
  for (const [key, value] of Object.entries(fields)) data.set(key, value);
  const body = new Response(data);
  const headers = { ...world.session(name), 'content-type': body.headers.get('content-type')! };
  return world.app.inject({ method: 'POST', url: '/upload', headers, payload: Buffer.from(await body.arrayBuffer()) });
}

async function confirm(name: Name, body: string, changed: Readonly<Record<string, string>> = {}) {
  const hidden = ['form', 'digest', 'name', 'mode', 'proof'].map((key) => [key, hiddenOf(body, key)]);
  const headers = { ...world.session(name), 'content-type': 'application/x-www-form-urlencoded' };
  const payload = new URLSearchParams({ ...Object.fromEntries(hidden), ...changed }).toString();
  return world.app.inject({ method: 'POST', url: '/upload/write', headers, payload });
}

test('a file is looked at first, with what would change, and written when its sender says so', async () => {
  const id = await world.write(field('245', 'Before'), field('980', 'BOOK'));
  const before = await total();
  const change = recordOf(controlField('001', String(id)), field('245', 'After'), field('980', 'BOOK'));
  const file = new Blob([xmlOf(change, book('New'), recordOf(field('245', 'Lost')))]);
  const preview = await submit('bob', { mode: 'insert-or-replace', file });
  assert.equal(preview.statusCode, 200, preview.body);
  assert.match(preview.body, /1 added, 1 replaced, 1 refused/);
  assert.match(preview.body, /<del>.*Before.*<ins>.*After/s);
  assert.match(preview.body, /Record 3 would be in no collection/);
  assert.deepEqual([await total(), (await readRecord(world.store.database, id)).revision], [before, 1]);
  const forged = await confirm('bob', preview.body, { digest: '0'.repeat(64) });
  assert.equal(forged.statusCode, 403);
  const done = await confirm('bob', preview.body);
  assert.match(String(done.headers.location), /^\/upload\/\d+\?done=upload_written$/);
  assert.deepEqual([await total(), (await readRecord(world.store.database, id)).revision], [before + 1, 2]);
  const shown = await page('bob', String(done.headers.location));
  assert.match(shown.body, /1 added, 1 replaced, 1 refused/);
  const number = /\d+/.exec(String(done.headers.location))![0];
  assert.match((await page('bob', '/upload')).body, new RegExp(`href="/upload/${number}"`));
  assert.equal((await page('edda', `/upload/${number}`)).statusCode, 404);
});

test('pasted text works too, and what cannot be read is told where it was typed', async () => {
  const preview = await submit('robot', { mode: 'insert', text: xmlOf(recordOf(field('980', 'ARTICLE'))) });
  assert.match(preview.body, /1 added/);
  const wrong = await submit('bob', { mode: 'insert', text: 'this is no record' });
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, />this is no record<\/textarea>/);
  assert.match((await submit('bob', { mode: 'insert' })).body, /There is no record in what was sent/);
  assert.equal((await page('nobody', '/upload')).statusCode, 403);
  assert.equal((await send(world, 'GET', '/upload', {})).statusCode, 303);
  assert.match((await page('bob', '/upload?ln=fr')).body, /Envoyer des notices/);
});

test('many records are tried by a job first', async () => {
  const many = xmlOf(...Array.from({ length: 101 }, (_, place) => book(`Many ${place}`)));
  const reply = await submit('bob', { mode: 'insert', file: new Blob([many]) });
  assert.match(String(reply.headers.location), /^\/upload\/\d+$/);
  const shown = await page('bob', String(reply.headers.location));
  assert.match(shown.body, /http-equiv="refresh"/);
  assert.match(shown.body, /what would happen/);
});

test('a form without its token, or of a guest, is refused before its file is read', async () => {
  const data = new FormData();
  data.set('file', new Blob([xmlOf(book('x'))]));
  const body = new Response(data);
  const payload = Buffer.from(await body.arrayBuffer());
  const type = { 'content-type': body.headers.get('content-type')! };
  for (const headers of [type, { ...type, ...world.session('bob') }])
    assert.equal((await world.app.inject({ method: 'POST', url: '/upload', headers, payload })).statusCode, 403);
});
