import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { noneDone } from '../records/load/coordinator.ts';
import { loadProgress } from './load-progress.ts';
import { createProgress, duration } from './progress.ts';

function watch(terminal: boolean, total?: number) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal });
  let time = 0;
  const progress = createProgress({ stream, unit: 'records', total, now: () => time });
  const at = (seconds: number, units: number) => {
    time = seconds * 1000;
    progress.advance(units);
  };
  return { at, progress, written: (): string => stream.read() ?? '' };
}

test('without a terminal there is a line every few seconds, with rate and time left', () => {
  const { at, written } = watch(false, 100_000);
  for (let second = 1; second <= 12; second++) at(second, 1000);
  assert.deepEqual(written().split('\n'), [
    '5,000 of 100,000 records, 1,000 records/s, 1 min 35 s left',
    '10,000 of 100,000 records, 1,000 records/s, 1 min 30 s left',
    '',
  ]);
});

test('what is soon done shows nothing but its last sentence', () => {
  const { at, progress, written } = watch(false);
  at(1, 10);
  progress.finish('10 records loaded.');
  assert.equal(written(), '10 records loaded.\n');
});

test('on a terminal one line is redrawn, and gone in the end', () => {
  const { at, progress, written } = watch(true);
  at(0.1, 10);
  at(0.5, 10);
  at(0.6, 10);
  at(1, 10);
  progress.finish();
  assert.equal(written(), '\r\x1b[K20 records, 40 records/s\r\x1b[K40 records, 40 records/s\r\x1b[K');
});

test('the rate follows the last seconds', () => {
  const { at, written } = watch(false);
  at(5, 50_000);
  for (let second = 6; second <= 30; second++) at(second, 10);
  assert.match(written().trimEnd().split('\n').at(-1) ?? '', /, 10 records\/s$/);
});

test('times are said as people say them', () => {
  assert.deepEqual([0.4, 59, 60, 3599, 3600, 90_061].map(duration), [
    '0 s',
    '59 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '25 h 1 min',
  ]);
});

test('the progress of a load names its file where it is no terminal', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  let time = 0;
  const { show } = loadProgress(stream, () => time);
  time = 6_000;
  show({ ...noneDone, file: '/data/big.xml', position: 12, inserted: 12, bytes: 100, part: undefined });
  assert.match(lines.join(''), /^big\.xml: 12 records, /);
});
