import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { deleteRecord, writeRecords } from '../../records/write.ts';
import { defaultSite } from '../../site/default.ts';
import { serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-serve-'));
let store: TestDatabase;
let settings: Settings;
const log: string[] = [];

before(async () => {
  store = await openTestDatabase();
  settings = loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_PORT: '0' });
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly address: string;
  stop(): Promise<void>;
}

async function start(changes: Partial<Settings> = {}): Promise<Running> {
  const controller = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const address = await new Promise<string>((resolve, reject) => {
    const write = (line: string): void => {
      log.push(line);
    };
    ended = serve({
      settings: { ...settings, ...changes },
      signal: controller.signal,
      log: { write },
      onListening: resolve,
    });
    ended.catch(reject);
  });
  return {
    address,
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

test('what is written is on the pages at once, and gone when it is deleted', async () => {
  const server = await start();
  try {
    const analyzer = compileAnalyzer(defaultSite());
    const record = { leader: '', fields: [field('245__', '$aThe zirconium question'), field('980__', '$aARTICLE')] };
    const [written] = await writeRecords(store.database, analyzer, [{ record, mode: 'insert', reason: 'test' }]);
    const page = await until(`${server.address}/search?p=zirconium`, (body) =>
      body.includes('The <mark>zirconium</mark> question'),
    );
    assert.match(page, /<h1>1 record for /);
    const address = `${server.address}/record/${written!.id}`;
    assert.equal((await fetch(address)).status, 200);
    await deleteRecord(store.database, analyzer, written!.id, 'test');
    await until(`${server.address}/search?p=zirconium&of=id`, (body) => body.trim() === '[]');
    assert.equal((await fetch(address)).status, 410);
    assert.ok(log.some((line) => line.includes('"url":"/search?p=zirconium"') && line.includes('"status":200')));
  } finally {
    await server.stop();
  }
});

/** Asks again until the follower has caught up. */
async function until(address: string, holds: (body: string) => boolean): Promise<string> {
  return waitFor(address, async () => {
    const body = await (await fetch(address)).text();
    if (!holds(body)) throw new Error(body.slice(0, 2000));
    return body;
  });
}

test('a second server of the folder is refused, and naming it', async () => {
  const server = await start();
  const port = new URL(server.address).port;
  await assert.rejects(
    start(),
    (error: Error) => error.message.includes(String(process.pid)) && error.message.includes(port),
  );
  await server.stop();
});

test('a taken port and an unknown address are one sentence, and leave nothing locked', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  await assert.rejects(start({ port }), {
    code: 'REPERIO_PORT_TAKEN',
    message: new RegExp(`Port ${port} of 127\\.0\\.0\\.1 is already in use`),
  });
  other.close();
  await assert.rejects(start({ host: '203.0.113.7' }), { code: 'REPERIO_HOST_UNKNOWN' });
  const server = await start();
  await server.stop();
});

test('a worker that is killed is replaced, and requests are answered meanwhile', async () => {
  const server = await start({ webWorkers: 2 });
  try {
    const killed = workersOf(process.pid);
    assert.equal(killed.length, 2);
    process.kill(killed[0]!, 'SIGKILL');
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`${server.address}/health/live`, { headers: { connection: 'close' } });
      assert.equal(answer.status, 200);
    }
    await waitFor('another worker', () => {
      const now = workersOf(process.pid);
      return now.length === 2 && !now.includes(killed[0]!);
    });
    await waitFor('the word of the death', () =>
      log.some((line) => line.includes(`process ${killed[0]}`) && line.includes('SIGKILL')),
    );
  } finally {
    await server.stop();
  }
  assert.deepEqual(workersOf(process.pid), []);
});

test('connections that a killed worker had not taken yet are answered by another one: none hangs', async () => {
  const server = await start({ webWorkers: 2 });
  let over = false;
  const outcomes = { answered: 0, cut: 0, late: 0 };
  const client = async (): Promise<void> => {
    while (!over) {
      const options = { headers: { connection: 'close' }, signal: AbortSignal.timeout(20_000) };
      await fetch(`${server.address}/health/live`, options).then(
        () => outcomes.answered++,
        (error: Error) => (error.name === 'TimeoutError' ? outcomes.late++ : outcomes.cut++),
      );
    }
  };
  try {
    const clients = Array.from({ length: 8 }, client);
    for (const _ of [1, 2]) {
      const { answered } = outcomes;
      await waitFor('answers', () => outcomes.answered > answered + 50);
      process.kill(await waitFor('a worker', () => workersOf(process.pid)[0]), 'SIGKILL');
    }
    const { answered } = outcomes;
    await waitFor('answers after that', () => outcomes.answered > answered + 50);
    over = true;
    await Promise.all(clients);
  } finally {
    await server.stop();
  }
  assert.equal(outcomes.late, 0);
  // Only what the worker was just answering.
  assert.ok(outcomes.cut <= 16, JSON.stringify(outcomes));
});

/** Processes that run web/worker.ts below a process. */
function workersOf(parent: number): readonly number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('web/worker.ts'));
}

test('a balancer hears that the server goes before it is gone', async () => {
  const server = await start();
  assert.equal((await fetch(`${server.address}/health/ready`)).status, 200);
  const stopped = server.stop();
  assert.equal((await fetch(`${server.address}/health/ready`)).status, 404);
  await stopped;
  await assert.rejects(fetch(`${server.address}/health/live`));
});
