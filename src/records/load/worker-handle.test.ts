import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerSetup } from './protocol.ts';
import { LoadWorker } from './worker-handle.ts';

test('a call that fails before anybody looks at it fails for who looks later, and ends no process', async () => {
  // It cannot start, as one that is ended in the middle.
  const worker = new LoadWorker({} as WorkerSetup);
  const early = worker.call('raw', { batch: 0, indexes: [] });
  await worker.end();
  const late = worker.call('raw', { batch: 0, indexes: [] });
  await sleep(1);
  await assert.rejects(early);
  await assert.rejects(late);
});

test('a thread that was never asked for was never started, and cannot be asked when it is ended', async () => {
  const worker = new LoadWorker({} as WorkerSetup);
  await worker.end();
  await assert.rejects(worker.call('raw', { batch: 0, indexes: [] }), /ended/);
});
