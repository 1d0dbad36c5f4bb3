import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { listDois } from '../../exchange/doi/store.ts';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { writeRecords } from '../../records/write.ts';
import { testSite } from '../../search/testing/library.ts';
import type { Site } from '../../site/site.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const dois = {
  prefix: '10.5072',
  pattern: '{prefix}/{n}',
  collections: [],
  query: '',
  when: 'asked',
  drafts: false,
} as const;
const site: Site = { ...testSite, languages: ['en', 'fr'], dois };
const record = { leader: '', fields: [field('245__', '$aOne'), field('980__', '$aARTICLE')] };

let store: TestDatabase;
let people: WebPeople & { readonly access: { close(): Promise<void> } };
let app: FastifyInstance;
const readers = new Map<string, Reader>();
before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  for (const [name, actions] of [
    ['minter', ['cfgwebaccess', 'cfgdois']],
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
  await writeRecords(store.database, compileAnalyzer(site), [{ record, mode: 'insert', reason: 'test' }]);
  app = createApp(memoryLibrary(site, [record], 'dois'), { people });
  for (const name of ['minter', 'keeper']) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    assert.equal((await reader.send('/account/sign-in', { name, password: testPassword })).statusCode, 303);
    readers.set(name, reader);
  }
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

test('who may look after DOIs makes one, sees how it stands, and sends it again', async () => {
  const [minter, keeper] = [readers.get('minter')!, readers.get('keeper')!];
  assert.equal((await keeper.open('/admin/dois')).statusCode, 403);
  assert.equal((await keeper.force('/admin/dois', { record: '1' })).statusCode, 403);
  assert.match((await minter.open('/admin/dois')).body, /There are none/);
  for (let twice = 0; twice < 2; twice++) {
    const made = await minter.send('/admin/dois', { record: ' 1 ' });
    assert.equal(made.headers['location'], '/admin/dois?done=doi_reserved');
    await minter.open('/admin/dois');
  }
  const [row, ...others] = await listDois(store.database);
  assert.deepEqual([row?.doi, row?.record, others.length], ['10.5072/1', 1, 0]);
  for (const wrong of ['2', 'x', '', '-1', '99999999999']) {
    const { statusCode, body } = await minter.send('/admin/dois', { record: wrong });
    assert.deepEqual([statusCode, /There is no record/.test(body)], [422, true], wrong);
  }
  await store.database.query(
    sql`UPDATE doi SET problem = 'DataCite <b>refuses</b> it.', due = now() + interval '1 day'`,
  );
  const { body } = await minter.open('/admin/dois?problems=1');
  assert.match(body, /DataCite &lt;b&gt;refuses/);
  assert.match((await minter.open('/admin/dois?ln=fr')).body, /réservé/);
  await minter.open('/admin/dois?ln=en');
  const sent = await minter.send('/admin/dois', { again: '10.5072/1' });
  assert.equal(sent.headers['location'], '/admin/dois?done=doi_again');
  assert.ok((await listDois(store.database))[0]!.due <= new Date());
  await minter.open('/admin/dois');
  assert.equal((await minter.send('/admin/dois', { again: '10.5072/77' })).statusCode, 422);
});
