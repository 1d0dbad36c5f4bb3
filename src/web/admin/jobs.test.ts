import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { enqueueJob } from '../../jobs/queue/enqueue.ts';
import { appendToLog } from '../../jobs/queue/log.ts';
import { requireJob } from '../../jobs/queue/read.ts';
import { addSchedule } from '../../jobs/queue/schedules.ts';
import { readCron } from '../../jobs/queue/when.ts';
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
let id = 0;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  for (const [name, actions] of [
    ['dispatcher', ['cfgwebaccess', 'cfgbibsched']],
    ['keeper', ['cfgwebaccess']],
    ['outsider', ['cfgbibsched']],
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
  for (const name of ['dispatcher', 'keeper', 'outsider']) {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    assert.equal((await reader.send('/account/sign-in', { name, password: testPassword })).statusCode, 303);
    readers.set(name, reader);
  }
  id = await store.database.transaction((transaction) =>
    enqueueJob(transaction, { kind: { name: 'load' }, name: '<b>big</b>.xml', person: 'ada' }),
  );
  await appendToLog(store.database, id, [{ level: 'warn', text: 'Refused: <i>this</i>', at: new Date() }]);
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

const path = (): string => `/admin/jobs/${id}`;
const state = async (): Promise<string> => (await requireJob(store.database, id)).state;

test('jobs are for administrators who may look after them', async () => {
  for (const url of ['/admin/jobs', path()]) {
    assert.equal((await createReader(app).open(url)).statusCode, 303);
    for (const name of ['keeper', 'outsider']) assert.equal((await readers.get(name)!.open(url)).statusCode, 403, name);
    const page = await readers.get('dispatcher')!.open(url);
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.match(page.body, /&lt;b&gt;big&lt;\/b&gt;\.xml/);
    assert.doesNotMatch(page.body, /<b>big|<i>this/);
  }
  for (const wrong of ['x', '0', '%25', '999999999', '12345678901'])
    assert.equal((await readers.get('dispatcher')!.open(`/admin/jobs/${wrong}`)).statusCode, 404, wrong);
  assert.match((await readers.get('dispatcher')!.open(`${path()}?ln=fr`)).body, /<h1>Travail \d+\s: load/);
  await readers.get('dispatcher')!.open('/admin?ln=en');
});

test('jobs are listed by part; priorities are set; schedules are shown and deleted', async () => {
  const dispatcher = readers.get('dispatcher')!;
  assert.match((await dispatcher.open('/admin/jobs?part=active')).body, /&lt;b&gt;big/);
  assert.match((await dispatcher.open('/admin/jobs?part=done')).body, /There are no jobs here/);
  await store.database.query(sql`
    INSERT INTO job (kind, name, state, problem, ended) VALUES ('load', 'x', 'failed', 'The disk is <full>.', now())`);
  assert.match((await dispatcher.open('/admin/jobs')).body, /The disk is &lt;full&gt;\./);
  await dispatcher.open(path());
  const set = (priority: string) => dispatcher.send(path(), { wish: 'priority', priority });
  assert.equal((await set('7')).headers['location'], `${path()}?done=job_priority`);
  assert.equal((await requireJob(store.database, id)).priority, 7);
  const wrong = await set('9999');
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, /is no priority/);
  const schedule = await store.database.transaction((transaction) =>
    addSchedule(transaction, {
      ...{ kind: { name: 'load' }, name: '<i>feed</i>.xml', rhythm: readCron('30 2 * * *', 'Europe/Zurich') },
      timeZone: 'Europe/Zurich',
    }),
  );
  const page = await dispatcher.open('/admin/jobs');
  assert.match(page.body, /&lt;i&gt;feed[\s\S]*<code>30 2 \* \* \*<\/code> \(Europe\/Zurich\)/);
  const to = `/admin/jobs/schedules/${schedule}`;
  await readers.get('outsider')!.open('/account');
  assert.equal((await readers.get('outsider')!.force(to, { wish: 'delete' })).statusCode, 403);
  assert.equal((await dispatcher.send(to, { wish: 'delete' })).headers['location'], '/admin/jobs?done=schedule_delete');
  assert.equal((await dispatcher.force(to, { wish: 'delete' })).statusCode, 404);
  await dispatcher.open(path());
});

test('a job is put to sleep, woken, stopped and deleted; what it cannot do is said, and others may not', async () => {
  const dispatcher = readers.get('dispatcher')!;
  const want = async (wish: string) => {
    await dispatcher.open(path());
    return dispatcher.send(path(), { wish });
  };
  for (const name of ['keeper', 'outsider']) {
    await readers.get(name)!.open('/account');
    assert.equal((await readers.get(name)!.force(path(), { wish: 'stop' })).statusCode, 403, name);
  }
  assert.equal(await state(), 'waiting');
  assert.equal((await want('sleep')).headers['location'], `${path()}?done=job_sleep`);
  assert.equal(await state(), 'sleeping');
  assert.match((await dispatcher.open(`${path()}?done=job_sleep`)).body, /The job sleeps/);
  assert.equal((await want('delete')).statusCode, 409);
  assert.equal((await want('dance')).statusCode, 200);
  assert.equal((await want('wake')).statusCode, 303);
  level = { level: 'read-only', message: '', retryAfter: 60 };
  assert.equal((await want('stop')).statusCode, 503);
  level = { level: 'open', message: '', retryAfter: 0 };
  assert.equal(await state(), 'waiting');
  assert.equal((await want('stop')).statusCode, 303);
  assert.equal((await want('delete')).headers['location'], '/admin/jobs?done=job_delete');
  assert.equal((await dispatcher.open(path())).statusCode, 404);
  await dispatcher.open('/account');
  assert.equal((await dispatcher.force(path(), { wish: 'stop' })).statusCode, 404);
});
