import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { originOf } from '../../index/segment-store.ts';
import { controlField, dataField, type MarcRecord } from '../../marc/record.ts';
import { toMarcXml } from '../../marc/writers/marcxml.ts';
import { guest, type Person } from '../../people/person.ts';
import { loadBatch } from '../../records/load/load-batch.ts';
import { defaultRules } from '../../records/next-version.ts';
import { deleteRecord, writeRecords } from '../../records/write.ts';
import { testSite } from '../../search/testing/library.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { placeEvents } from './happenings.ts';
import { readMessages, resendMessages } from './log.ts';
import { openPoster, type Poster } from './post.ts';
import { signedHeaders } from './sign.ts';
import { type TellContext, tellWebhook, testWebhook } from './tell.ts';
import { addWebhook, giveUpWebhook, readToldWebhook, readWebhook, requireWebhook, switchWebhook } from './webhook.ts';

interface Heard {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const insider: Person = { name: 'ina', roles: ['insider'] };
const analyzer = compileAnalyzer(testSite);
let store: TestDatabase;
let database: Database;
let server: Server;
let address: string;
let poster: Poster;
let heard: Heard[] = [];
let requests: { headers: IncomingMessage['headers']; body: string }[] = [];
/** What the receiver answers to a message. */
let answer: (heard: Heard) => number = () => 204;
let clock = Date.now();

before(async () => {
  store = await openTestDatabase();
  ({ database } = store);
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    requests.push({ headers: request.headers, body });
    const { type, data } = JSON.parse(body) as Omit<Heard, 'id'>;
    const one = { id: String(request.headers['webhook-id']), type, data };
    const status = answer(one);
    if (status < 300) heard.push(one);
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://localhost:${(server.address() as AddressInfo).port}/hook`;
  poster = openPoster({ hosts: 'localhost', networks: '127.0.0.0/8, ::1' });
});
after(async () => {
  poster.close();
  server.close();
  await store.release();
});
beforeEach(async () => {
  [heard, requests, answer, clock] = [[], [], () => 204, Date.now()];
  await database.query(sql`TRUNCATE webhook, webhook_message, event`);
});

const contextWith = (more: Partial<TellContext> = {}): TellContext => ({
  ...{ database, site: testSite, timeline: 1, baseUrl: 'https://library.example', poster },
  ...{ signal: new AbortController().signal, now: () => clock, ...more },
});

async function add(name: string, events: readonly string[] = ['record.*']): Promise<string> {
  const wanted = requireWebhook({ name, url: address, events }, { hosts: 'localhost', networks: undefined });
  return (await addWebhook(database, wanted, undefined)).secret;
}

/** All that is to be sent at this moment. */
async function tell(name: string, person: Person = guest, more: Partial<TellContext> = {}): Promise<void> {
  while ((await placeEvents(database)) > 0);
  while ((await tellWebhook(await readToldWebhook(database, name), person, contextWith(more))).more);
}

function book(title: string, kind: string, id?: number): MarcRecord {
  const number = id === undefined ? [] : [controlField('001', String(id))];
  const field = (tag: string, value: string) => dataField(tag, ' ', ' ', [{ code: 'a', value }]);
  return { leader: '', fields: [...number, field('245', title), field('980', kind)] };
}

async function write(...records: readonly MarcRecord[]): Promise<readonly number[]> {
  const writes = records.map((record) => ({ record, mode: 'insert-or-replace' as const, reason: 'test' }));
  return (await writeRecords(database, analyzer, writes)).map(({ id }) => id);
}

const told = (): readonly string[] => heard.map(({ type, data }) => `${type} ${String(data['record'])}`);

test('messages are signed as Standard Webhooks says', async () => {
  // The example of its specification.
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
  assert.equal(
    signedHeaders(signed, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')['webhook-signature'],
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
  const secret = await add('signed');
  await write(book('A', 'BOOK'));
  await tell('signed');
  const { headers, body } = requests[0]!;
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  assert.equal(headers['webhook-signature'], `v1,${mac.update(text).digest('base64')}`);
  assert.equal((await testWebhook(await readToldWebhook(database, 'signed'), contextWith())).taken, true);
  assert.equal(heard.at(-1)?.type, 'webhook.test');
});

test('each is told what its owner may see at the moment of sending, in the order of a record', async () => {
  await add('public');
  await add('inside');
  const [open, secret, hidden] = await write(book('A', 'BOOK'), book('B', 'SECRET'), book('C', 'BOOK'));
  await write(book('A2', 'BOOK', open));
  await write(book('A3', 'SECRET', open));
  await write(book('A4', 'BOOK', open));
  // It was open when it was made, and is not when it is told.
  await write(book('C2', 'SECRET', hidden));
  await deleteRecord(database, analyzer, secret!, 'test');
  await tell('public');
  const of = (id: number | undefined) => told().filter((one) => one.endsWith(` ${id}`));
  assert.deepEqual(of(open), [
    `record.created ${open}`,
    `record.updated ${open}`,
    `record.deleted ${open}`,
    `record.created ${open}`,
  ]);
  assert.deepEqual(of(secret), []);
  assert.deepEqual(of(hidden), [`record.deleted ${hidden}`]);
  assert.ok(requests.every(({ body }) => !/secret/i.test(body)));
  heard = [];
  await tell('inside', insider);
  assert.deepEqual(of(secret), [`record.deleted ${secret}`]);
  assert.deepEqual(of(hidden), [`record.created ${hidden}`, `record.updated ${hidden}`]);
  assert.equal(new Set(heard.map(({ id }) => id)).size, heard.length);
});

test('a load leaves one event, whatever it writes, and none while nobody asks', async () => {
  const records = Array.from({ length: 300 }, (_, at) => Buffer.from(toMarcXml(book(`Loaded ${at}`, 'BOOK'))));
  const origin = originOf(await currentSite(database));
  const batch = async (): Promise<void> => {
    await database.transaction(async (transaction) => {
      const by = { indexFolder: undefined, reason: 'test', person: undefined, source: '' };
      const context = { ...{ database, analyzer, origin, mode: 'insert' as const }, ...by, ...defaultRules };
      const { publish } = await loadBatch(transaction, context, records);
      await publish();
    });
  };
  await batch();
  const count = async () => (await database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM event`))[0]!.n;
  assert.equal(await count(), 0);
  await add('bulk');
  await batch();
  assert.equal(await count(), 1);
  await tell('bulk');
  assert.equal(heard.length, 300);
  assert.equal(new Set(told()).size, 300);
});

test('what is sent and not written down is sent again with the same id', async () => {
  await add('killed');
  const [id] = await write(book('A', 'BOOK'));
  const dying: Database = {
    ...database,
    query: database.query.bind(database),
    transaction: () => Promise.reject(new Error('killed')),
  };
  await assert.rejects(tell('killed', guest, { database: dying }), /killed/);
  await tell('killed');
  await tell('killed');
  assert.deepEqual(told(), [`record.created ${id}`, `record.created ${id}`]);
  assert.equal(heard[0]!.id, heard[1]!.id);
});

test('what is not taken is tried again more and more rarely, and of its record nothing overtakes it', async () => {
  await add('flaky');
  const [bad, good] = await write(book('A', 'BOOK'), book('B', 'BOOK'));
  answer = ({ data }) => (data['record'] === bad ? 500 : 204);
  await tell('flaky');
  await write(book('A2', 'BOOK', bad), book('B2', 'BOOK', good));
  await tell('flaky');
  assert.deepEqual(told(), [`record.created ${good}`, `record.updated ${good}`]);
  // The other message of its record was not tried.
  assert.equal(requests.length, 3);
  await tell('flaky');
  assert.equal(requests.length, 3);
  clock += 6_000;
  await tell('flaky');
  assert.equal(requests.length, 4);
  answer = () => 204;
  clock += 60_000;
  await tell('flaky');
  clock += 60_000;
  await tell('flaky');
  assert.deepEqual(told().slice(2), [`record.created ${bad}`, `record.updated ${bad}`]);
  const log = await readMessages(database, await readWebhook(database, 'flaky'), { limit: 10 });
  assert.ok(log.every(({ state }) => state === 'sent'));
  assert.equal(log.find(({ type, subject }) => type === 'record.created' && subject === `record ${bad}`)?.attempts, 3);
});

test('a receiver that is not there is left alone, loses what is a day old, and that can be sent again', async () => {
  await add('dead');
  answer = () => 503;
  await write(...Array.from({ length: 250 }, (_, at) => book(`Dead ${at}`, 'BOOK')));
  await tell('dead');
  assert.ok(requests.length < 30, `${requests.length} were tried`);
  const webhook = await readWebhook(database, 'dead');
  assert.ok(webhook.failing !== undefined && webhook.waiting >= 100);
  const before = webhook.waiting;
  await write(book('More', 'BOOK'));
  await tell('dead');
  assert.equal((await readWebhook(database, 'dead')).waiting, before);
  clock += 86_400_000;
  for (let again = 0; again < 30; again++) await tell('dead');
  const failed = await readMessages(database, webhook, { state: 'failed', limit: 1_000 });
  assert.ok(failed.length >= before);
  answer = () => 204;
  assert.equal(await resendMessages(database, webhook, 'failed'), failed.length);
  clock += 86_400_000;
  for (let again = 0; again < 5; again++) await tell('dead');
  assert.equal(new Set(told()).size, 251);
});

test('one that is switched off is told nothing, and begins anew', async () => {
  await add('off');
  await write(book('A', 'BOOK'));
  assert.equal(await giveUpWebhook(database, (await readWebhook(database, 'off')).id, 'test'), true);
  await write(book('B', 'BOOK'));
  await switchWebhook(database, 'off', true);
  const [id] = await write(book('C', 'BOOK'));
  await tell('off');
  assert.ok(told().includes(`record.created ${id}`));
  assert.ok(heard.length <= 2);
});

test('nothing is sent to other hosts, to private addresses, or where a receiver redirects to', async () => {
  const allowed = { hosts: 'hooks.example, *.below.example, localhost', networks: undefined };
  const ask = (url: string) => () => requireWebhook({ name: 'x', url, events: ['record.*'] }, allowed);
  for (const good of ['https://hooks.example/a', 'https://HOOKS.example./a', 'http://a.b.below.example/'])
    assert.ok(ask(good)());
  for (const bad of [
    'https://evil.example/',
    'https://below.example/',
    'https://hooks.example.evil.example/',
    'http://127.0.0.1/',
  ])
    assert.throws(ask(bad), { code: 'REPERIO_WEBHOOK_HOST' }, bad);
  for (const bad of ['file:///etc/passwd', 'https://a:b@hooks.example/', 'gopher://hooks.example/', 'nothing'])
    assert.throws(ask(bad), { code: 'REPERIO_WEBHOOK_WRONG' }, bad);
  const outside = openPoster({ hosts: '*', networks: undefined });
  const post = (url: string) => outside.post(url, '{}', {}, new AbortController().signal);
  for (const url of [
    address,
    'http://127.1:1/',
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://0x7f000001:1/',
    'http://169.254.169.254/',
  ])
    await assert.rejects(post(url), { code: 'REPERIO_WEBHOOK_PRIVATE' }, url);
  outside.close();
  await add('moved');
  answer = () => 302;
  await write(book('A', 'BOOK'));
  await tell('moved');
  const [message] = await readMessages(database, await readWebhook(database, 'moved'), { limit: 1 });
  assert.deepEqual([message?.state, message?.status, requests.length], ['waiting', 302, 1]);
});
