import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { field } from '../../formats/test-records.ts';
import { issueOneTime, useOneTime } from '../../people/one-time.ts';
import { type CpuProfile, startRecording } from '../../profile/cpu-profiler.ts';
import { explainStatement } from '../../profile/explain.ts';
import { functionTimes, sortFunctions, sortKeyOf, sortKeys } from '../../profile/functions.ts';
import { listProfiles } from '../../profile/kept.ts';
import { lookFor } from '../../profile/look.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testOperators, testPassword } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-profiles-'));
let store: TestDatabase;
let people: WebPeople;
let app: FastifyInstance;
let olga: Reader;
let nobody: Reader;

before(async () => {
  store = await openTestDatabase();
  people = await testOperators(store, 'profiling');
  const titles = ['Higgs boson', 'Higgs <mass>', 'Neutrino'];
  const memory = memoryLibrary(
    testSite,
    titles.map((title) => ({ leader: '', fields: [field('245__', `$a${title}`), field('980__', '$aBOOK')] })),
  );
  const library = {
    ...memory,
    // A page that asks for one thing at a time.
    stored: async (ids: readonly number[], bytes: number) => {
      for (let at = 0; at < 7; at++) await store.database.query(sql`SELECT ${at}::integer AS one`);
      await store.database.query(sql`SELECT name FROM person WHERE id < ${1000} ORDER BY name`);
      return memory.stored(ids, bytes);
    },
  };
  app = createApp(library, {
    people,
    profiling: {
      folder,
      explain: (text, values) => explainStatement(store.database, text, values),
      isTicket: async (secret) => (await useOneTime(store.database, 'profile', secret)) !== undefined,
      take: (seconds) => lookFor(seconds, 'a look', folder),
    },
  });
  olga = createReader(app);
  nobody = createReader(app);
  for (const [reader, name] of [
    [olga, 'olga'],
    [nobody, 'nobody'],
  ] as const) {
    await reader.open('/account/sign-in');
    await reader.send('/account/sign-in', { name, password: testPassword });
  }
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function profiled(url: string): Promise<{ readonly body: string; readonly id: string }> {
  const answer = await olga.open(url);
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['cache-control']), /no-store/);
  return { body: answer.body, id: String(answer.headers['x-profile']).replace('/profiles/', '') };
}

