import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../../test/support/wait.ts';
import { createSlices } from './slices.ts';
import { createUsage } from './usage.ts';

const limits = { atOnce: 2, mostWaiting: 3 };

test('of works that wait the network that has used least goes on first, one in each round of the event loop', async () => {
  const usage = createUsage(() => 0);
  usage.add('busy', 500);
  usage.add('reader', 5);
  const slices = createSlices(usage.share, limits);
  const order: string[] = [];
  let rounds = 0;
  const count = (): void => {
    rounds++;
    if (order.length < 4) setImmediate(count);
  };
  setImmediate(count);
  const pause = async (network: string): Promise<void> => {
    await slices.begin(network).pause();
    order.push(`${network} ${rounds}`);
  };
  await Promise.all([pause('busy'), pause('busy'), pause('reader'), pause('other')]);
  assert.deepEqual(
    order.map((one) => one.split(' ')[0]),
    ['other', 'reader', 'busy', 'busy'],
  );
  assert.equal(new Set(order.map((one) => one.split(' ')[1])).size, 4);
});

test('of one network so many works go on at a time, some wait, and more are refused', async () => {
  const slices = createSlices(() => 0, limits);
  const works = Array.from({ length: 6 }, () => slices.begin('one'));
  const went: number[] = [];
  const pauses = works.map(async (work, at) => {
    if (await work.pause()) went.push(at);
    else went.push(-1);
  });
  await waitFor('what goes on at once', () => went.length >= 3);
  // One more would have its turn in a round of its own.
  for (let round = 0; round < 10; round++) await new Promise(setImmediate);
  assert.deepEqual(went.toSorted(), [-1, 0, 1]);
  assert.equal(await slices.begin('another').pause(), true);
  works[0]!.end();
  works[0]!.end();
  await pauses[2];
  works[1]!.end();
  works[2]!.end();
  await Promise.all(pauses);
  assert.deepEqual(went.toSorted(), [-1, 0, 1, 2, 3, 4]);
});

test('what was used is forgotten in some seconds', () => {
  let now = 0;
  const usage = createUsage(() => now);
  for (let at = 0; at < 100; at++) {
    now += 100;
    usage.add('half', 50);
  }
  assert.ok(usage.share('half') > 0.25 && usage.share('half') < 0.5);
  assert.equal(usage.share('nobody'), 0);
  const seconds = usage.until('half', 0.1);
  now += seconds * 1000;
  assert.ok(usage.share('half') <= 0.1);
  for (let at = 0; at < 30_000; at++) usage.add(`n${at}`, 1);
  assert.ok(usage.size <= 20_000);
});
