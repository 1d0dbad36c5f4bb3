import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onBeat, untilBeat } from './beat.ts';

test('a beat is the next multiple of the interval, and never the one that rings just now', () => {
  for (let turn = 0; turn < 100; turn++) {
    const before = performance.now();
    const wait = untilBeat(50);
    const after = performance.now();
    assert.ok(wait >= 2 && wait <= 53, `${wait} ms`);
    const isOnBeat = Math.floor((after + wait) / 50) > Math.floor((before + wait - 1) / 50);
    assert.ok(isOnBeat, `${wait} ms after ${before} to ${after}`);
  }
});

test('what has the same interval rings in the same turn of the event loop', async () => {
  const rung: string[] = [];
  const first = onBeat(
    () => 100,
    () => rung.push('first'),
  );
  await sleep(30);
  const second = onBeat(
    () => 100,
    () => rung.push('second'),
  );
  // Each turn rings both, whichever first.
  while (rung.length < 8) await sleep(10);
  first.stop();
  second.stop();
  const after = rung.length;
  await sleep(150);
  assert.equal(rung.length, after, 'stopped is stopped');
  assert.ok(Math.abs(rung.filter((one) => one === 'first').length - after / 2) <= 1, rung.join(' '));
});

test('another interval is in force from the moment that it is planned anew', async () => {
  let every = 3_600_000;
  let rung = 0;
  const beat = onBeat(
    () => every,
    () => rung++,
  );
  await sleep(50);
  assert.equal(rung, 0);
  every = 10;
  beat.replan();
  while (rung < 3) await sleep(5);
  beat.stop();
});
