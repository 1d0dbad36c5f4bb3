import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testOperators, testPassword } from '../test-people.ts';
import { createReader } from '../test-reader.ts';
import { noLimits } from './limits.ts';

let store: TestDatabase;
let app: FastifyInstance;
let people: WebPeople;
let looked = 0;

before(async () => {
  store = await openTestDatabase();
  people = await testOperators(store, 'viewserverstatus');
  const access = {
    ...people.access,
    signedIn: (credential: Parameters<typeof people.access.signedIn>[0]) => {
      looked++;
      return people.access.signedIn(credential);
    },
  };
  app = createApp(memoryLibrary(testSite, []), {
    people: { ...people, access },
    limits: { ...noLimits, pageRate: 60, peopleRate: 3 },
  });
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

const ask = (remoteAddress: string, headers: Record<string, string>, url = '/help/search') =>
  app.inject({ url, remoteAddress, headers: { host: 'localhost', ...headers } });

for (const [what, headers, answers] of [
  ['tokens', () => ({ authorization: `Bearer ${randomBytes(32).toString('base64url')}` }), [401, 429]],
  ['sessions', () => ({ cookie: `reperio=${randomBytes(32).toString('base64url')}` }), [200, 429]],
] as const)
  test(`${what} that are none are looked up as often as a network may ask for pages, and no oftener`, async () => {
    const network = what === 'tokens' ? '203.0.113.1' : '198.51.100.1';
    looked = 0;
    const seen = new Map<number, number>();
    for (let i = 0; i < 200; i++) {
      const { statusCode } = await ask(network, headers());
      seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
    }
    assert.deepEqual([...seen.keys()], answers);
    assert.ok(seen.get(429)! > 130, String(seen.get(429)));
    assert.ok(looked < 70, `looked up ${looked} times`);
  });

test('one that cannot be read costs no look, and is not answered for ever', async () => {
  looked = 0;
  let last = 0;
  for (let i = 0; i < 100; i++) last = (await ask('192.0.2.1', { authorization: 'Bearer ?' })).statusCode;
  assert.equal(last, 429);
  assert.equal(looked, 0);
});

test('whoever is signed in is not shut out by others of the network who guess', async () => {
  const reader = createReader(app);
  await reader.open('/account/sign-in');
  await reader.send('/account/sign-in', { name: 'olga', password: testPassword });
  const cookie = [...reader.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
  const here = '10.1.2.3';
  assert.equal((await ask(here, { cookie })).statusCode, 200);
  for (let i = 0; i < 100; i++) await ask(here, { authorization: `Bearer ${randomBytes(32).toString('base64url')}` });
  assert.equal((await ask(here, { authorization: `Bearer ${randomBytes(32).toString('base64url')}` })).statusCode, 429);
  assert.equal((await ask(here, { cookie })).statusCode, 200);
});

test('only what is there and costs nothing is free; addresses that cannot be read are bounded and have all headers', async () => {
  const free = (url: string) => ask('192.0.2.77', {}, url).then(({ statusCode }) => statusCode);
  for (let i = 0; i < 70; i++) await free('/%zz');
  for (const url of ['/%zz', '/robots.txtX', '/health/zzz', '/assets/a/b', '/help/search'])
    assert.equal(await free(url), 429, url);
  for (const url of ['/robots.txt', '/health/live', '/robots.txt?x']) assert.equal(await free(url), 200, url);
  const bad = await ask('10.1.3.3', {}, '/%zz');
  assert.equal(bad.statusCode, 404);
  for (const header of ['content-security-policy', 'x-content-type-options', 'x-request-id'])
    assert.ok(bad.headers[header] !== undefined, header);
});
