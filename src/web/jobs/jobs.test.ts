import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance, InjectOptions } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { enqueueJob } from '../../jobs/queue/enqueue.ts';
import { appendToLog } from '../../jobs/queue/log.ts';
import { requireJob } from '../../jobs/queue/read.ts';
import { addSchedule } from '../../jobs/queue/schedules.ts';
import { readEvery } from '../../jobs/queue/when.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import type { Scope } from '../../people/scopes.ts';
import { createToken } from '../../people/tokens.ts';
import { testSite } from '../../search/testing/library.ts';
import type { SiteLevel } from '../../site/level.ts';
import { misfits } from '../api/test-misfits.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPassword, testPeople } from '../test-people.ts';
import { createReader } from '../test-reader.ts';

let store: TestDatabase;
let people: WebPeople & { readonly access: { close(): Promise<void> } };
let app: FastifyInstance;
let level: SiteLevel = { level: 'open', message: '', retryAfter: 0 };
const ids = new Map<string, number>();
let mine = 0;
let others = 0;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  const may = [{ action: 'cfgbibsched' as const, arguments: {} }];
  await createRole(store.database, operator, 'dispatchers', { description: '', may, rules: '' }, anyRole);
  for (const [name, roles] of [
    ['ada', []],
    ['dispatcher', ['dispatchers']],
  ] as const)
    ids.set(
      name,
      await addPerson(store.database, operator, {
        ...{ name, email: `${name}@home.example`, password: testPassword, roles },
        ...{ state: 'active', origin: 'operator' },
      }),
    );
  await people.access.refresh();
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, []), { people, level: () => level });
  const ask = (name: string, person?: string): Promise<number> =>
    store.database.transaction((transaction) => enqueueJob(transaction, { kind: { name: 'load' }, name, person }));
  mine = await ask('<b>mine</b>.xml', 'ada');
  others = await ask('others.xml', 'bob');
  await appendToLog(store.database, mine, [{ level: 'warn', text: 'Refused: <i>this</i>', at: new Date() }]);
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

async function token(name: string, ...scopes: Scope[]): Promise<Readonly<Record<string, string>>> {
  const wanted = { name: 'x', scopes, expires: undefined };
  const { secret } = await createToken(store.database, operator, { id: ids.get(name)!, name }, wanted);
  return { authorization: `Bearer ${secret}` };
}
const send = (method: 'GET' | 'POST' | 'DELETE', url: string, headers = {}, payload?: InjectOptions['payload']) =>
  app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
const state = async (id: number): Promise<string> => (await requireJob(store.database, id)).state;

test('pages show people their own jobs and no others, and guests are led to the sign-in', async () => {
  const ada = createReader(app);
  assert.equal((await ada.open('/jobs')).statusCode, 303);
  await ada.open('/account/sign-in');
  await ada.send('/account/sign-in', { name: 'ada', password: testPassword });
  const page = await ada.open('/jobs');
  assert.equal(page.statusCode, 200);
  assert.match(page.body, /&lt;b&gt;mine&lt;\/b&gt;\.xml/);
  assert.match(page.body, /class="account wide"[\s\S]*id="jobs" data-live="3000"/);
  assert.doesNotMatch(page.body, /others|<b>mine/);
  assert.match((await ada.open(`/jobs/${mine}?ln=fr`)).body, /<h2>Travail[\s\S]*Refused: &lt;i&gt;this/);
  await ada.open('/jobs?ln=en');
  for (const id of [others, 'x', 999_999]) assert.equal((await ada.open(`/jobs/${id}`)).statusCode, 404);
  assert.equal((await ada.force(`/jobs/${others}`, { wish: 'stop' })).statusCode, 404);
  await ada.open(`/jobs/${mine}`);
  assert.equal(
    (await ada.send(`/jobs/${mine}`, { wish: 'sleep' })).headers['location'],
    `/jobs/${mine}?done=job_sleep`,
  );
  assert.equal(await state(mine), 'sleeping');
  assert.equal((await ada.send(`/jobs/${mine}`, { wish: 'run-now' })).statusCode, 403);
  assert.equal(await state(mine), 'sleeping');
  level = { level: 'read-only', message: '', retryAfter: 60 };
  assert.equal((await ada.send(`/jobs/${mine}`, { wish: 'wake' })).statusCode, 503);
  level = { level: 'open', message: '', retryAfter: 0 };
  await ada.open(`/jobs/${mine}`);
  await ada.send(`/jobs/${mine}`, { wish: 'wake' });
  assert.equal(await state(mine), 'waiting');
});

