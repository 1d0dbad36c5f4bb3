import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { keepSocket } from '../../../test/support/keep-socket.ts';
import { lacks } from '../../../test/support/packages.ts';
import { Readers } from '../../../test/support/readers.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { otherAddress, takeInherited } from './inherited.ts';

const reperio = fileURLToPath(new URL('../../../bin/reperio', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reperio-activation-'));
let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

const fresh = 4;

test('a node that inherits its sockets is killed while it starts, and restarted: no request is lost; killed again, none that waits', {
  skip: lacks('python3'),
}, async () => {
  const kept = await keepSocket(['web=127.0.0.1:0', 'status=127.0.0.1:0'], [reperio, 'serve'], {
    ...process.env,
    ...{ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_WEB_WORKERS: '2', REPERIO_PORT: '1' },
    REPERIO_EXEMPT_NETWORKS: '127.0.0.0/8',
    NODE_TEST_CONTEXT: undefined,
  });
  const [port = 0, statusPort = 0] = kept.ports;
  const readers = new Readers(`http://127.0.0.1:${port}/search?p=test`, { fresh, kept: 2 });
  try {
    const first = await waitFor('the first process', () => kept.started[0]);
    await waitFor('its worker', () => workersOf(first)[0]);
    process.kill(first, 'SIGKILL');
    await waitFor('answers of the second', () => readers.answered > 50);
    const second = kept.started[1]!;
    const socket = readlinkSync(`/proc/${second}/fd/3`);
    for (const pid of workersOf(second))
      assert.ok(!filesOf(pid).includes(socket), 'only the supervisor has the socket');
    assert.match(await (await fetch(`http://127.0.0.1:${statusPort}/server-status?auto`)).text(), /serving/i);
    process.kill(second, 'SIGTERM');
    await nextAnswers(2);
    assert.deepEqual(readers.failures, []);
    process.kill(kept.started[2]!, 'SIGKILL');
    await nextAnswers(3);
    await readers.stop();
  } finally {
    await readers.stop();
    await kept.stop();
  }
  // What it had just accepted and not handed on goes with it; nobody is refused, and workers answer
  // the rest.
  assert.ok(readers.failures.length <= fresh, readers.failures.join(', '));
  for (const failure of readers.failures) assert.match(failure, /ECONNRESET|hang up/);
  assert.equal(kept.started.length, 4);
  assert.match(kept.said.join('\n'), /was given a socket on 127\.0\.0\.1 port \d+, which counts/);

  /** Of the process with this place in the order of starts. */
  async function nextAnswers(at: number): Promise<void> {
    await waitFor('the next process', () => kept.started[at]);
    await waitFor('its workers', () => workersOf(kept.started[at]!).length === 2);
    const { answered } = readers;
    await waitFor('its answers', () => readers.answered > answered + 50);
  }
});

test('a node that cannot start tells so to whoever waits: a balancer asks another one', {
  skip: lacks('python3'),
}, async () => {
  const kept = await keepSocket(['web=127.0.0.1:0'], [reperio, 'serve'], {
    ...process.env,
    ...{ REPERIO_DATA: join(folder, 'other'), DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' },
    NODE_TEST_CONTEXT: undefined,
  });
  try {
    const answer = await fetch(`http://127.0.0.1:${kept.ports[0]}/health/ready`);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
  } finally {
    await kept.stop();
  }
});

test('sockets are for the process that they were opened for, and are checked', () => {
  const environment: Record<string, string | undefined> = { LISTEN_FDS: '1', LISTEN_PID: '77', LISTEN_FDNAMES: 'web' };
  assert.deepEqual(takeInherited(environment, 78), { web: [], status: undefined });
  assert.deepEqual(environment, {});
  assert.deepEqual(takeInherited({}, 78), { web: [], status: undefined });
  // Of this many, some are no sockets that listen.
  assert.throws(() => takeInherited({ LISTEN_FDS: '50', LISTEN_PID: '77' }, 77), { code: 'REPERIO_SOCKET_UNFIT' });
});

test('a socket that is not where the settings say is told', () => {
  const socket = { fd: 3, host: '127.0.0.1', port: 8080 };
  assert.equal(otherAddress([], { host: '127.0.0.1', port: 8080 }), undefined);
  assert.equal(otherAddress([socket], { host: 'localhost', port: 8080 }), undefined);
  assert.match(otherAddress([socket], { host: '0.0.0.0', port: 80 })!, /127\.0\.0\.1 port 8080.* 0\.0\.0\.0 port 80/);
});

function workersOf(parent: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('web/worker.ts'));
  } catch {
    return [];
  }
}

function filesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