describe('?profile= on a page', () => {
  test('appends functions, SQL with its loops, and stages; the page itself stays', async () => {
    const plain = (await olga.open('/record/1')).body;
    // Samples are taken from time to time: of a page that is made between two of them nothing is
    // seen.
    const { body, id } = await waitFor('a profile with a function of ours', async () => {
      const found = await profiled('/record/1?profile=t');
      return /src\/web\/[\w/-]+\.ts:\d+\(/.test(found.body) ? found : undefined;
    });
    assert.ok(body.includes('Higgs boson') && plain.includes('Higgs boson'));
    assert.match(body, /Functions by tottime/);
    assert.match(body, /<th>ncalls<\/th><th>tottime<\/th><th>percall<\/th><th>cumtime<\/th><th>percall<\/th>/);
    assert.match(body, /<tr class="loop"><td>7<\/td>/);
    assert.match(body, /asked 7 times, most likely in a loop/);
    assert.match(body, /8 SQL statements/);
    assert.ok(body.indexOf('class="profile') > body.indexOf('<main'));
    assert.match((await olga.open(`/profiles/${id}`)).body, /src\/web/);
  });

  test('is passed over without a word for whoever may not', async () => {
    const before = (await listProfiles(folder)).length;
    for (const [reader, url] of [
      [nobody, '/record/1'],
      [createReader(app), '/record/1'],
      [createReader(app), '/search?p=higgs'],
    ] as const) {
      const mark = url.includes('?') ? '&' : '?';
      for (const more of ['profile=t', 'profile=flame', 'profile=heap', 'verbose=9']) {
        const answer = await reader.open(`${url}${mark}${more}`);
        assert.equal(answer.statusCode, 200);
        assert.equal(answer.headers['x-profile'], undefined);
        assert.doesNotMatch(answer.body, /class="profile|Functions by/);
      }
    }
    assert.equal((await listProfiles(folder)).length, before);
    const [{ id } = { id: '' }] = await listProfiles(folder);
    for (const url of ['/profiles', `/profiles/${id}`, `/profiles/${id}.cpuprofile`, '/profiles/flame/index.html'])
      for (const reader of [nobody, createReader(app)]) assert.equal((await reader.open(url)).statusCode, 404, url);
  });

  test('every key of the specification sorts; a key that is not known is cumulative', async () => {
    for (const key of sortKeys) assert.equal(sortKeyOf(key), key);
    assert.equal(sortKeyOf('t'), 'tottime');
    assert.equal(sortKeyOf('<script>'), 'cumulative');
    const { body } = await profiled('/search?p=higgs&profile=%3Cscript%3E');
    assert.match(body, /Functions by cumulative/);
    assert.doesNotMatch(body, /<script>&|profile=<script>/);
  });

  test('counts calls exactly when that is asked for', async () => {
    assert.match((await profiled('/search?p=higgs&profile=calls')).body, /Functions by calls/);
    const stop = await startRecording({ interval: 100, counts: true });
    function calledOften(value: number): number {
      return value + 1;
    }
    let sum = 0;
    for (let times = 0; times < 1234; times++) sum = calledOften(sum);
    const { calls } = await stop!();
    assert.equal(sum, 1234);
    assert.equal([...calls!].find(([key]) => key.endsWith(' calledOften'))?.[1], 1234);
  });

  test('search shows the stages of the engine, and so does verbose= without a profile', async () => {
    for (const more of ['profile=search', 'verbose=3']) {
      const { body } = await profiled(`/search?p=higgs&${more}`);
      for (const name of ['what may be seen', 'read the question', 'find', 'take the page', 'count facets'])
        assert.ok(body.includes(`<td>${name}</td>`), `${more}: ${name}`);
      assert.match(body, /<td>2 records in 1 segments<\/td>/);
    }
  });

  test('heap names what was allocated, flame leads to the flame graph of speedscope', async () => {
    assert.match((await profiled('/search?p=higgs&profile=heap')).body, /<h3>Memory<\/h3>/);
    const answer = await olga.open('/search?p=higgs&profile=flame');
    assert.equal(answer.statusCode, 303);
    const to = String(answer.headers.location);
    assert.match(to, /^\/profiles\/flame\/index\.html#profileURL=%2Fprofiles%2F[\w-]+\.cpuprofile/);
    const page = await olga.open(to.split('#')[0]!);
    assert.equal(page.statusCode, 200);
    for (const [, name] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
      assert.equal((await olga.open(`/profiles/flame/${name}`)).statusCode, 200, name);
    assert.equal((await olga.open('/profiles/flame/..%2Fpackage.json')).statusCode, 404);
    const address = decodeURIComponent(/profileURL=([^&]+)/.exec(to)![1]!);
    const cpu = JSON.parse((await olga.open(address)).body) as CpuProfile;
    assert.ok(cpu.samples.length > 0);
  });

  test('what is no page names the profile in a header, exports that stream too', async () => {
    for (const url of [
      '/api/records/1?profile=t',
      '/search?p=higgs&of=xm&profile=t',
      '/record/1/export/xm?profile=t',
    ]) {
      const plain = (await olga.open(url.replace(/[?&]profile=t/, ''))).body;
      const answer = await olga.open(url);
      assert.equal(answer.body, plain, url);
      const address = String(answer.headers['x-profile']);
      await waitFor(`the profile of ${url}`, async () => (await olga.open(address)).statusCode === 200);
    }
  });

  test('a client that goes away leaves the profiler free for the next', async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { readonly port: number };
    for (let at = 0; at < 12; at++) {
      const path = ['/search?p=higgs&of=xm&profile=t', '/record/1?profile=t', '/record/1/export/xm?profile=flame'][
        at % 3
      ]!;
      const going = request({ port, path, headers: cookies(), agent: false }, (answer) => answer.destroy());
      going.on('error', () => undefined).end();
      await sleep(at % 4);
      going.destroy();
      await sleep(30);
    }
    await waitFor('the profiler', async () => (await olga.open('/record/1?profile=t')).body.includes('Functions by'));
  });

  test('two at once: one is taken, the other says so, and both are answered', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => olga.open('/record/1?profile=t')));
    assert.ok(answers.every(({ statusCode }) => statusCode === 200));
    assert.ok(answers.filter(({ body }) => body.includes('Functions by')).length >= 1);
    for (const { body } of answers) assert.match(body, /Functions by|Another profile is being taken/);
  });

  test('an answer that the browser has already is drawn anew', async () => {
    const first = await app.inject({ url: '/record/1', headers: cookies() });
    const answer = await app.inject({
      url: '/record/1?profile=t',
      headers: { ...cookies(), 'if-none-match': String(first.headers.etag) },
    });
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /Functions by/);
  });
});

