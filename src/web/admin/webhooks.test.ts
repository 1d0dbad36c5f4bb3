import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { readWebhook } from '../../exchange/webhooks/webhook.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { createToken } from '../../people/tokens.ts';
import { testSite } from '../../search/testing/library.ts';
import type { Action } from '../../site/actions.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

let store: TestDatabase;
let app: FastifyInstance;
let people: Awaited<ReturnType<typeof testPeople>>;
let receiver: Server;
let url: string;
let status = 204;
const readers = new Map<string, Reader>();
const tokens = new Map<string, string>();
const roles: Readonly<Record<string, readonly Action[]>> = {
  ada: ['cfgwebaccess', 'cfgwebhooks'],
  ben: ['cfgwebaccess', 'cfgwebhooks'],
  keeper: ['cfgwebaccess'],
};

before(async () => {
  store = await openTestDatabase();
  receiver = createServer((_, response) => response.writeHead(status).end());
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  people = await testPeople(store);
  for (const [name, actions] of Object.entries(roles)) {
    const may = actions.map((action) => ({ action, arguments: {} }));
    await createRole(store.database, operator, name, { description: '', may, rules: '' }, anyRole);
    const id = await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles: [name] },
      ...{ state: 'active', origin: 'operator' },
    });
    const wanted = { name: 't', scopes: ['admin'] as const, expires: undefined };
    tokens.set(name, (await createToken(store.database, operator, { id, name }, wanted)).secret);
  }
  await people.access.refresh();
  const asked = { ...people, webhookHosts: '127.0.0.1', webhookNetworks: '127.0.0.0/8' };
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, []), { people: asked });
  for (const name of Object.keys(roles)) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    await reader.send('/account/sign-in', { name, password: testPassword });
    readers.set(name, reader);
  }
});
after(async () => {
  await app.close();
  await people.access.close();
  receiver.close();
  await store.release();
});

function api(name: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, key?: string) {
  const headers = { authorization: `Bearer ${tokens.get(name)}`, ...(key !== undefined && { 'idempotency-key': key }) };
  return app.inject({ method, url: path, headers, ...(body !== undefined && { payload: body }) });
}

test('a webhook is added by a page, its secret is shown once, and nobody else has it', async () => {
  const [ada, ben, keeper] = ['ada', 'ben', 'keeper'].map((name) => readers.get(name)!) as [Reader, Reader, Reader];
  assert.equal((await keeper.open('/admin/webhooks')).statusCode, 403);
  await ada.open('/admin/webhooks');
  const typed = { name: 'feed', url, events: 'record.created' };
  const wrong = await ada.send('/admin/webhooks', { ...typed, url: 'https://elsewhere.example/' });
  assert.deepEqual([wrong.statusCode, /webhook-hosts/.test(wrong.body)], [403, true]);
  const added = await ada.send('/admin/webhooks', typed);
  const [secret] = /whsec_[\w+/=]+/.exec(added.body) ?? [];
  assert.ok(secret !== undefined);
  const one = await ada.open('/admin/webhooks/feed');
  assert.equal(one.statusCode, 200);
  assert.ok(!one.body.includes(secret) && !(await ada.open('/admin/webhooks?ln=fr')).body.includes(secret));
  const entries = await store.database.query(sql`SELECT * FROM audit`);
  assert.ok(!JSON.stringify(entries).includes(secret));
  assert.doesNotMatch((await ben.open('/admin/webhooks')).body, /feed/);
  assert.equal((await ben.open('/admin/webhooks/feed')).statusCode, 404);
  await ben.open('/admin/webhooks');
  assert.equal((await ben.force('/admin/webhooks/feed', { wish: 'remove' })).statusCode, 404);
  await ada.open('/admin/webhooks/feed');
  assert.match(
    String((await ada.send('/admin/webhooks/feed', { wish: 'test' })).headers['location']),
    /webhook_tested/,
  );
  status = 500;
  await ada.open('/admin/webhooks/feed?ln=en');
  const failed = await ada.send('/admin/webhooks/feed', { wish: 'test' });
  assert.deepEqual([failed.statusCode, /it answered 500/.test(failed.body)], [502, true]);
  status = 204;
  await ada.open('/admin/webhooks/feed');
  await ada.send('/admin/webhooks/feed', { wish: 'off' });
  assert.equal((await readWebhook(store.database, 'feed')).active, false);
  await ada.open('/admin/webhooks/feed');
  assert.match(String((await ada.send('/admin/webhooks/feed', { wish: 'remove' })).headers['location']), /removed/);
});

test('programs add, test and remove webhooks; a request sent again does not add another one', async () => {
  const body = { name: 'program', url, events: ['record.*', 'job.failed'] };
  assert.equal((await app.inject({ method: 'GET', url: '/api/webhooks' })).statusCode, 401);
  assert.equal((await api('keeper', 'POST', '/api/webhooks', body)).statusCode, 403);
  assert.equal((await api('ada', 'POST', '/api/webhooks', { ...body, events: ['record.read'] })).statusCode, 400);
  const added = await api('ada', 'POST', '/api/webhooks', body, 'k1');
  assert.equal(added.statusCode, 201, added.body);
  assert.match((added.json() as { secret: string }).secret, /^whsec_/);
  const again = await api('ada', 'POST', '/api/webhooks', body, 'k1');
  assert.deepEqual([again.statusCode, 'secret' in (again.json() as object)], [201, false]);
  const kept = await store.database.query(sql`SELECT * FROM done_request`);
  assert.doesNotMatch(JSON.stringify(kept), /whsec_/);
  const { webhooks } = (await api('ada', 'GET', '/api/webhooks')).json() as {
    webhooks: { name: string; owner: string }[];
  };
  assert.deepEqual(
    webhooks.map(({ name, owner }) => [name, owner]),
    [['program', 'ada']],
  );
  assert.deepEqual(((await api('ben', 'GET', '/api/webhooks')).json() as { webhooks: object[] }).webhooks, []);
  assert.equal((await api('ben', 'GET', '/api/webhooks/program/log')).statusCode, 404);
  assert.deepEqual((await api('ada', 'POST', '/api/webhooks/program/test', {})).json(), { taken: true, status: 204 });
  assert.deepEqual((await api('ada', 'GET', '/api/webhooks/program/log?state=failed')).json(), { messages: [] });
  assert.equal((await api('ada', 'POST', '/api/webhooks/program/resend', { message: 'x' })).statusCode, 404);
  assert.deepEqual((await api('ada', 'POST', '/api/webhooks/program/resend', {})).json(), { messages: 0 });
  assert.equal((await api('ada', 'DELETE', '/api/webhooks/program')).statusCode, 204);
});
