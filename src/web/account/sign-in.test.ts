import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { field } from '../../formats/test-records.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import type { Access } from '../../people/access.ts';
import { operator } from '../../people/audit.ts';
import { addPerson, giveRole, requireAccount } from '../../people/people.ts';
import { countAttempt, forgiveAttempts } from '../../people/throttle.ts';
import { createToken } from '../../people/tokens.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPeople } from '../test-people.ts';
import { createReader } from '../test-reader.ts';

const record = (title: string, kind: string, ...more: readonly Field[]): MarcRecord => ({
  leader: '',
  fields: [field('245__', `$a${title}`), field('980__', `$a${kind}`), ...more],
});
const records = [
  record('Open book', 'BOOK', field('595__', '$ahush')),
  record('Closed paper', 'SECRET'),
  record('Paper of ada', 'SECRET', field('8560_', '$fada@library.example')),
  record('Merged into a closed one', 'BOOK', field('970__', '$d2'), field('980__', '$cDELETED')),
  record('Closed and deleted', 'SECRET', field('980__', '$cDELETED')),
  record('Closed and merged', 'SECRET', field('970__', '$d1'), field('980__', '$cDELETED')),
];
const password = 'a quiet library';
const logged: string[] = [];

let store: TestDatabase;
let access: Access;
let people: WebPeople;
let app: FastifyInstance;
let secure: FastifyInstance;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  ({ access } = people);
  const add = (name: string, roles: readonly string[]) =>
    addPerson(store.database, operator, {
      ...{ name, email: `${name}@library.example`, password, roles },
      state: 'active',
      origin: 'operator',
    });
  await add('ada', []);
  await add('ivan', ['insider']);
  await add('boss', ['boss']);
  const library = memoryLibrary(testSite, records);
  app = createApp(library, { people });
  secure = createApp(library, { people, baseUrl: 'https://library.example', trustProxy: '127.0.0.1' });
});
after(async () => {
  await app.close();
  await secure.close();
  await access.close();
  await store.release();
});

async function login(name: string, more: object = {}, to = app): Promise<LightMyRequestResponse> {
  return to.inject({ method: 'POST', url: '/api/login', payload: { name, password, ...more } });
}

async function cookieOf(name: string): Promise<string> {
  return String((await login(name)).headers['set-cookie']).split(';')[0]!;
}

