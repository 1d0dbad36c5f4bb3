import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type RequestOptions } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { findProgram } from '../../../test/support/packages.ts';
import { prometheusText } from '../../monitor/prometheus.ts';
import { createScoreboard } from '../../monitor/scoreboard.ts';
import { answerStatus } from '../../monitor/status/answer.ts';
import { listenForStatus } from '../../monitor/status/listener.ts';
import { isOwnPeer } from '../../monitor/status/local.ts';
import { emptyView, testView } from '../../monitor/status/test-status.ts';
import { WorkerMeter } from '../../monitor/worker-report.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testOperators, testPassword } from '../test-people.ts';
import { createReader } from '../test-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-status-'));
let store: TestDatabase;
let people: WebPeople;
let app: FastifyInstance;
let late = false;
const meter = new WorkerMeter();

before(async () => {
  store = await openTestDatabase();
  people = await testOperators(store, 'viewserverstatus');
  app = createApp(memoryLibrary(testSite, []), {
    people,
    trustProxy: '10.0.0.1',
    status: {
      networks: '127.0.0.0/8, 192.0.2.0/24',
      view: async () => testView(),
      checks: async () => testView().status.checks,
    },
    watch: { meter, board: createScoreboard(join(folder, 'one.board')), eventLoopLag: () => 0, isLate: () => late },
  });
});
after(async () => {
  await app.close();
  meter.close();
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

const paths = ['/server-status', '/server-status?auto', '/server-status?format=json', '/metrics'];
const statusFor = async (url: string, remoteAddress: string, headers: Record<string, string> = {}): Promise<number> =>
  (await app.inject({ url, remoteAddress, headers: { host: 'localhost', ...headers } })).statusCode;

describe('the state of a node', () => {
  test('is for its own machine, the networks of the settings, and whoever may see it; for nobody else', async () => {
    for (const path of paths) {
      assert.equal(await statusFor(path, '127.0.0.1'), 200, path);
      assert.equal(await statusFor(path, '192.0.2.50', { host: 'library.example' }), 200);
      assert.equal(await statusFor(path, '203.0.113.5'), 403);
      // A proxy on this machine asks for everybody.
      assert.equal(await statusFor(path, '127.0.0.1', { host: 'library.example' }), 403);
      assert.equal(await statusFor(path, '127.0.0.1', { 'x-forwarded-for': '203.0.113.5' }), 403);
      for (const [name, value] of [
        ['x-real-ip', '203.0.113.5'],
        ['x-forwarded-proto', 'https'],
        ['via', '1.1 proxy'],
      ] as const) {
        assert.equal(await statusFor(path, '127.0.0.1', { [name]: value }), 403, name);
        assert.equal(await statusFor(path, '192.0.2.50', { [name]: value }), 403, name);
      }
      // A trusted proxy tells who asks.
      assert.equal(await statusFor(path, '10.0.0.1', { 'x-forwarded-for': '203.0.113.5' }), 403);
      assert.equal(await statusFor(path, '10.0.0.1', { 'x-forwarded-for': '192.0.2.50' }), 200);
      assert.equal(await statusFor(path, '10.0.0.1', { 'x-forwarded-for': '127.0.0.1' }), 403);
    }
  });

  test('is not for who asks through nginx as it comes, which speaks HTTP/1.0 and names us', async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { readonly port: number };
    const ask = (version: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        connect(port, '127.0.0.1')
          .on('data', (bytes) => {
            answer += String(bytes);
          })
          .on('end', () => resolve(answer.split('\r\n')[0]!))
          .on('error', reject)
          .write(`GET /server-status HTTP/${version}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      });
    assert.match(await ask('1.0'), / 403 /);
    assert.match(await ask('1.1'), / 200 /);
  });

  test('is seen by a person with the action, by cookie, and by nobody without it', async () => {
    for (const [name, expected] of [
      ['olga', 200],
      ['nobody', 403],
    ] as const) {
      const reader = createReader(app);
      await reader.open('/account/sign-in');
      await reader.send('/account/sign-in', { name, password: testPassword });
      const cookie = [...reader.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
      for (const path of paths) assert.equal(await statusFor(path, '203.0.113.5', { cookie }), expected, name);
    }
  });

  test('escapes what was asked for, allows its own style only, and names what is wrong', () => {
    const page = answerStatus('/server-status', 'refresh=5', '', testView())!;
    assert.match(page.body, /GET \/search\?p=&lt;b&gt;higgs/);
    assert.doesNotMatch(page.body, /<b>higgs/);
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page.body)!;
    assert.ok(page.headers['content-security-policy']!.includes(createHash('sha256').update(style!).digest('base64')));
    assert.match(page.body, /<meta http-equiv="refresh" content="5">/);
    for (const sign of [
      /silent<\/span>|silent for/,
      /SIGABRT/,
      /heap out of memory/,
      /187/,
      /gone for/,
      /-4\.20 s/,
      /0\.1\.1/,
      /1,204 expired rows deleted/,
      /running for 61 s/,
      /class="bad">2 files are missing/,
      /class="bad">67 min late/,
    ])
      assert.match(page.body, sign);
  });

  test('is drawn for a node that has done nothing yet, without a database', () => {
    for (const query of ['', 'auto', 'format=json', 'refresh=0', 'refresh=x', 'refresh=999999999'])
      assert.ok(answerStatus('/server-status', query, '', emptyView())!.body.length > 100, query);
    const metrics = prometheusText(testView().status, testView().tasks, undefined, testView().jobs);
    assert.match(metrics, /^reperio_task_problem\{task="files"\} 1$/m);
    assert.match(metrics, /^reperio_task_late_seconds\{task="nodes"\} 4000$/m);
  });

  test('lines for machines are those of mod_status', () => {
    const { body } = answerStatus('/server-status', 'auto', '', testView())!;
    assert.match(body, /^Total Accesses: \d+$/m);
    assert.match(body, /^Scoreboard: W!$/m);
    assert.match(body, /^BusyWorkers: 1$/m);
  });

  const promtool = findProgram('promtool');
  test('what Prometheus reads is well formed', { skip: promtool === undefined && 'promtool is not installed' }, () => {
    for (const { status, tasks } of [testView(), emptyView()]) {
      const {
        status: code,
        stdout,
        stderr,
      } = spawnSync(promtool!, ['check', 'metrics'], {
        input: prometheusText(status, tasks),
        encoding: 'utf8',
      });
      assert.deepEqual({ code, said: `${stdout}${stderr}` }, { code: 0, said: '' });
    }
  });
});

describe('a process that is late', () => {
  test('refuses at once, with a time to come back, but for probes and its state', async () => {
    late = true;
    try {
      const answer = await app.inject('/search?p=x');
      assert.equal(answer.statusCode, 503);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      assert.match(answer.body, /try again/);
      assert.equal(
        (await app.inject('/api/search?q=x')).headers['content-type'],
        'application/problem+json; charset=utf-8',
      );
      for (const path of ['/health/live', '/health/ready', '/server-status', '/metrics'])
        assert.equal(await statusFor(path, '127.0.0.1'), 200, path);
    } finally {
      late = false;
    }
    assert.equal((await app.inject('/search?p=x')).statusCode, 200);
  });
});

test('requests are counted by route, and their statements', async () => {
  await app.inject('/search?p=x');
  await app.inject('/no/such/page');
  const { routes } = meter.report({
    connections: 0,
    pool: { open: 0, idle: 0, waiting: 0, most: 8 },
    index: { manifest: 1, records: 0, segments: 0, deltas: 0, age: 0, problem: undefined },
    caches: {},
  });
  assert.ok(routes['/search'] !== undefined && routes['no such page'] !== undefined, Object.keys(routes).join(' '));
});

test('without a setting the state is for our own user and root on this machine, and for nobody whom a proxy of another user passes on', async (t) => {
  const closed = createApp(memoryLibrary(testSite, []), {
    people,
    trustProxy: '10.0.0.1',
    status: { networks: undefined, view: async () => testView(), checks: async () => testView().status.checks },
  });
  try {
    await closed.listen({ host: '127.0.0.1', port: 0 });
    const { port } = closed.server.address() as { readonly port: number };
    const ours = await fetch(`http://127.0.0.1:${port}/server-status?auto`);
    assert.equal(ours.status, 200);
    const named = await fetch(`http://127.0.0.1:${port}/server-status`, {
      headers: { 'x-forwarded-for': '192.0.2.1' },
    });
    assert.equal(named.status, 403);
    if (process.getuid?.() !== 0) return t.diagnostic('only root can ask as another user');
    // As nginx does by itself from 1.29.7 on: HTTP/1.1, our name, and no sign of a proxy.
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET /metrics HTTP/1.1\\r\\nHost: 127.0.0.1:${port}\\r\\n\\r\\n' >&3; head -n 1 <&3`;
    const run = promisify(execFile);
    const other = await run('bash', ['-c', script], { uid: 65534, gid: 65534, cwd: '/' });
    assert.match(other.stdout, / 403 /, other.stderr);
    const root = await run('bash', ['-c', script]);
    assert.match(root.stdout, / 200 /, root.stderr);
  } finally {
    await closed.close();
  }
});

test('the kernel names our own user at the other end, whichever kind of socket asks whichever address', async () => {
  for (const [listens, asked] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.2'],
    ['::', '127.0.0.1'],
    ['::', '::ffff:127.0.0.1'],
    ['::', '::1'],
  ] as const) {
    const found = Promise.withResolvers<boolean>();
    const server = createServer((socket) => void isOwnPeer(socket).then(found.resolve, found.reject));
    await once(server.listen(0, listens), 'listening');
    const { port } = server.address() as { readonly port: number };
    const client = connect(port, asked);
    assert.equal(await found.promise, true, `${asked} of ${listens}`);
    client.destroy();
    server.close();
  }
  const nobody = { localAddress: '127.0.0.1', localPort: 1, remoteAddress: '127.0.0.1', remotePort: 2 };
  assert.equal(await isOwnPeer(nobody), false);
  assert.equal(await isOwnPeer({ ...nobody, remoteAddress: '/run/x' }), false);
});

test('the port of the supervisor answers what it is for, and no page of somewhere else', async () => {
  const asked: number[] = [];
  let lookedAgain = 0;
  const socket = join(folder, 'supervisor', 'status.sock');
  const port = await freePort();
  const listener = await listenForStatus({
    socket,
    port,
    view: async () => testView(),
    checks: {
      fresh: async () => [],
      latest: () => [],
      again: async () => {
        lookedAgain++;
        return [];
      },
    },
    profile: async (seconds) => {
      asked.push(seconds);
      return 'abc';
    },
    say: (sentence) => assert.fail(sentence),
  });
  const ask = (path: string, by: RequestOptions): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ path, ...by }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
    });
  try {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      assert.equal(await ask('/metrics', { port, headers: { host } }), 200);
    assert.equal(await ask('/server-status', { port, headers: { host: 'evil.example' } }), 421);
    assert.equal(await ask('/profile?seconds=1', { port }), 404);
    assert.deepEqual(asked, []);
    for (const seconds of ['0.5', '99999999', '-1'])
      assert.equal(await ask(`/profile?seconds=${seconds}`, { socketPath: socket }), 200);
    assert.deepEqual(asked, [0.5, 120, 0]);
    assert.equal(await ask('/health/live', { socketPath: socket }), 200);
    // The doctor asks for it, by the socket; by the port nobody can.
    assert.equal(await ask('/server-status?again', { port }), 200);
    assert.equal(lookedAgain, 0);
    assert.equal(await ask('/server-status?again', { socketPath: socket }), 200);
    assert.equal(lookedAgain, 1);
  } finally {
    await listener.close();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
