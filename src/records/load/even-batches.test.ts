import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WriteMode } from '../modes.ts';
import { batchSizes } from './even-batches.ts';

const limits = { records: 25_000, bytes: 80_000_000 };

function batches(size: number, workers: number): number {
  return Math.ceil(size / batchSizes(limits, { size, workers, mode: 'insert' })({ records: 0, bytes: 0 }).bytes);
}

/** Records of each batch of an input whose records have so many bytes. */
function growing(
  records: number,
  bytesOfOne: number,
  given: { mode: WriteMode; size?: number; workers?: number },
): number[] {
  const sizes = batchSizes(limits, { size: undefined, workers: 2, ...given });
  const made: number[] = [];
  for (let done = 0; done < records; ) {
    const { records: most, bytes } = sizes({ records: done, bytes: done * bytesOfOne });
    const count = Math.min(most, Math.floor(bytes / bytesOfOne), records - done);
    made.push(count);
    done += count;
  }
  return made;
}

test('an input is cut into as many batches for each worker, none larger than allowed', () => {
  assert.equal(batches(386_000_000, 2), 6);
  assert.equal(batches(386_000_000, 4), 8);
  assert.equal(batches(77_000_000, 2), 4);
  assert.equal(batches(60_000_000, 2), 4, 'three for two workers would leave one of them without work');
  assert.equal(batches(3_860_000_000, 2), 50);
});

test('a small one is not cut into crumbs, and for one worker nothing is cut', () => {
  assert.equal(batches(5_000_000, 2), 1);
  assert.equal(batches(20_000_000, 2), 2);
  assert.deepEqual(growing(100_000, 3_000, { mode: 'correct', workers: 1 }), [25_000, 25_000, 25_000, 25_000]);
});

test('batches of an input of unknown size grow, so that all workers have some of a small one', () => {
  const made = growing(1_000_000, 3_000, { mode: 'insert' });
  assert.deepEqual(made.slice(0, 4), [2_500, 2_500, 2_500, 2_500]);
  assert.equal(made.at(-2), 25_000);
  assert.ok(made.length < 60, `${made.length} batches`);
  assert.deepEqual(growing(2_000, 3_000, { mode: 'insert' }), [2_000]);
});

test('parts of records are many in a few bytes: all workers have some of them', () => {
  const made = growing(20_000, 200, { mode: 'correct', size: 4_000_000 });
  for (const worker of [0, 1]) {
    const of = made.filter((_, place) => place % 2 === worker).reduce((sum, count) => sum + count, 0);
    assert.ok(of <= 12_000, `worker ${worker} has ${of} of 20,000`);
  }
});
