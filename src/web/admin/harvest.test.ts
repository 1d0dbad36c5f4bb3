import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { noteHarvested } from '../../exchange/harvest/harvested-records.ts';
import { beginRun, endRun } from '../../exchange/harvest/runs.ts';
import { readSource } from '../../exchange/harvest/source.ts';
import { served, startTestServer, type TestServer } from '../../exchange/harvest/test-server.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { testSite } from '../../search/testing/library.ts';
import type { Action } from '../../site/actions.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

let store: TestDatabase;
let server: TestServer;
let app: FastifyInstance;
let people: Awaited<ReturnType<typeof testPeople>>;
const readers = new Map<string, Reader>();
const roles: Readonly<Record<string, readonly Action[]>> = {
  chief: ['cfgwebaccess', 'cfgoaiharvest'],
  runner: ['cfgwebaccess', 'runoaiharvest'],
  keeper: ['cfgwebaccess'],
};

before(async () => {
  store = await openTestDatabase();
  server = await startTestServer();
  server.records = served(3);
  people = await testPeople(store);
  for (const [name, actions] of Object.entries(roles)) {
    const may = actions.map((action) => ({ action, arguments: {} }));
    await createRole(store.database, operator, name, { description: '', may, rules: '' }, anyRole);
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles: [name] },
      ...{ state: 'active', origin: 'operator' },
    });
  }
  await people.access.refresh();
  const asked = { ...people, harvestNetworks: '127.0.0.0/8' };
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, []), { people: asked });
  for (const name of Object.keys(roles)) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    assert.equal((await reader.send('/account/sign-in', { name, password: testPassword })).statusCode, 303);
    readers.set(name, reader);
  }
});
after(async () => {
  await app.close();
  await people.access.close();
  await server.close();
  await store.release();
});

test('a source is added, tested, run and removed by who may', async () => {
  const [chief, runner, keeper] = ['chief', 'runner', 'keeper'].map((name) => readers.get(name)!) as [
    Reader,
    Reader,
    Reader,
  ];
  assert.equal((await createReader(app).open('/admin/harvest')).statusCode, 303);
  assert.equal((await keeper.open('/admin/harvest')).statusCode, 403);
  assert.doesNotMatch((await runner.open('/admin/harvest')).body, /name="base"/);
  const typed = { name: 'partner', base: server.base, prefix: 'marcxml', table: '', add: '980__a=PREPRINT', keep: '' };
  assert.match((await chief.open('/admin/harvest')).body, /name="base"/);
  const wrong = await chief.send('/admin/harvest', { ...typed, keep: 'nofield:x' });
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, /role="alert">[^<]*nofield/);
  assert.match(wrong.body, /value="partner"/);
  assert.equal(
    (await chief.send('/admin/harvest', typed)).headers['location'],
    '/admin/harvest/partner?done=harvest_added',
  );
  await chief.open('/admin/harvest');
  assert.equal((await chief.send('/admin/harvest', typed)).statusCode, 409);
  const path = '/admin/harvest/partner';
  assert.match(
    (await chief.open(`${path}?done=harvest_added`)).body,
    /Test it before the first run.*980__a = PREPRINT/s,
  );
  await runner.open(path);
  const tried = await runner.send(path, { wish: 'test' });
  assert.match(tried.body, /oai:test:1.*inserted/s);
  assert.equal((await store.database.query(sql`SELECT FROM record`)).length, 0);
  await runner.open(path);
  server.fault = (_, response) => {
    response.end('<!doctype html><title><b>Sign</title>');
    return true;
  };
  const failed = await runner.send(path, { wish: 'test' });
  assert.equal(failed.statusCode, 502);
  assert.match(failed.body, /answers with a web page/);
  server.fault = undefined;
  assert.equal((await runner.send(path, { wish: 'run', from: 'soon' })).statusCode, 400);
  const run = await runner.send(path, { wish: 'run', from: '2025-01-01' });
  assert.equal(run.headers['location'], `${path}?done=harvest_run`);
  const [job] = await store.database.query<{ arguments: object; person: string }>(
    sql`SELECT arguments, person FROM job`,
  );
  assert.deepEqual([job!.person, (job!.arguments as { from: string }).from], ['runner', '2025-01-01']);
  await runner.open(path);
  assert.equal((await runner.send(path, { wish: 'remove' })).statusCode, 403);
});

test('a run shows its records, and what was refused with its XML', async () => {
  const chief = readers.get('chief')!;
  const { id } = await readSource(store.database, { name: 'partner' });
  const run = await beginRun(store.database, { source: id, job: undefined, person: 'ada', asked: {} });
  await endRun(store.database, run.id, undefined);
  const one = {
    datestamp: '2025-01-01',
    held: undefined,
    made: false,
    digest: Buffer.alloc(0),
    code: 'X',
    message: 'Bad <i>',
  };
  await noteHarvested(store.database, { source: id, run: run.id }, [
    { ...one, identifier: 'oai:<b>', outcome: 'refused', record: 0, xml: '<record>&</record>' },
  ]);
  const { body } = await chief.open(`/admin/harvest/runs/${run.id}?outcome=refused`);
  assert.match(body, /oai:&lt;b&gt;.*Bad &lt;i&gt;.*&lt;record&gt;&amp;&lt;\/record&gt;/s);
  const cursor = sql`SELECT FROM harvest_cursor WHERE source_id = ${id}`;
  await store.database.query(sql`
    INSERT INTO harvest_cursor (source_id, run_id, set_spec, next_from) VALUES (${id}, 0, '', '2025-01-01')`);
  const there = '/admin/harvest/partner';
  assert.match((await chief.open(there)).body, /name="base"[^>]* value="http[^"]*"[\s\S]*980__a=PREPRINT/);
  const same = { wish: 'change', base: server.base, prefix: 'marcxml', name: 'other', keep: 'title:x' };
  assert.equal((await chief.send(there, { ...same, keep: 'nofield:x' })).statusCode, 400);
  await chief.open(there);
  assert.equal((await chief.send(there, same)).headers['location'], `${there}?done=harvest_changed`);
  const source = await readSource(store.database, { id });
  assert.deepEqual([source.name, source.steps.filter, source.steps.convert], ['partner', { keep: 'title:x' }, {}]);
  assert.equal((await store.database.query(cursor)).length, 1, 'it goes on where it was');
  await chief.open(there);
  await chief.send(there, { ...same, prefix: 'oai_dc' });
  assert.equal((await store.database.query(cursor)).length, 0, 'another format begins from the start');
  const runner = readers.get('runner')!;
  assert.doesNotMatch((await runner.open(there)).body, /name="base"/);
  assert.equal((await runner.send(there, same)).statusCode, 403);
  assert.match((await chief.open('/admin/harvest/partner?ln=fr')).body, /Moissonner maintenant/);
  for (const wrong of ['/admin/harvest/none', '/admin/harvest/runs/x', '/admin/harvest/runs/999999'])
    assert.equal((await chief.open(wrong)).statusCode, 404, wrong);
  await chief.open('/admin/harvest/partner');
  const gone = await chief.send('/admin/harvest/partner', { wish: 'remove' });
  assert.equal(gone.headers['location'], '/admin/harvest?done=harvest_removed');
  assert.match((await chief.open('/admin/harvest')).body, /pas encore de source/);
});
