import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../../test/support/wait.ts';
import type { WorkerPlan } from './member.ts';
import { Supervisor } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-supervisor-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const entry = join(folder, 'worker.mjs');
writeFileSync(
  entry,
  `process.on('message', ({ kind }) => {
  if (kind === 'start') {
    process.send({ kind: 'ready' });
    setInterval(() => process.send({ kind: 'report', report: { requests: 0, statuses: {}, routes: {}, loop: {}, memory: {} } }), 100);
  }
  if (kind === 'close' || kind === 'go-away') process.exit(0);
});
`,
);

/** Answers connections with its own name, but for the first of all, which dies over them. */
const answering = join(folder, 'answering.mjs');
writeFileSync(
  answering,
  `import { existsSync, writeFileSync } from 'node:fs';
const marker = ${JSON.stringify(join(folder, 'first'))};
const isFirst = !existsSync(marker);
writeFileSync(marker, '');
process.on('message', ({ kind, number }, socket) => {
  if (kind === 'start') process.send({ kind: 'ready' });
  if (kind === 'go-away' && isFirst) process.kill(process.pid, 'SIGKILL');
  if (kind === 'connection' && !isFirst) {
    process.send({ kind: 'taken', number });
    socket.end('answered by another');
  }
  if (kind === 'close') process.disconnect();
});
`,
);

/** A real worker process that answers nothing; whether its Node is there is asked at each start. */
async function supervised(
  nodeAt: (start: number) => string,
  work: (supervisor: Supervisor, plan: WorkerPlan, said: readonly string[]) => Promise<void>,
  silence = 0,
  module = entry,
): Promise<void> {
  let starts = 0;
  const said: string[] = [];
  const stop = new AbortController();
  const plan: WorkerPlan = {
    workers: 1,
    release: () => ({ folder, entry: pathToFileURL(module), node: nodeAt(++starts) }),
    start: () => ({}),
    limits: { requests: 0, memory: 0, idle: 0, silence },
    board: (pid) => join(folder, `${pid}.board`),
  };
  const listening = Promise.withResolvers<void>();
  const supervisor = await Supervisor.listen({
    ...{ plan, host: '127.0.0.1', port: 0, signal: stop.signal, log: { write: () => undefined } },
    say: (_, sentence) => void said.push(sentence),
    onAsked: () => undefined,
    onListening: () => listening.resolve(),
  });
  const run = supervisor.run();
  await listening.promise;
  try {
    await work(supervisor, plan, said);
  } finally {
    stop.abort();
    // Less than a worker that is there may take to finish.
    await waitFor('an end that waits for nobody who is not there', () => run.then(() => true), 30_000);
  }
}

const missing = '/nonexistent/node';
const worker = (supervisor: Supervisor) => supervisor.status().workers[0];

test('a worker whose process cannot be started is tried again', async () => {
  await supervised(
    (start) => (start === 2 ? missing : process.execPath),
    async (supervisor, _, said) => {
      process.kill(worker(supervisor)!.pid, 'SIGKILL');
      await waitFor('another worker', () => said.length >= 2 && worker(supervisor)?.state === 'ready');
      assert.ok(said.some((sentence) => sentence.includes('ENOENT')));
      assert.equal(supervisor.status().deathCount, 2);
    },
  );
});

test('a reload whose first process cannot be started changes nothing, and the next one works', async () => {
  await supervised(
    (start) => (start === 2 ? missing : process.execPath),
    async (supervisor, plan) => {
      const { pid } = worker(supervisor)!;
      assert.equal(await supervisor.reload(plan), false);
      assert.equal(worker(supervisor)?.pid, pid);
      assert.equal(await supervisor.reload(plan), true);
      const ready = supervisor.status().workers.filter(({ state }) => state === 'ready');
      assert.ok(ready.length === 1 && ready[0]!.pid !== pid);
    },
  );
});

test('a connection that was accepted is answered, though its worker dies while the node stops', async () => {
  let said = '';
  let closed = Promise.resolve<unknown>(undefined);
  await supervised(
    () => process.execPath,
    async (supervisor) => {
      const socket = connect({ port: Number(new URL(supervisor.address).port), host: '127.0.0.1' });
      socket.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      closed = once(socket, 'close');
      await once(socket, 'connect');
      await waitFor('the supervisor to accept it', () => supervisor.accepted === 1);
    },
    0,
    answering,
  );
  await closed;
  assert.equal(said, 'answered by another');
});

test('a pause of the supervisor itself, as when the machine is suspended, is no silence of its workers', async () => {
  await supervised(
    () => process.execPath,
    async (supervisor, _, said) => {
      const { pid } = worker(supervisor)!;
      // Nothing runs here meanwhile: the reports that come wait to be read.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
      await sleep(3_000);
      assert.deepEqual(said, []);
      assert.equal(worker(supervisor)?.pid, pid);
    },
    4_000,
  );
});
