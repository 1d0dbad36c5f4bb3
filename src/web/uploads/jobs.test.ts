import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { workOnJobs } from '../../jobs/queue/work.ts';
import { jobKinds } from '../../library/job-kinds.ts';
import { readUpload, readUploadRecords } from '../../records/uploads.ts';
import { field, type Name, openTestUploads, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

let world: TestUploads;
let work: Promise<void>;
const stop = new AbortController();
const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
let status = 200;
const listener = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  calls.push({ headers: request.headers, body });
  response.writeHead(status).end();
});
let address: string;

before(async () => {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/told`;
  const settings = { REPERIO_CALLBACK_URLS: address, REPERIO_CALLBACK_SECRET: 'secret', REPERIO_WORKERS: '1' };
  world = await openTestUploads({ ...settings, REPERIO_BASE_URL: 'http://library.example' });
  const { store } = world;
  const kinds = jobKinds(store.database, store.url, world.settings);
  work = workOnJobs({ database: store.database, url: store.url, node: 'n', kinds, places: 1, signal: stop.signal });
});
after(async () => {
  stop.abort();
  await work;
  listener.close();
  await world.close();
});

const book = (title: string) => recordOf(field('245', title), field('980', 'BOOK'));
const many = (count: number) => Array.from({ length: count }, (_, place) => book(`Many ${place}`));
const total = async () =>
  (await world.store.database.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM record`))[0]!.n;

async function sendAll(name: Name, query: string, body: string): Promise<number> {
  const reply = await send(world, 'POST', `/api/records?mode=insert&${query}`, world.token(name), body);
  assert.equal(reply.statusCode, 202, reply.body);
  const { upload } = reply.json();
  await waitFor('the end', async () => (await readUpload(world.store.database, upload))?.ended !== undefined);
  return upload;
}

const trouble = (upload: number) =>
  readUploadRecords(world.store.database, upload, { after: 0, limit: 10, onlyTrouble: true });

test('a large upload is loaded by a job, which notes what became of each record', async () => {
  const broken = xmlOf(...many(120)).replace('</collection>', '<record><datafield tag="24"/></record></collection>');
  const upload = await sendAll('boss', '', broken);
  assert.deepEqual((await readUpload(world.store.database, upload))?.counts.inserted, 120);
  const [refused, ...more] = await trouble(upload);
  assert.deepEqual([refused?.position, refused?.outcome, more], [121, 'refused', []]);
  assert.match(refused?.message ?? '', /^Record 121/);
  const shown = (await send(world, 'GET', `/api/uploads/${upload}`, world.token('boss'))).json();
  assert.deepEqual([shown.results.length, shown.job.state === 'failed'], [121, false]);
});

test('for who may change some records only, each is asked about, in a job too', async () => {
  const before = await total();
  const paper = recordOf(field('245', 'Paper'), field('980', 'ARTICLE'));
  const upload = await sendAll('bob', '', xmlOf(...many(100), paper, ...many(9)));
  assert.deepEqual((await readUpload(world.store.database, upload))?.counts, { inserted: 109, refused: 1 });
  assert.deepEqual(
    (await trouble(upload)).map(({ position, code }) => [position, code]),
    [[101, 'REPERIO_UPLOAD_NO_COLLECTION']],
  );
  assert.equal(await total(), before + 109);
});

test('a dry run of many says what would happen, and changes nothing', async () => {
  const before = await total();
  for (const name of ['boss', 'bob'] as const) {
    const upload = await sendAll(name, 'dry-run=1', xmlOf(...many(101)));
    assert.equal((await readUpload(world.store.database, upload))?.counts.inserted, 101, name);
  }
  assert.equal(await total(), before);
});

test('who asked to be called is told, signed; what fails is tried again later and told at the upload', async () => {
  const { database } = world.store;
  const post = async (title: string): Promise<number> => {
    const query = `/api/records?mode=insert&callback=${encodeURIComponent(address)}&nonce=n1`;
    return (await send(world, 'POST', query, world.token('boss'), xmlOf(book(title)))).json().upload;
  };
  const good = await post('Told');
  await waitFor('the call', async () => (await readUpload(database, good))?.told !== undefined);
  const { body, headers } = calls.at(-1)!;
  const signature = createHmac('sha256', 'secret').update(body).digest('hex');
  assert.equal(headers['x-reperio-signature'], `sha256=${signature}`);
  const { results, nonce } = JSON.parse(body);
  assert.deepEqual(
    [nonce, results[0].success, results[0].url],
    ['n1', true, `http://library.example/record/${results[0].recid}`],
  );
  assert.match(results[0].marcxml, /Told/);
  status = 503;
  const bad = await post('Not told');
  await waitFor('the problem', async () => (await readUpload(database, bad))?.callbackProblem !== undefined);
  assert.equal((await readUpload(database, bad))?.callbackProblem, 'it answered 503');
  const waiting = await database.query<{ later: boolean }>(
    sql`SELECT not_before > now() AS later FROM job WHERE kind = 'callback' AND state = 'waiting'`,
  );
  assert.deepEqual(waiting, [{ later: true }]);
});
