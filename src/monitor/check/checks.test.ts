import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { testView } from '../status/test-status.ts';
import { createCheckBoard } from './board.ts';
import { judge } from './judge.ts';
import { checkLine } from './line.ts';
import { anchorOf } from './page.ts';
import { parseRange } from './ranges.ts';
import { checks } from './table.ts';
import { folder, listening, look, settingsOf, statusOf, store, type World } from './test-look.ts';

test('every check is whole: a question, ranges, a page of the manual that is there', () => {
  const manual = readFileSync(new URL('../../../docs/when-you-are-woken.md', import.meta.url), 'utf8');
  const headings = [...manual.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  for (const { name, question, summary, warning, critical, page, every } of checks) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(question, /^[A-Z].*\?$/);
    assert.match(summary, /\.$/);
    for (const range of [warning, critical]) assert.ok(range === undefined || parseRange(range) !== undefined, name);
    assert.ok(headings.includes(page), `docs/when-you-are-woken.md has no heading "## ${page}" (check ${name})`);
    assert.ok(every < 60_000, `${name} is not seen within a minute`);
  }
  assert.equal(new Set(checks.map(({ name }) => name)).size, checks.length);
  // Links in the page lead to its own headings.
  for (const [, anchor] of manual.matchAll(/\]\(#([^)]+)\)/g))
    assert.ok(
      headings.some((heading) => anchorOf(heading!) === anchor),
      `docs/when-you-are-woken.md links #${anchor}, which is no heading of it`,
    );
});

test('none throws, and none is worse than unknown, where there is neither server nor database nor folder', async () => {
  const nothing = (): never => {
    throw new Error('There is none.');
  };
  const world = { settings: settingsOf({ REPERIO_DATA: join(folder, 'nothing') }), status: nothing, database: nothing };
  for (const { name } of checks) {
    const answer = await look(name, world);
    if (name !== 'database') assert.ok(['ok', 'unknown'].includes(answer.state), checkLine(name, answer));
    assert.doesNotMatch(checkLine(name, answer), /\n|\|.*\|/);
  }
});

test('what takes too long is unknown, and what hangs is not begun beside itself', async () => {
  const hang = { database: () => ({ query: () => new Promise<never>(() => undefined) }) };
  const answer = await look('files', hang, 20);
  assert.deepEqual([answer.state, answer.sentence], ['unknown', 'It was not found out within 0.02 s.']);
  let begun = 0;
  const slow = { ...checks[0]!, name: 'slow', every: 1, run: () => new Promise<never>(() => void begun++) };
  const board = createCheckBoard([slow], {
    ...hang,
    settings: () => settingsOf(),
    status: () => testView().status,
    now: Date.now,
  });
  board.look();
  board.look();
  board.look();
  assert.equal(begun, 1);
  assert.equal(judge(board.latest()[0]!.finding).state, 'unknown');
});

test('a check is run at each look that its interval names, also where that comes a moment early', async () => {
  let ran = 0;
  let now = 0;
  const quick = {
    ...{ ...checks[0]!, name: 'quick', every: 5_000 },
    run: async () => ({ sentence: `run ${++ran}`, measures: [] }),
  };
  const board = createCheckBoard([quick], {
    settings: () => settingsOf(),
    status: () => testView().status,
    database: () => ({ query: async () => [] }),
    now: () => now,
  });
  for (now of [0, 5_003, 10_001, 15_002, 19_999]) {
    board.look();
    await setImmediate();
  }
  assert.equal(ran, 5);
  now += 2_000;
  board.look();
  assert.equal(ran, 5, 'and at no other');
});

describe('a node', () => {
  test('ready and workers: none is ready; one crashes in a loop; the background process is gone', async () => {
    assert.equal((await look('ready')).state, 'ok');
    assert.equal((await look('ready', statusOf({ workers: [] }))).state, 'critical');
    const [death] = testView().status.deaths;
    const young = Array.from({ length: 6 }, () => ({
      ...death!,
      age: 1,
      when: Date.now(),
      said: ['Error: no such file'],
    }));
    const loop = await look('workers', statusOf({ deaths: young }));
    assert.equal(loop.state, 'critical');
    assert.match(loop.sentence, /Worker 2 crashes in a loop: 6 workers died .* \("Error: no such file"\)/);
    const [worker] = testView().status.workers;
    const lives = { ...worker!, place: death!.place, started: Date.now() - 31_000 };
    const mended = young.map((each) => ({ ...each, when: Date.now() - 32_000 }));
    assert.equal((await look('workers', statusOf({ deaths: mended, workers: [lives] }))).state, 'warning');
    const old = young.map((each) => ({ ...each, when: Date.now() - 3_600_000 }));
    assert.equal((await look('workers', statusOf({ deaths: old, workers: [] }))).state, 'ok');
    const background = { ...testView().status.background, pid: 0 };
    assert.match(
      (await look('workers', statusOf({ deaths: [], workers: [], background }))).sentence,
      /not running: it ended with SIGABRT/,
    );
  });

  test('errors: one failure in a quiet night is well, many are not', async () => {
    const sample = { requests: 0.2, errors: 0.2, median: 1, p95: 1, lag: 0 };
    assert.equal((await look('errors', statusOf({ samples: [sample] }))).state, 'ok');
    const many = Array.from({ length: 24 }, () => ({ ...sample, requests: 10, errors: 1 }));
    const answer = await look('errors', statusOf({ samples: many }));
    assert.deepEqual([answer.state, answer.measures[0]!.value, answer.fix], ['critical', 10, 'reperio status']);
    const { database } = store;
    for (const [fingerprint, seen, count] of [
      ['00000000000000aa', '10 seconds', 3],
      ['00000000000000bb', '90 seconds', 20],
      ['00000000000000cc', '10 minutes', 500],
    ] as const) {
      await database.query(sql`
        INSERT INTO failure (fingerprint, kind, type, code, place, message, frames, samples, count, first_seen, last_seen, first_release,
          last_release, streak, told)
        VALUES (${fingerprint}, 'request', 'TypeError', '', ${`GET /${fingerprint.slice(-2)}`}, 'x', '[]', '[]', ${count}, now(),
          now() - ${seen}::interval, '0.2.0', '0.2.0', 1, 1)`);
      await database.query(sql`
        INSERT INTO failure_hour (fingerprint, hour, count) VALUES (${fingerprint}, date_trunc('hour', now()), ${count})`);
    }
    const named = await look('errors', statusOf({ samples: many }));
    assert.match(named.sentence, /; most often TypeError in GET \/bb\.$/);
    assert.equal(named.fix, 'reperio failures show 00000000000000bb');
    await database.query(sql`DELETE FROM failure`);
  });

  test('lag: one worker alone is named and can be replaced; a machine that does other work is no fault of theirs', async () => {
    const { workers } = testView().status;
    const two = [1, 2].map((pid) => ({ ...workers[0]!, pid, place: pid - 1 }));
    const samples = (first: number, second: number) =>
      Array.from({ length: 6 }, () => ({
        ...{ requests: 1, errors: 0, median: 1, p95: 1, lag: Math.max(first, second) },
        lags: { 1: first, 2: second },
      }));
    const idle = { workers: two, load: [0.1, 0, 0], cores: 2 };
    const alone = await look('lag', statusOf({ ...idle, samples: samples(30, 1_400) }));
    assert.deepEqual([alone.state, alone.fix], ['critical', 'systemctl reload reperio-web']);
    assert.match(alone.sentence, /were 1400 ms late; worker 2 \(process 2\) is, and the others are not\.$/);
    const both = await look('lag', statusOf({ ...idle, samples: samples(900, 1_400) }));
    assert.equal(both.fix, 'reperio profile --seconds 10');
    const busy = await look('lag', statusOf({ ...idle, load: [9.5, 0, 0], samples: samples(900, 1_400) }));
    assert.match(busy.sentence, /; the load of the machine is 9\.5 on 2 cores\.$/);
  });

  test('heartbeat: one that was lost is no trouble, two in a row are, whatever their age', async () => {
    const settings = settingsOf({ REPERIO_HEARTBEAT_URL: 'https://hears.example/x' });
    const state = async (unheard: number, problem: string) =>
      look('heartbeat', { settings, ...statusOf({ heartbeat: { heard: Date.now() - 70_000, unheard, problem } }) });
    assert.equal((await state(1, 'the address of the heartbeat does not answer')).state, 'ok');
    const lost = await state(2, 'the address of the heartbeat answered 404');
    assert.deepEqual([lost.state, lost.fix], ['warning', 'reperio config get heartbeat-url']);
    assert.match(lost.sentence, /^The heartbeat was heard 7\d s ago; the address of the heartbeat answered 404\.$/);
    const silent = await state(2, 'alerts cannot be sent, so the heartbeat is silent: no mail server');
    assert.equal(silent.fix, 'reperio alert test --dry-run');
  });

  test('lag, slow and refused name what is slow and who asks', async () => {
    const late = Array.from({ length: 6 }, () => ({ requests: 1, errors: 0, median: 1, p95: 1, lag: 400 }));
    assert.equal((await look('lag', statusOf({ samples: late }))).state, 'warning');
    assert.equal(
      (await look('lag', statusOf({ samples: [...late.map((each) => ({ ...each, lag: 0 })), late[0]!] }))).state,
      'ok',
    );
    const route = { requests: 1, median: 1, p99: 1, history: [] };
    const routes = [
      { ...route, route: '/search', perSecond: 2, p95: 3_200 },
      { ...route, route: '/record/:id/files/:name', perSecond: 2, p95: 60_000 },
      { ...route, route: '/rare', perSecond: 0.01, p95: 60_000 },
    ];
    const slow = await look('slow', statusOf({ routes }));
    assert.equal(slow.state, 'warning');
    assert.match(slow.sentence, /\/search .* 3\.20 s/);
    const memory = new Map<string, unknown>();
    let now = 1_000_000;
    const totals = { ...testView().status.totals, statuses: { 429: 10 } };
    const world = (refused: number): World => ({
      ...statusOf({ totals: { ...totals, statuses: { 429: refused } } }),
      memory,
      now: () => now,
    });
    assert.equal((await look('refused', world(10))).state, 'ok');
    now += 10_000;
    const flood = await look('refused', world(1_010));
    assert.deepEqual([flood.state, flood.measures[0]!.value], ['critical', 100]);
  });

  test('index: one that cannot be read warns with the reason, an old one is critical', async () => {
    const { workers } = testView().status;
    const problem = await look('index');
    assert.deepEqual([problem.state, /database is away/.test(problem.sentence)], ['warning', true]);
    const old = workers.map((worker) => ({
      ...worker,
      report: { ...worker.report!, index: { ...worker.report!.index, age: 400_000, problem: undefined } },
    }));
    assert.equal((await look('index', statusOf({ workers: old }))).state, 'critical');
  });

  test('answer: a search that finds nothing warns, one that fails is critical, a closed library says so', async () => {
    let status = 200;
    let total = 3;
    const server = createHttp((request, response) => {
      assert.match(request.url!, /^\/api\/search\?p=whales/);
      response.writeHead(status).end(JSON.stringify({ total }));
    });
    const { port } = await listening(server);
    const world = {
      ...statusOf({ address: `http://0.0.0.0:${port}` }),
      settings: settingsOf({ REPERIO_CHECK_QUESTION: 'whales' }),
    };
    assert.match((await look('answer', world)).sentence, /^A search for "whales" found 3 records in \d+ ms\.$/);
    total = 0;
    assert.match((await look('answer', world)).sentence, /^The library has no records yet\.$/);
    await store.database.query(sql`INSERT INTO record (id, created, modified, marc) VALUES (1, now(), now(), '')`);
    assert.equal((await look('answer', world)).state, 'warning', 'it may be the question');
    const { workers } = testView().status;
    const emptied = workers.map((worker) => ({
      ...worker,
      ...(worker.report !== undefined && {
        report: { ...worker.report, index: { ...worker.report.index, records: 0 } },
      }),
    }));
    const lost = await look('answer', {
      ...world,
      ...statusOf({ address: `http://0.0.0.0:${port}`, workers: emptied }),
    });
    assert.deepEqual(
      [lost.state, lost.sentence, lost.fix],
      ['critical', 'Nothing can be found: the index has none of the 1 record of the library.', 'reperio index rebuild'],
    );
    await store.database.query(sql`DELETE FROM record`);
    status = 503;
    assert.equal((await look('answer', world)).state, 'critical');
    await store.database.query(
      sql`INSERT INTO site_level (level) VALUES ('closed') ON CONFLICT (one) DO UPDATE SET level = 'closed'`,
    );
    const closed = await look('answer', world);
    assert.deepEqual([closed.state, closed.fix], ['warning', 'reperio site level open']);
    await store.database.query(sql`UPDATE site_level SET level = 'open'`);
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    assert.equal((await look('answer', world)).state, 'unknown');
  });
});
