import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { addLatencies, addLatency, latencyBounds, latencyQuantile, noLatencies, totalCount } from './latencies.ts';
import { NodeMeter } from './node-meter.ts';
import { createScoreboard, readScoreboard } from './scoreboard.ts';
import { WorkerMeter, type WorkerReport } from './worker-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-board-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a scoreboard', () => {
  const path = join(folder, 'run', 'one.board');

  test('tells the requests that run, the oldest first, with their statements, and nothing when it is gone', () => {
    const before = Date.now();
    const board = createScoreboard(path);
    const first = board.begin({ client: '10.0.0.1', method: 'GET', url: '/search?p=a' });
    const second = board.begin({ client: '::1', method: 'POST', url: `/${'x'.repeat(2000)}` });
    first!.statement();
    first!.statement();
    const [one, two] = readScoreboard(path);
    assert.deepEqual(
      { ...one, began: 0 },
      { client: '10.0.0.1', method: 'GET', url: '/search?p=a', statements: 2, began: 0 },
    );
    assert.ok(one!.began >= before && one!.began <= Date.now());
    assert.match(two!.url, /^\/x{400,480}$/);
    first!.end();
    assert.deepEqual(
      readScoreboard(path).map(({ client }) => client),
      ['::1'],
    );
    second!.end();
    board.close();
    assert.deepEqual(readScoreboard(path), []);
  });

  test('has room for many at once; more are answered without a line', () => {
    const board = createScoreboard(path);
    const lines = Array.from({ length: 80 }, (_, at) => board.begin({ client: 'c', method: 'GET', url: `/${at}` }));
    const given = lines.filter((line) => line !== undefined).length;
    assert.equal(readScoreboard(path).length, given);
    assert.ok(given >= 64 && given < 80);
    for (const line of lines) line?.end();
    assert.deepEqual(readScoreboard(path), []);
    assert.ok(board.begin({ client: 'c', method: 'GET', url: '/again' }) !== undefined);
    board.close();
  });
});

test('quantiles lie in the class of the value, and sums of counts are counts of sums', () => {
  const time = fc.double({ min: 0, max: 30_000, noNaN: true });
  assertProperty(
    fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), fc.array(time, { maxLength: 50 }), (some, more) => {
      const [a, b, all] = [noLatencies(), noLatencies(), noLatencies()];
      for (const one of some) addLatency(a, one);
      for (const one of more) addLatency(b, one);
      for (const one of [...some, ...more]) addLatency(all, one);
      addLatencies(a, b);
      assert.deepEqual(a.counts, all.counts);
      assert.equal(totalCount(a), some.length + more.length);
      const sorted = [...some, ...more].sort((x, y) => x - y);
      for (const part of [0.5, 0.95, 1]) {
        const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
        const at = latencyBounds.findIndex((bound) => value <= bound);
        const found = latencyQuantile(a, part);
        assert.ok(found >= (at === -1 ? latencyBounds.at(-1)! : (latencyBounds[at - 1] ?? 0)), `${found} for ${value}`);
        assert.ok(found <= (at === -1 ? latencyBounds.at(-1)! * 2 : latencyBounds[at]!), `${found} for ${value}`);
      }
    }),
  );
});

test('what a node did never falls when workers come and go, and is told by stretches', () => {
  const node = new NodeMeter();
  const rest = {
    connections: 0,
    pool: { open: 0, idle: 0, waiting: 0, most: 8 },
    index: { manifest: 1, records: 0, segments: 0, deltas: 0, age: 0, problem: undefined },
    caches: {},
  };
  const meters = [new WorkerMeter(), new WorkerMeter()];
  // As between processes.
  const report = (meter: WorkerMeter): WorkerReport => structuredClone(meter.report(rest));
  meters[0]!.request('/search', 200, 4);
  meters[0]!.request('/search', 500, 40);
  meters[1]!.request('/record/:id', 200, 7);
  node.note(1, report(meters[0]!));
  node.note(2, report(meters[1]!));
  node.sample();
  assert.equal(node.totals().requests, 3);
  assert.equal(node.samples().at(-1)!.errors, 1 / 5);
  node.end(1);
  const fresh = new WorkerMeter();
  fresh.request('/search', 200, 3);
  node.note(3, report(fresh));
  node.sample();
  assert.deepEqual(node.totals().statuses, { 200: 3, 500: 1 });
  assert.equal(node.samples().at(-1)!.requests, 1 / 5);
  assert.equal(node.samples().at(-1)!.errors, 0);
  const [search] = node.routes();
  assert.deepEqual([search!.route, search!.requests, [...search!.history]], ['/search', 3, [2, 1]]);
  for (const meter of [...meters, fresh]) meter.close();
});

test('a worker has a bounded number of routes', () => {
  const meter = new WorkerMeter();
  for (let at = 0; at < 300; at++) meter.request(`/${at}`, 200, 1);
  const { routes, requests } = meter.report({
    connections: 0,
    pool: { open: 0, idle: 0, waiting: 0, most: 8 },
    index: { manifest: 1, records: 0, segments: 0, deltas: 0, age: 0, problem: undefined },
    caches: {},
  });
  assert.equal(requests, 300);
  assert.ok(Object.keys(routes).length <= 101);
  assert.equal(totalCount(routes['other']!), 200);
  meter.close();
});

test('how late the event loop is shows from the first request on', async () => {
  const meter = new WorkerMeter();
  const rest = {
    connections: 0,
    pool: { most: 1, open: 0, idle: 0, waiting: 0 },
    index: { manifest: 1, records: 0, segments: 0, deltas: 0, age: 0, problem: undefined },
    caches: [],
  };
  const block = (): void => {
    for (const until = performance.now() + 120; performance.now() < until; );
  };
  const looks = () => new Promise((resolve) => setTimeout(resolve, 30));
  const most = async (): Promise<number> => {
    await looks();
    return meter.report(rest as unknown as Parameters<WorkerMeter['report']>[0]).loop.most;
  };
  meter.begin();
  block();
  assert.ok((await most()) >= 100, 'the first request after a pause');
  await looks();
  block();
  assert.ok((await most()) >= 100, 'while it goes on');
  meter.request('/', 200, 1);
  await most();
  meter.begin();
  block();
  assert.ok((await most()) >= 100, 'and after the watch had ended');
  meter.close();
});
