import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createFailureBook } from '../../monitor/failures/failure-book.ts';
import { judgeFailure, readFailure } from '../../monitor/failures/read-failures.ts';
import { writeFailures } from '../../monitor/failures/write-failures.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { testSite } from '../../search/testing/library.ts';
import type { SiteLevel } from '../../site/level.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

let store: TestDatabase;
let people: WebPeople & { readonly access: { close(): Promise<void> } };
let app: FastifyInstance;
let level: SiteLevel = { level: 'open', message: '', retryAfter: 0 };
const readers = new Map<string, Reader>();
let fingerprint = '';

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  for (const [name, actions] of [
    ['watcher', ['cfgwebaccess', 'viewserverstatus']],
    ['keeper', ['cfgwebaccess']],
    ['operator', ['viewserverstatus']],
  ] as const) {
    const may = actions.map((action) => ({ action, arguments: {} }));
    await createRole(store.database, operator, `${name}s`, { description: '', may, rules: '' }, anyRole);
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles: [`${name}s`] },
      ...{ state: 'active', origin: 'operator' },
    });
  }
  await people.access.refresh();
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, []), { people, level: () => level });
  for (const name of ['watcher', 'keeper', 'operator']) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    assert.equal((await reader.send('/account/sign-in', { name, password: testPassword })).statusCode, 303);
    readers.set(name, reader);
  }
  const book = createFailureBook('web1', { release: '0.2.0' });
  book.note({
    kind: 'request',
    error: new TypeError('no <b>shelf</b> 12'),
    place: 'GET /record/:id',
    request: 'abc123',
    address: () => 'GET /record/12?token=hunter2',
  });
  const [one] = book.take();
  fingerprint = one!.fingerprint;
  await writeFailures(store.database, [one!]);
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

const path = (): string => `/admin/failures/${fingerprint}`;
const stateNow = async (): Promise<string> => (await readFailure(store.database, fingerprint)).state;

test('failures are for administrators who may see the status of the server', async () => {
  for (const url of ['/admin/failures', path()]) {
    assert.equal((await createReader(app).open(url)).statusCode, 303);
    assert.equal((await readers.get('keeper')!.open(url)).statusCode, 403);
    assert.equal((await readers.get('operator')!.open(url)).statusCode, 403);
    const page = await readers.get('watcher')!.open(url);
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.match(page.body, /TypeError/);
    assert.doesNotMatch(page.body, /hunter2|<b>shelf/);
  }
  assert.match((await readers.get('watcher')!.open('/admin')).body, /href="\/admin\/failures"/);
  assert.doesNotMatch((await readers.get('keeper')!.open('/admin')).body, /\/admin\/failures/);
  for (const wrong of ['x', '%25', fingerprint.slice(0, 8), '0123456789abcdef'])
    assert.equal((await readers.get('watcher')!.open(`/admin/failures/${wrong}`)).statusCode, 404, wrong);
  assert.match((await readers.get('watcher')!.open('/admin/failures?ln=fr')).body, /<h1>Défaillances<\/h1>/);
  await readers.get('watcher')!.open('/admin?ln=en');
});

test('a failure is resolved for a release, opened and muted; what was typed wrong is said', async () => {
  const watcher = readers.get('watcher')!;
  await watcher.open(path());
  const wrong = await watcher.send(path(), { state: 'resolved', release: 'next "week"' });
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, /This is not the number of a release/);
  assert.equal(await stateNow(), 'open');
  const done = await watcher.sendAndFollow(path(), { state: 'resolved', release: '0.3.0' });
  assert.match(done.body, /The failure is resolved\./);
  assert.match(done.body, /resolved in 0\.3\.0/);
  assert.doesNotMatch((await watcher.open('/admin/failures')).body, /TypeError/);
  assert.match((await watcher.open('/admin/failures?all=1')).body, /TypeError/);
  await watcher.open(path());
  await watcher.sendAndFollow(path(), { state: 'muted' });
  assert.equal(await stateNow(), 'muted');
  await watcher.sendAndFollow(path(), { state: 'open' });
  assert.equal(await stateNow(), 'open');
});

test('nothing is changed by others, without the token of the form, or while the site is read-only', async () => {
  const keeper = readers.get('keeper')!;
  await keeper.open('/admin/people');
  assert.equal((await keeper.force(path(), { state: 'muted' })).statusCode, 403);
  const watcher = readers.get('watcher')!;
  const cookie = `reperio=${watcher.cookies.get('reperio')}`;
  const form = { 'content-type': 'application/x-www-form-urlencoded', cookie };
  const bare = await app.inject({ method: 'POST', url: path(), headers: form, payload: 'state=muted' });
  assert.equal(bare.statusCode, 403);
  await watcher.open(path());
  level = { level: 'read-only', message: '', retryAfter: 60 };
  assert.equal((await watcher.send(path(), { state: 'muted' })).statusCode, 503);
  level = { level: 'open', message: '', retryAfter: 0 };
  assert.equal(await stateNow(), 'open');
});

test('with an Idempotency-Key it is done once, however often it is sent', async () => {
  const watcher = readers.get('watcher')!;
  const page = await watcher.open(path());
  const token = /name="form" value="([^"]+)"/.exec(page.body)![1]!;
  const cookie = [...watcher.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const send = async (state: string) =>
    app.inject({
      ...{ method: 'POST', url: path(), payload: new URLSearchParams({ form: token, state }).toString() },
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': 'once', cookie },
    });
  assert.equal((await send('muted')).statusCode, 303);
  await judgeFailure(store.database, fingerprint, 'open');
  assert.equal((await send('muted')).statusCode, 303);
  assert.equal(await stateNow(), 'open', 'the second is the answer of the first');
  assert.equal((await send('resolved')).statusCode, 422);
});
