import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { waitFor } from '../../../test/support/wait.ts';
import { field } from '../../formats/test-records.ts';
import { defaultSite } from '../../site/default.ts';
import { type AppOptions, createApp } from '../app.ts';
import type { WebLibrary } from '../exchange/environment.ts';
import { deletedRecord, memoryLibrary } from '../test-library.ts';
import { createLimits, noLimits } from './limits.ts';

const many = 3000;
const library = memoryLibrary(
  defaultSite(),
  Array.from({ length: many }, (_, i) => ({
    leader: '',
    fields: [
      field('245__', `$aPaper number ${i}`),
      field('520__', `$a${'words '.repeat(1000)}`),
      field('980__', '$aARTICLE'),
    ],
  })),
);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function withServer(
  options: AppOptions,
  work: (
    get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>,
    app: FastifyInstance,
    port: number,
  ) => Promise<void>,
  over: WebLibrary = library,
): Promise<void> {
  const app = createApp(over, options);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  try {
    await work(
      async (path, headers = {}) => {
        const [answer] = (await once(httpGet({ port, path, headers, agent: false }), 'response')) as [IncomingMessage];
        let body = '';
        for await (const chunk of answer.setEncoding('utf8')) body += chunk;
        return { status: answer.statusCode ?? 0, headers: answer.headers, body };
      },
      app,
      port,
    );
  } finally {
    await app.close();
  }
}

const limits = { ...noLimits, pageRate: 5, exportRate: 2 };

test('a network that asks too much is told when to come back; assets and health are free', async () => {
  await withServer({ limits }, async (get) => {
    for (let i = 0; i < 5; i++) assert.equal((await get('/search?p=paper')).status, 200);
    const refused = await get('/search?p=paper');
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    assert.match(refused.body, /Too many requests came from this network/);
    assert.equal(refused.headers['cache-control'], 'no-store');
    const api = await get('/api/search?p=paper');
    assert.equal(api.status, 429);
    assert.equal(JSON.parse(api.body).code, 'REPERIO_TOO_MANY_REQUESTS');
    assert.equal((await get('/health/live')).status, 200);
    assert.equal((await get('/robots.txt')).status, 200);
    // Exports have a budget of their own.
    assert.equal((await get('/search?p=paper&of=xm')).status, 200);
    assert.equal((await get('/search?of=id&p=paper')).status, 200);
    const third = await get('/search?p=paper&of=recjson');
    assert.equal(third.status, 429);
    assert.match(third.body, /^error: Too many requests/);
  });
});

test('people whom we know may ask more, and not at the cost of guests of their network', () => {
  const { take } = createLimits({ ...limits, peopleRate: 2 }, ({ headers }) => headers.cookie === 'who=ada');
  const ask = (cookie?: string): number =>
    take({ ip: '192.0.2.1', url: '/search?p=x', headers: { cookie } } as unknown as FastifyRequest);
  for (let i = 0; i < 10; i++) assert.equal(ask('who=ada'), 0);
  assert.ok(ask('who=ada') > 0);
  for (let i = 0; i < 5; i++) assert.equal(ask(), 0);
  assert.ok(ask() > 0);
});

test('exempt networks ask as much as they like', async () => {
  await withServer({ limits: { ...limits, exemptNetworks: '127.0.0.0/8' } }, async (get) => {
    for (let i = 0; i < 20; i++) assert.equal((await get('/help/search')).status, 200);
  });
});