function cookies(): { readonly cookie: string } {
  return { cookie: [...olga.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
}

describe('kept profiles', () => {
  test('are listed and compared, and a statement has its plan', async () => {
    const { id } = await profiled('/record/1?profile=sql');
    const { id: other } = await profiled('/record/2?profile=sql');
    assert.match((await olga.open('/profiles')).body, new RegExp(`${id}[\\s\\S]*Compare`));
    assert.match((await olga.open(`/profiles/compare?a=${id}&b=${other}`)).body, /Second against first/);
    const plans = await Promise.all([0, 1].map(async (at) => (await olga.open(`/profiles/${id}?plan=${at}`)).body));
    assert.ok(
      plans.some((body) => /<pre>[\s\S]*(?:Scan|Sort)[\s\S]*person/.test(body)),
      'the plan of the query of people',
    );
    for (const url of ['/profiles/none', '/profiles/..%2f..%2fetc', `/profiles/${id}.txt`, '/profiles/compare?a=x'])
      assert.equal((await olga.open(url)).statusCode, 404, url);
  });

  test('are taken from outside with a secret that is good once', async () => {
    const secret = await issueOneTime(store.database, 'profile', { person: undefined, data: {} });
    const take = async (body: object) => app.inject({ method: 'POST', url: '/api/profile', payload: body });
    const taking = take({ secret, seconds: 0.5 });
    let over = false;
    void taking.then(() => {
      over = true;
    });
    while (!over) await olga.open('/record/1');
    const taken = await taking;
    assert.equal(taken.statusCode, 200);
    assert.ok((taken.json() as { functions: unknown[] }).functions.length > 0);
    for (const body of [{ secret, seconds: 0.2 }, { secret: 'x' }, {}])
      assert.equal((await take(body)).statusCode, 404);
  });

  test('are the newest 50', async () => {
    for (let at = 0; at < 60; at++) await olga.open('/record/1?profile=t');
    assert.equal((await listProfiles(folder)).length, 50);
  });
});

test('times of a function are its samples, those of what it calls are in its cumulative time, and recursion counts once', () => {
  const frame = (functionName: string) => ({ functionName, url: 'file:///x.js', lineNumber: 0 });
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 5] },
      { id: 2, callFrame: frame('outer'), children: [3] },
      { id: 3, callFrame: frame('inner'), children: [4] },
      { id: 4, callFrame: frame('outer') },
      { id: 5, callFrame: frame('(idle)') },
    ],
    startTime: 0,
    endTime: 10_000,
    samples: [2, 3, 4, 5, 3],
    timeDeltas: [1000, 2000, 3000, 50_000, 1000],
  };
  const found = sortFunctions(functionTimes(profile), 'cumulative').map(({ name, own, cumulative, calls }) => ({
    name,
    own,
    cumulative,
    calls,
  }));
  assert.deepEqual(found, [
    { name: 'outer', own: 4, cumulative: 7, calls: 2 },
    { name: 'inner', own: 3, cumulative: 6, calls: 2 },
  ]);
});