const as = (cookie: string, url: string, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({ url, headers: { ...headers, ...(cookie === '' ? {} : { cookie }) } });
const idsFor = async (cookie: string, url: string): Promise<unknown> => (await as(cookie, url)).json();

test('signing in by JSON sets a cookie that scripts cannot read and other sites cannot send', async () => {
  const answer = await login('ada');
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { name: 'ada' });
  assert.match(String(answer.headers['set-cookie']), /^reperio=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.match(String((await login('ada', { remember: true })).headers['set-cookie']), /; Max-Age=31536000$/);
});

test('on https the cookie is for this host alone, and a plain one is not read', async () => {
  const answer = await login('ivan', {}, secure);
  const cookie = String(answer.headers['set-cookie']);
  assert.match(cookie, /^__Host-reperio=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  const asked = (name: string) =>
    secure.inject({ url: '/search?of=id', headers: { cookie: cookie.split(';')[0]!.replace('__Host-reperio', name) } });
  assert.deepEqual((await asked('__Host-reperio')).json(), [3, 2, 1]);
  assert.deepEqual((await asked('reperio')).json(), [1]);
});

test('a wrong name and a wrong password are told the same', async () => {
  const wrong = await Promise.all([login('ada', { password: 'wrong one' }), login('nobody')]);
  assert.deepEqual(
    wrong.map(({ statusCode }) => statusCode),
    [401, 401],
  );
  assert.equal(wrong[0]!.body, wrong[1]!.body);
  assert.equal(wrong[0]!.headers['set-cookie'], undefined);
  for (const payload of ['{', '[]', '{"name":{}}', '']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/login',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    assert.equal(answer.statusCode, 400, payload);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
});

test('too many guesses at an account are answered as a wrong password, to programs and on the page', async () => {
  const { id } = await requireAccount(store.database, 'ada');
  const attempt = { kind: 'sign-in account', key: `#${id}` } as const;
  for (let i = 0; i < 21; i++) await countAttempt(store.database, attempt);
  try {
    const [right, nobody] = [await login('ada'), await login('nobody')];
    assert.deepEqual([right.statusCode, right.headers['retry-after']], [401, undefined]);
    assert.equal(right.body, nobody.body);
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    const page = await reader.send('/account/sign-in', { name: 'ada@library.example', password });
    assert.equal(page.statusCode, 422);
    assert.match(page.body, /Wrong name or password/);
  } finally {
    await forgiveAttempts(store.database, [attempt]);
  }
});

test('everybody sees what is theirs, and no more', async () => {
  const [ada, ivan, boss] = [await cookieOf('ada'), await cookieOf('ivan'), await cookieOf('boss')];
  assert.deepEqual(await idsFor('', '/search?of=id'), [1]);
  assert.deepEqual(await idsFor(ada, '/search?of=id'), [3, 1]);
  assert.deepEqual(await idsFor(ivan, '/search?of=id'), [3, 2, 1]);
  assert.deepEqual(await idsFor(boss, '/search?of=id&p=595:hush'), [1]);
  assert.deepEqual(await idsFor(ivan, '/search?of=id&p=595:hush'), []);
  assert.match((await as(boss, '/record/1/marc')).body, /hush/);
  assert.doesNotMatch((await as(ivan, '/record/1/marc')).body, /hush/);
  assert.deepEqual(
    await Promise.all(['', ada, ivan].map(async (cookie) => (await as(cookie, '/record/2')).statusCode)),
    [404, 404, 200],
  );
  // Counts of a page that is remembered for people like this one.
  for (const [cookie, count] of [
    ['', 1],
    [ada, 2],
    [ivan, 3],
    ['', 1],
  ] as const)
    assert.match((await as(cookie, '/')).body, new RegExp(`(All ${count} record|Show all ${count}|${count} record)`));
});

test('a guest who meets a restricted collection is led to sign-in and back', async () => {
  for (const url of [
    '/collection/Secret',
    '/search?cc=Secret&p=paper',
    '/search?c=Secret&of=hd',
    '/search/facet?cc=Secret&code=author',
  ]) {
    const answer = await as('', url);
    assert.equal(answer.statusCode, 303, url);
    const { pathname, searchParams } = new URL(String(answer.headers.location), 'http://x');
    assert.deepEqual([pathname, searchParams.get('back')], ['/account/sign-in', url]);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal((await as(await cookieOf('ivan'), url)).statusCode, 200, url);
  }
  assert.equal((await as(await cookieOf('ada'), '/search?cc=Secret')).statusCode, 200, 'for her own record');
  assert.equal((await as(await cookieOf('ada'), '/collection/Secret')).statusCode, 403);
  assert.deepEqual(await idsFor('', '/search?c=Secret&c=Books&of=id'), [1], 'the rest of the collections is shown');
});

test('programs get a status and words instead', async () => {
  for (const url of ['/search?cc=Secret&of=id', '/search?cc=Secret&of=xm', '/feed?cc=Secret']) {
    const answer = await as('', url);
    assert.equal(answer.statusCode, 401, url);
    assert.match(answer.body, /^error: Access to the collection Secret is restricted\.\nhint: /);
    assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
  }
});

test('into which record another was merged is told to who may see that one', async () => {
  const status = async (cookie: string, url: string): Promise<number> => (await as(cookie, url)).statusCode;
  const ivan = await cookieOf('ivan');
  assert.deepEqual([await status('', '/record/4'), await status(ivan, '/record/4')], [410, 301]);
  const told = (await as('', '/api/records/4')).body;
  assert.doesNotMatch(told, /"other"|record\/2|merged/);
});

test('that a record was deleted is told to who could see it', async () => {
  const ivan = await cookieOf('ivan');
  for (const path of ['/record', '/api/records']) {
    const status = async (cookie: string, id: number) => (await as(cookie, `${path}/${id}`)).statusCode;
    assert.deepEqual([await status(ivan, 5), await status(ivan, 6)], [410, 301], path);
    const plain = async (id: number): Promise<string> => {
      const { statusCode, body, headers } = await as('', `${path}/${id}`);
      const statements = /desc="(\d+)"/.exec(String(headers['server-timing']))?.[1];
      return `${statusCode} ${statements} ${body.replaceAll(new RegExp(`\\b(?:%2F)?${id}\\b`, 'g'), 'ID')}`;
    };
    for (const hidden of [5, 6]) assert.equal(await plain(hidden), await plain(999), `${path}/${hidden}`);
  }
});

test('a record that is not there and one that is not shown are answered alike', async () => {
  const [there, not] = [await as('', '/record/2'), await as('', '/record/9')];
  assert.equal(there.body.replaceAll('2', '9'), not.body.replaceAll('2', '9'));
  assert.match(there.body, /href="\/account\/sign-in\?back=%2Frecord%2F2"/);
});

test('answers for somebody are kept by nobody else', async () => {
  const ivan = await cookieOf('ivan');
  for (const url of [
    '/',
    '/search?p=paper',
    '/record/1',
    '/record/1/export/xm',
    '/search?of=id',
    '/search?of=xm',
    '/feed',
  ]) {
    const [guest, own] = [await as('', url), await as(ivan, url)];
    assert.equal(own.headers['cache-control'], 'private, no-cache', url);
    for (const answer of [guest, own]) assert.match(String(answer.headers.vary), /Cookie.*Authorization/, url);
    const tag = own.headers.etag;
    if (tag === undefined) continue;
    assert.notEqual(tag, guest.headers.etag, url);
    assert.equal((await as(ivan, url, { 'if-none-match': String(tag) })).statusCode, 304, url);
    assert.equal((await as('', url, { 'if-none-match': String(tag) })).statusCode, 200, url);
  }
});

test('whoever gets a role meanwhile sees more with the same session', async (t) => {
  const now = Date.now();
  t.mock.timers.enable({ apis: ['Date'], now });
  const ada = await cookieOf('ada');
  const account = await requireAccount(store.database, 'ada');
  assert.deepEqual(await idsFor(ada, '/search?of=id'), [3, 1]);
  await giveRole(store.database, operator, account, 'insider', new Date(now + 30_000));
  access.forget({ kind: 'person', id: account.id });
  assert.deepEqual(await idsFor(ada, '/search?of=id'), [3, 2, 1]);
  // Before the database is asked again.
  t.mock.timers.setTime(now + 31_000);
  assert.deepEqual(await idsFor(ada, '/search?of=id'), [3, 1], 'the role has ended');
});

test('a token is asked with in a header, and is good for its scopes', async () => {
  const boss = await requireAccount(store.database, 'boss');
  const token = async (scopes: readonly ('read' | 'edit')[]): Promise<string> =>
    (await createToken(store.database, operator, boss, { name: 'x', scopes, expires: undefined })).secret;
  const asked = async (secret: string) => as('', '/search?of=id', { authorization: `Bearer ${secret}` });
  assert.deepEqual((await asked(await token(['read']))).json(), [3, 2, 1]);
  assert.deepEqual((await asked(await token(['edit']))).json(), [1]);
  const wrong = await asked('a'.repeat(43));
  assert.equal(wrong.statusCode, 401);
  assert.match(String(wrong.headers['www-authenticate']), /invalid_token/);
  assert.match(wrong.body, /^error: The API token is not known to this library/);
});

test('who sends a token that cannot be read is no guest, and neither is their session asked', async () => {
  const ivan = await cookieOf('ivan');
  for (const authorization of [
    'Bearer',
    'bearer ',
    'Bearer  ',
    'Bearer\tx',
    'Bearer a b',
    'Bearer "a"',
    'Bearer a=b',
    'Bearer ä',
  ]) {
    for (const cookie of ['', ivan]) {
      const answer = await as(cookie, '/search?of=id', { authorization });
      assert.equal(answer.statusCode, 401, authorization);
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="reperio", error="invalid_request"');
    }
  }
  for (const authorization of ['Basic eDp5', 'Bearerx y', 'x'])
    assert.deepEqual((await as('', '/search?of=id', { authorization })).json(), [1], authorization);
});

test('signing out ends the session', async () => {
  const ivan = await cookieOf('ivan');
  const out = await app.inject({ method: 'POST', url: '/api/logout', headers: { cookie: ivan } });
  assert.equal(out.statusCode, 204);
  assert.match(String(out.headers['set-cookie']), /^reperio=; .*Max-Age=0$/);
  assert.deepEqual(await idsFor(ivan, '/search?of=id'), [1]);
});

test('a page takes no post without a form and its token, whatever the body', async () => {
  const ivan = await cookieOf('ivan');
  const post = { method: 'POST' as const, url: '/account/sign-out' };
  const answers = [
    await app.inject({ ...post, headers: { cookie: ivan } }),
    await app.inject({ ...post, headers: { cookie: ivan, 'content-type': 'application/json' }, payload: '{}' }),
    await app.inject({ ...post, headers: { cookie: ivan, 'content-type': 'text/plain' }, payload: 'x=1' }),
  ];
  assert.deepEqual(
    answers.map((answer) => answer.statusCode),
    [400, 415, 415],
  );
  assert.notDeepEqual(await idsFor(ivan, '/search?of=id'), [1]);
});

test('a form of another site is refused', async () => {
  const send = (headers: Readonly<Record<string, string>>) =>
    app.inject({ method: 'POST', url: '/api/logout', headers: { host: 'library.example', ...headers } });
  const foreign: readonly Readonly<Record<string, string>>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://library.example.evil.example' },
  ];
  for (const headers of foreign) assert.equal((await send(headers)).statusCode, 403, JSON.stringify(headers));
  const own: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'http://library.example' },
  ];
  for (const headers of own) assert.equal((await send(headers)).statusCode, 204, JSON.stringify(headers));
});

