import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenBatches } from './even-batches.ts';

const limits = { records: 25_000, bytes: 80_000_000 };
const batches = (size: number, workers: number): number => Math.ceil(size / evenBatches(limits, size, workers).bytes);

test('an input is cut into as many batches for each worker, none larger than allowed', () => {
  assert.equal(batches(386_000_000, 2), 6);
  assert.equal(batches(386_000_000, 4), 8);
  assert.equal(batches(77_000_000, 2), 4);
  assert.equal(batches(3_860_000_000, 2), 50);
});

test('a small one is not cut into crumbs, and one of unknown size or for one worker is cut as before', () => {
  assert.equal(batches(5_000_000, 2), 1);
  assert.equal(batches(40_000_000, 2), 2);
  assert.deepEqual(evenBatches(limits, undefined, 2), limits);
  assert.deepEqual(evenBatches(limits, 386_000_000, 1), limits);
});