test('X-Forwarded-For counts only from proxies that are trusted', async () => {
  const ask = async (trustProxy: string | undefined): Promise<readonly number[]> => {
    const seen: number[] = [];
    await withServer({ limits, trustProxy }, async (get) => {
      for (let i = 0; i < 7; i++)
        seen.push(
          (await get('/help/search', { 'x-forwarded-for': `203.0.${i}.1`, 'x-forwarded-host': 'library.example' }))
            .status,
        );
    });
    return seen;
  };
  assert.deepEqual(await ask('127.0.0.1, ::1'), [200, 200, 200, 200, 200, 200, 200]);
  assert.deepEqual(await ask(undefined), [200, 200, 200, 200, 200, 429, 429]);
  await withServer({ trustProxy: '127.0.0.1' }, async (get) => {
    // The address and protocol of readers, and never what we are called: that a client could say
    // through the proxy.
    const { body } = await get('/record/1', { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' });
    assert.match(body, /rel="canonical" href="https:\/\/localhost:\d+\/record\/1"/);
    assert.doesNotMatch(body, /evil\.example/);
    for (const path of ['/feed', '/opensearchdescription', '/search?of=xd'])
      assert.doesNotMatch((await get(path, { 'x-forwarded-host': 'evil.example' })).body, /evil\.example/, path);
  });
  await withServer({}, async (get) => {
    const { body } = await get('/record/1', { 'x-forwarded-host': 'evil.example' });
    assert.doesNotMatch(body, /evil\.example/);
  });
});

test('caches may keep a guest’s answer a short while, nobody else’s', async () => {
  const isShort = /^public, max-age=10, stale-while-revalidate=30$/;
  await withServer({ sharedCache: 10_000 }, async (get) => {
    for (const path of [
      '/',
      '/search?p=paper',
      '/record/1',
      '/record/1/export/xm',
      '/search?p=paper&of=id',
      '/feed',
      '/rss',
      '/api/search',
      '/api/records/1',
      '/help/search',
    ]) {
      const guest = await get(path);
      assert.match(guest.headers['cache-control'] ?? '', isShort, path);
      assert.match(guest.headers.vary ?? '', /Cookie/);
      assert.match((await get(path, { cookie: 'theme=dark; ln=fr' })).headers['cache-control'] ?? '', isShort);
      for (const [name, value] of [
        ['cookie', 'session=abc'],
        ['authorization', 'Bearer x'],
      ] as const) {
        assert.equal((await get(path, { [name]: value })).headers['cache-control'], 'private, no-cache', path);
      }
      const again = await get(path, { 'if-none-match': guest.headers.etag ?? '' });
      assert.equal(again.status, 304, path);
    }
    assert.equal((await get('/nothing')).headers['cache-control'], 'no-store');
    assert.ok((await get('/record/1')).headers['last-modified'] !== undefined);
  });
});

test('long exports have places: a second one of a network waits, and is told to come back', async () => {
  await withServer({ limits: { ...noLimits, exports: 2, exportWait: 30 } }, async (get, app, port) => {
    const url = '/search?of=xm&rg=-9999';
    // One that nobody reads keeps its place.
    const stuck = httpGet({ port, path: url, agent: false });
    const [answer] = (await once(stuck, 'response')) as [IncomingMessage];
    const refused = await get(url);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '30');
    assert.match(refused.body, /^error: Other exports are running/);
    assert.equal((await get('/search?of=xm&rg=10')).status, 200, 'short ones need no place');
    assert.equal((await get('/search?p=paper')).status, 200);
    answer.destroy();
    stuck.destroy();
    const whole = await waitFor('the place', async () => {
      const again = await get(url);
      return again.status === 200 && again;
    });
    assert.equal(whole.body.match(/<record>/g)?.length, many);
    assert.equal((await app.inject({ method: 'HEAD', url })).body, '');
  });
});

test('pages are answered while an export is written', async () => {
  await withServer({}, async (get) => {
    let done = false;
    const whole = get('/search?of=js&rg=-9999').then((answer) => {
      done = true;
      return answer;
    });
    let during = 0;
    while (!done && during < 5) {
      assert.equal((await get('/record/1/export/ris')).status, 200);
      if (!done) during += 1;
    }
    assert.ok(during >= 3, `${during} pages`);
    assert.equal(JSON.parse((await whole).body).length, many);
  });
});

test('an export leaves out what was deleted or closed while it was written', async () => {
  const other = memoryLibrary(defaultSite(), [
    deletedRecord,
    ...Array.from({ length: 4 }, (_, i) => ({
      leader: '',
      fields: [field('245__', `$aP${i}`), field('980__', '$aARTICLE')],
    })),
  ]);
  let now = library;
  const changing: WebLibrary = {
    ...library,
    snapshot: () => now.snapshot(),
    stored: async (ids, bytes) => {
      const batch = await library.stored(ids, bytes);
      now = { ...other, snapshot: () => ({ ...other.snapshot(), version: '2' }) };
      return batch;
    },
  };
  await withServer(
    {},
    async (get) => {
      const { body } = await get('/search?of=tm&ot=001&rg=-9999');
      assert.deepEqual(
        [...body.matchAll(/^(\d{9})/gm)].map((match) => Number(match[1])),
        [5, 4, 3, 2],
      );
    },
    changing,
  );
});
