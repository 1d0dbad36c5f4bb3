import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { field } from '../../formats/test-records.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { testSite } from '../../search/testing/library.ts';
import { type LevelWatch, type SiteLevel, setLevel, watchLevel } from '../../site/level.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';
import type { WebPeople } from './web-people.ts';

const password = 'a quiet library';
const records = [{ leader: '', fields: [field('245__', '$aOpen book'), field('980__', '$aBOOK')] }];
let store: TestDatabase;
let people: WebPeople;
let watch: LevelWatch;
let app: FastifyInstance;
let boss: Reader;
let guest: Reader;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  watch = await watchLevel(store.database, store.url);
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, records), {
    people,
    level: () => watch.now(),
  });
  for (const [name, roles] of [
    ['boss', ['boss']],
    ['nobody', []],
  ] as const)
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password, roles },
      ...{ state: 'active', origin: 'operator' },
    });
  boss = createReader(app);
  guest = createReader(app);
  await boss.open('/account/sign-in');
  await boss.send('/account/sign-in', { name: 'boss', password });
});
after(async () => {
  await app.close();
  await watch.close();
  await people.access.close();
  await store.release();
});

/** As another node would: the statement is the only thing in common. */
async function set(wanted: Partial<SiteLevel>): Promise<void> {
  const now = await setLevel(store.database, wanted);
  await waitFor('the level', () => JSON.stringify(watch.now()) === JSON.stringify(now));
}

describe('the level of the site', () => {
  test('closed: readers are refused with a time to come back, administrators and probes are not', async () => {
    await set({ level: 'closed', message: 'New <shelves> until noon.', retryAfter: 1234 });
    for (const path of ['/', '/search?p=book', '/record/1', '/record/1/export/xm', '/search?p=book&of=xm', '/rss']) {
      const answer = await guest.open(path);
      assert.equal(answer.statusCode, 503, path);
      assert.equal(answer.headers['retry-after'], '1234');
      assert.match(String(answer.headers['cache-control']), /no-store/);
      assert.doesNotMatch(answer.body, /Open book/);
    }
    assert.match((await guest.open('/')).body, /New &lt;shelves&gt; until noon/);
    const page503 = (await guest.open('/record/1')).body;
    assert.match(
      page503,
      /The library is closed<[\s\S]*closed for now by its administrators[\s\S]*come back in about 21 minutes/,
    );
    // What is not the case, and a search that would say the same again.
    assert.doesNotMatch(page503, /database|You can still search|<form[^>]*action="\/search"/i);
    assert.equal(page503.split('New &lt;shelves&gt;').length, 2, 'the operator is quoted once');
    assert.match(
      (await guest.open('/record/1?ln=fr')).body,
      /est fermée<[\s\S]*New &lt;shelves&gt;[\s\S]*21 minutes environ/,
    );
    await guest.open('/?ln=en');
    assert.match(
      (await guest.open('/search?of=xm')).body,
      /^error: .*closed for now by its administrators\. New <shelves> until noon\.\nhint: /,
    );
    const api = await guest.open('/api/search?q=book');
    assert.equal(api.statusCode, 503);
    assert.match(api.json().title, /closed for now by its administrators\. New <shelves> until noon\./);
    assert.equal(api.json().code, 'REPERIO_SITE_CLOSED');
    assert.equal(api.headers['content-type'], 'application/problem+json; charset=utf-8');
    for (const path of ['/health/ready', '/health/live']) assert.equal((await guest.open(path)).statusCode, 200);
    const page = await boss.open('/record/1');
    assert.equal(page.statusCode, 200);
    assert.match(page.body, /closed to readers/);
    assert.equal((await guest.open('/account/sign-in')).statusCode, 200);
    const login = { name: 'nobody', password };
    assert.equal((await app.inject({ method: 'POST', url: '/api/login', payload: login })).statusCode, 200);
  });

  test('read-only: everything is read, nothing is changed, by nobody', async () => {
    await set({ level: 'read-only', message: '' });
    assert.equal((await guest.open('/search?p=book')).statusCode, 200);
    assert.match((await guest.open('/record/1')).body, /nothing can be changed/);
    await boss.open('/account/profile');
    const refused = await app.inject({ method: 'POST', url: '/account/register' });
    assert.equal(refused.statusCode, 503);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.match(refused.body, /Nothing can be changed at present/);
    assert.doesNotMatch(refused.body, /database/);
    const login = { name: 'boss', password };
    assert.equal((await app.inject({ method: 'POST', url: '/api/login', payload: login })).statusCode, 200);
  });

  test('opening drops the message of the closed library, unless another one is given with it', async () => {
    await set({ level: 'closed', message: 'Short maintenance until noon.' });
    await set({ retryAfter: 60 });
    assert.equal(watch.now().message, 'Short maintenance until noon.');
    await set({ level: 'open' });
    assert.doesNotMatch((await guest.open('/')).body, /Short maintenance/);
    await set({ level: 'closed', message: 'Short maintenance until noon.' });
    await set({ level: 'open', message: 'We are back.' });
    assert.match((await guest.open('/')).body, /We are back\./);
    await set({ level: 'open' });
    assert.match((await guest.open('/')).body, /We are back\./, 'it was open already');
  });

  test('open: a message stands on every page, and pages that were kept without it are not used', async () => {
    await set({ level: 'open', message: '' });
    const before = await guest.open('/search?p=book');
    assert.equal(before.statusCode, 200);
    await set({ message: 'Closed on Monday.' });
    const after = await app.inject({
      url: '/search?p=book',
      headers: { 'if-none-match': String(before.headers.etag) },
    });
    assert.equal(after.statusCode, 200);
    assert.match(after.body, /Closed on Monday\./);
    await set({ message: '' });
    assert.doesNotMatch((await guest.open('/search?p=book')).body, /Monday/);
  });
});