test('the address of a reader is taken from a proxy only when it is trusted', async () => {
  const { sessionsOf } = await import('../../people/sessions.ts');
  const addresses = async (): Promise<readonly string[]> => {
    const boss = await requireAccount(store.database, 'boss');
    return (await sessionsOf(store.database, boss.id)).map(({ address }) => address);
  };
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  await app.inject({ method: 'POST', url: '/api/login', headers, payload: { name: 'boss', password } });
  assert.ok(!(await addresses()).includes('203.0.113.7'));
  await secure.inject({ method: 'POST', url: '/api/login', headers, payload: { name: 'boss', password } });
  assert.ok((await addresses()).includes('203.0.113.7'));
});

test('nothing secret comes into the log', async () => {
  const { pino } = await import('pino');
  const talking = createApp(memoryLibrary(testSite, records), {
    people,
    logger: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  });
  const answer = await login('ada', {}, talking);
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  await talking.inject({
    url: '/?token=SECRETLINK&x=1&state=SECRETSTATE',
    headers: { cookie, authorization: 'Bearer SECRETTOKEN' },
  });
  await talking.close();
  const text = logged.join('');
  assert.match(text, /token=\.\.\.&x=1&state=\.\.\./);
  for (const secret of [password, cookie.split('=')[1]!, 'SECRETLINK', 'SECRETSTATE', 'SECRETTOKEN'])
    assert.ok(!text.includes(secret), secret);
});
