import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createHarvesterBook } from '../../exchange/oai/harvesters.ts';
import { enterSets, readSets } from '../../exchange/oai/store.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

let store: TestDatabase;
let people: WebPeople & { readonly access: { close(): Promise<void> } };
let app: FastifyInstance;
const readers = new Map<string, Reader>();
const oai = {
  repository: 'l.example',
  page: 10,
  sets: [{ spec: 'a:b', name: '<b>Set</b>', names: { fr: 'Ensemble B' }, description: '', query: 'x' }],
};

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  for (const [name, actions] of [
    ['exchanger', ['cfgwebaccess', 'cfgoairepository']],
    ['keeper', ['cfgwebaccess']],
  ] as const) {
    const may = actions.map((action) => ({ action, arguments: {} }));
    await createRole(store.database, operator, `${name}s`, { description: '', may, rules: '' }, anyRole);
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles: [`${name}s`] },
      ...{ state: 'active', origin: 'operator' },
    });
  }
  await people.access.refresh();
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'], oai }, []), { people });
  for (const name of ['exchanger', 'keeper']) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    assert.equal((await reader.send('/account/sign-in', { name, password: testPassword })).statusCode, 303);
    readers.set(name, reader);
  }
  await enterSets(store.database, ['a', 'a:b']);
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

const touching = async (): Promise<readonly string[]> =>
  (await readSets(store.database)).filter((row) => row.touching !== null).map(({ spec }) => spec);

test('sets and harvesters are shown to administrators who may look after them', async () => {
  const book = createHarvesterBook(store.database);
  book.note({
    ...{ network: '192.0.2.0/24', agent: '<i>Sickle</i>', records: 500, asked: 'ListRecords oai_dc' },
    ...{ done: 500, size: 1200 },
  });
  await book.flush();
  assert.equal((await readers.get('keeper')!.open('/admin/oai')).statusCode, 403);
  const { body, statusCode } = await readers.get('exchanger')!.open('/admin/oai');
  assert.equal(statusCode, 200);
  for (const text of ['&lt;b&gt;Set', '&lt;i&gt;Sickle', '500 of 1,200', '/oai2d'])
    assert.ok(body.includes(text), text);
  assert.match((await readers.get('exchanger')!.open('/admin/oai?ln=fr')).body, /Ensemble B/);
  await readers.get('exchanger')!.open('/admin/oai?ln=en');
});

test('a set is touched by who may, once for each key, and a wrong one is told', async () => {
  const exchanger = readers.get('exchanger')!;
  await readers.get('keeper')!.open('/account');
  assert.equal((await readers.get('keeper')!.force('/admin/oai', { set: 'a' })).statusCode, 403);
  assert.deepEqual(await touching(), []);
  await exchanger.open('/admin/oai');
  const sent = await exchanger.send('/admin/oai', { set: 'a:b' });
  assert.equal(sent.headers['location'], '/admin/oai?done=oai_touched');
  assert.deepEqual(await touching(), ['a:b']);
  await store.database.query(sql`UPDATE oai_set SET touching = NULL`);
  await exchanger.open('/admin/oai');
  const wrong = await exchanger.send('/admin/oai', { set: 'nothing' });
  assert.equal(wrong.statusCode, 422);
  assert.match(wrong.body, /Harvesters know no set nothing/);
  assert.deepEqual(await touching(), []);
});
