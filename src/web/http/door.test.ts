import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { having } from '../../addresses/addresses.ts';
import { localStore } from '../../files/local-store.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';
import { walks } from '../walk-table.ts';
import { cleanText, targetOf } from './door.ts';
import { webErrors } from './errors.ts';
import { isApi } from './problem.ts';

const harvests = having('harvests');
const folder = mkdtempSync(join(tmpdir(), 'reperio-door-'));
let store: TestDatabase;
let people: WebPeople;
let app: FastifyInstance;
let boss: Reader;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  await addPerson(store.database, operator, {
    ...{ name: 'boss', email: 'boss@home.example', password: testPassword, roles: ['boss'] },
    ...{ state: 'active', origin: 'operator' },
  });
  app = createApp(memoryLibrary(testSite, []), {
    people,
    uploads: { database: store.database, limit: 1_000 },
    files: {
      ...{ database: store.database, store: localStore(folder, async () => true), delivery: 'stream' },
      ...{ accelPrefix: '/x/', limit: 1_000 },
    },
    profiling: {
      folder: '/nonexistent',
      explain: async () => '',
      isTicket: async () => false,
      take: async () => undefined,
    },
  });
  boss = createReader(app);
  await boss.open('/account/sign-in');
  await boss.send('/account/sign-in', { name: 'boss', password: testPassword });
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true });
});

test('NUL and half characters are lost, whole ones are not', () => {
  assert.equal(cleanText('a\0b\ud800c\udc00d😀'), 'abcd😀');
});

test('what a request asks for is a path of ours, without NUL', () => {
  for (const [url, target] of [
    ['/search?p=a%00b&c=%0%000', '/search?p=ab&c='],
    ['http://evil.example/search?p=x', '/search?p=x'],
    ['HTTP://evil.example', '/'],
    ['http://evil.example?p=x', '/?p=x'],
    ['http://evil.example//other.example/', '//other.example/'],
    ['/search?p=http://x.example/', '/search?p=http://x.example/'],
    ['*', '*'],
  ] as const)
    assert.equal(targetOf({ url }), target);
});

const posts = Object.keys(walks).flatMap((route) => (route.startsWith('POST ') ? [route.slice(5)] : []));
const address = (path: string): string => path.replace(':provider', 'nothing').replace(/:\w+/, '1');

/** Bodies that are no form, each with the type that it says. */
const bodies: readonly (readonly [type: string | undefined, body: string | undefined])[] = [
  [undefined, undefined],
  ['application/json', ''],
  ['application/json', '{"name":'],
  ['application/json', 'null'],
  ['application/json', '[1, {"name": "\\u0000"}]'],
  ['application/json', '{"name": "a\\u0000\\ud800", "password": "\\u0000", "secret": "\\udc00"}'],
  ['application/json', '{"name": {"$gt": ""}, "password": ["x"]}'],
  ['application/json', '{"__proto__": {"admin": true}}'],
  ['application/json', '['.repeat(8000) + ']'.repeat(8000)],
  ['text/plain', 'form=x'],
  ['multipart/form-data; boundary=x', '--x--'],
  ['application/x-strange', 'x'],
  ['nonsense', 'x'],
];

/** Who sends files is looked at before the first byte is read. */
const takeFiles = ['/upload', '/upload/documents', '/kb/:name'];

test('a body that is none of ours is told so, whatever it is sent to and by whomever', async () => {
  for (const path of posts.filter((one) => !one.includes('/files')))
    for (const cookie of [undefined, [...boss.cookies].map(([name, value]) => `${name}=${value}`).join('; ')])
      for (const [type, payload] of bodies) {
        const headers = { ...(cookie && { cookie }), ...(type && { 'content-type': type }) };
        const answer = await app.inject({
          method: 'POST',
          url: address(path),
          headers,
          ...(payload !== undefined && { payload }),
        });
        const where = `${path} ${type} ${payload?.slice(0, 60)}: ${answer.statusCode} ${answer.body.slice(0, 300)}`;
        const isFile = takeFiles.includes(path) && type?.startsWith('multipart') === true;
        // The editor asks who it is before it reads: its forms are large.
        const isTurnedAway = cookie === undefined && answer.headers.location?.toString().startsWith('/account/sign-in');
        if (isTurnedAway) assert.equal(answer.statusCode, 303, where);
        else if (isApi(path) || isFile || harvests(path)) assert.ok(answer.statusCode < 500, where);
        else {
          assert.ok(answer.statusCode === 400 || answer.statusCode === 415, where);
          assert.match(answer.body, /this request/i, where);
        }
      }
  const login = { method: 'POST', url: '/api/login', headers: { 'content-type': 'application/json' } } as const;
  for (const payload of ['{"name": "a\\u0000", "password": "b"}', '{"name": "\\ud800", "password": "b"}'])
    assert.equal((await app.inject({ ...login, payload })).statusCode, 401, payload);
  const form = await app.inject({
    ...{ method: 'POST', url: '/api/login', payload: 'name=x&password=y' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(form.statusCode, 415);
});

const fields = [
  'name',
  'email',
  'password',
  'current',
  'token',
  'identity',
  'subject',
  'provider',
  'role',
  'until',
  'q',
];
const more = [
  'description',
  'may',
  'rules',
  'group',
  'person',
  'end',
  'state',
  'scope',
  'expires',
  'back',
  'theme',
  'id',
];

test('forms with NUL in every field, and addresses with it, are read without', async () => {
  for (const reader of [createReader(app), boss]) {
    await reader.open('/account/lost-password');
    for (const path of posts.filter((one) => !isApi(one) && one !== '/account/sign-out')) {
      await store.database.query(sql`DELETE FROM throttle`);
      const values = Object.fromEntries([...fields, ...more].map((name) => [name, 'a\0b\ufffd@c.example']));
      const answer = await reader.force(address(path), values);
      assert.ok(answer.statusCode < 500, `${path}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
      assert.ok(!answer.body.includes(webErrors.formExpired.message), `${path} took no token`);
      await reader.open('/account/lost-password');
    }
    for (const path of ['people', 'roles', 'groups', 'sessions', 'tokens', 'log'])
      for (const query of ['q=%00', 'role=%00x', 'q=a%00b&state=%00'])
        assert.ok((await reader.open(`/admin/${path}?${query}`)).statusCode < 500, `${path} ${query}`);
    for (const path of ['/admin/roles/a%00b', '/record/%00', '/collection/%00', '/search?p=cataloguer:a%00'])
      assert.ok((await reader.open(path)).statusCode < 500, path);
  }
});

test('an address with a host in it asks us, and says nothing of what we are called', async () => {
  const server = createApp(memoryLibrary(testSite, []), {});
  const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET http://evil.example/search?p=x HTTP/1.1\r\nHost: library.example\r\nConnection: close\r\n\r\n'),
    );
    socket.setEncoding('utf8').on('data', (part) => (text += part));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
  await server.close();
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /library\.example/);
  assert.doesNotMatch(answer, /evil\.example/);
});