test('a program sees and changes what its token allows', async () => {
  const reading = await token('ada', 'read');
  const editing = await token('ada', 'read', 'edit');
  const all = await token('dispatcher', 'admin');
  assert.equal((await send('GET', '/api/jobs')).statusCode, 401);
  assert.equal((await send('GET', '/api/jobs', await token('ada', 'edit'))).statusCode, 401);
  const list = await send('GET', '/api/jobs?state=waiting', reading);
  assert.equal(list.headers['cache-control'], 'no-store');
  assert.deepEqual(misfits('Job', list.json().jobs[0]), []);
  assert.deepEqual([list.json().total, list.json().jobs[0].id], [1, mine]);
  assert.equal((await send('GET', '/api/jobs?person=bob', reading)).json().total, 1, 'their own all the same');
  assert.deepEqual(
    (await send('GET', '/api/jobs?size=1', all)).json().jobs.map(({ id }: { id: number }) => id),
    [mine],
  );
  assert.equal((await send('GET', '/api/jobs', all)).json().total, 2);
  for (const url of ['/api/jobs?state=x', '/api/jobs?size=0', '/api/jobs?from=-1', '/api/jobs?stat=failed'])
    assert.equal((await send('GET', url, all)).statusCode, 400, url);
  const log = await send('GET', `/api/jobs/${mine}/log`, reading);
  assert.deepEqual(misfits('JobLog', log.json()), []);
  assert.equal(log.json().lines[0].text, 'Refused: <i>this</i>');
  for (const url of [`/api/jobs/${others}`, `/api/jobs/${others}/log`, '/api/jobs/0'])
    assert.equal((await send('GET', url, reading)).statusCode, 404, url);
  assert.equal((await send('POST', `/api/jobs/${others}/stop`, editing)).statusCode, 404);
  assert.equal((await send('POST', `/api/jobs/${mine}/stop`, reading)).statusCode, 403);
  assert.equal((await send('POST', `/api/jobs/${mine}/dance`, editing)).statusCode, 404);
  assert.equal((await send('POST', `/api/jobs/${mine}/priority`, editing, { priority: 5 })).statusCode, 403);
  assert.equal((await send('DELETE', `/api/jobs/${mine}`, editing)).statusCode, 409);
  assert.equal(await state(mine), 'waiting');
  assert.equal((await send('POST', `/api/jobs/${mine}/stop`, editing)).json().state, 'stopped');
  assert.equal((await send('POST', `/api/jobs/${mine}/wake`, editing)).statusCode, 403, 'was stopped');
  assert.equal((await send('POST', `/api/jobs/${others}/priority`, all, { priority: 5 })).json().priority, 5);
  assert.equal((await send('POST', `/api/jobs/${others}/priority`, all, { priority: 'x' })).statusCode, 400);
  assert.equal((await send('POST', `/api/jobs/${others}/priority`, all)).statusCode, 400);
  level = { level: 'read-only', message: '', retryAfter: 60 };
  assert.equal((await send('DELETE', `/api/jobs/${mine}`, editing)).statusCode, 503);
  level = { level: 'open', message: '', retryAfter: 0 };
  assert.equal((await send('DELETE', `/api/jobs/${mine}`, editing)).statusCode, 204);
  await assert.rejects(state(mine), /no job/);
});

test('with an Idempotency-Key a change is made once, however often it is sent', async () => {
  const headers = { ...(await token('dispatcher', 'admin')), 'idempotency-key': 'k'.repeat(300) };
  const sleep = () => send('POST', `/api/jobs/${others}/sleep`, headers);
  assert.equal((await sleep()).json().state, 'sleeping');
  await store.database.query(sql`UPDATE job SET state = 'waiting' WHERE id = ${others}`);
  assert.equal((await sleep()).json().state, 'waiting', 'the answer is how it is now');
  assert.equal((await send('POST', `/api/jobs/${others}/stop`, headers)).statusCode, 422);
});

test('who looks after jobs sees and changes schedules, others do not', async () => {
  const id = await store.database.transaction((transaction) =>
    addSchedule(transaction, { kind: { name: 'load' }, name: 'new.xml', rhythm: readEvery('1h') }),
  );
  const [own, all] = [await token('ada', 'read', 'edit'), await token('dispatcher', 'admin')];
  assert.equal((await send('GET', '/api/schedules', own)).statusCode, 403);
  const list = (await send('GET', '/api/schedules', all)).json();
  assert.deepEqual(misfits('Schedule', list.schedules[0]), []);
  const url = `/api/schedules/${id}`;
  assert.equal((await send('POST', url, own, { every: '2h' })).statusCode, 403);
  const changed = (await send('POST', url, all, { cron: '30 2 * * *', window: '22:00-06:00', priority: 3 })).json();
  assert.deepEqual(
    [changed.cron, changed.every, changed.window, changed.priority],
    ['30 2 * * *', undefined, '22:00-06:00', 3],
  );
  assert.equal((await send('POST', url, all, { window: '' })).json().window, undefined);
  for (const wrong of [
    { cron: '99 99 * * *' },
    { every: 'often' },
    { every: '1h', cron: '1 1 * * *' },
    { window: 'x' },
  ])
    assert.equal(String((await send('POST', url, all, wrong)).statusCode)[0], '4', JSON.stringify(wrong));
  assert.equal((await send('GET', '/api/schedules', all)).json().schedules[0].cron, '30 2 * * *');
  assert.equal((await send('DELETE', url, all)).statusCode, 204);
  assert.equal((await send('DELETE', url, all)).statusCode, 404);
});
