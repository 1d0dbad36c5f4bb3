import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobView } from '../../jobs/queue/job.ts';
import { draw } from './draw.ts';
import { keysIn } from './keys.ts';
import { firstWatch, press, type Watch, withJobs } from './press.ts';

const job = (id: number): JobView => ({
  ...{ id, kind: 'load', name: `${id}.xml`, person: null, state: 'waiting', wish: null, priority: 0, sequence: null },
  ...{ hours: null, onNode: null, schedule: null, progress: null, attempts: 0, node: null, created: new Date(0) },
  ...{ due: null, began: null, ended: null, took: null, did: null, problem: null, acknowledged: false },
  ...{ after: null, afterState: null },
});
const jobs = Array.from({ length: 50 }, (_, place) => job(place + 1));
const full = withJobs(firstWatch, jobs, 50);
const after = (watch: Watch, ...keys: string[]): Watch => keys.reduce((now, key) => press(now, key, 10).watch, watch);

test('keys of all terminals are read, and sequences that mean nothing are left out', () => {
  assert.deepEqual(keysIn('j\x1b[A\x1bOB\x1b[5~\x1b[200~x\x1b[1;5Cq\x1b'), [
    'j',
    'up',
    'down',
    'page-up',
    'x',
    'q',
    'escape',
  ]);
  assert.deepEqual(keysIn('\r\x03\x01\x7fé'), ['enter', 'quit', 'back', 'é']);
});

test('the chosen job stays on the screen and within the list, and stays chosen when others come', () => {
  for (const keys of [['end'], ['page-down', 'down', 'j'], ['up', 'home'], ['end', 'down', 'page-up']]) {
    const watch = after(full, ...keys);
    const chosen = draw(watch, { columns: 80, rows: 14 }, 0).filter((line) => line.startsWith('\x1b[7m'));
    assert.equal(chosen.length, 1, keys.join());
    assert.match(chosen[0]!, new RegExp(` ${watch.place + 1}  `));
  }
  const moved = withJobs(after(full, 'down'), [job(90), job(91), ...jobs], 52);
  assert.equal(moved.jobs[moved.place]!.id, 2);
  assert.equal(withJobs(after(full, 'end'), jobs.slice(0, 3), 3).place, 2);
  assert.equal(press(withJobs(firstWatch, [], 0), 't', 10).act, undefined);
});

test('a screen of any size has its lines, none wider than it', () => {
  for (const [columns, rows] of [
    [20, 5],
    [60, 10],
    [99, 24],
    [200, 60],
  ] as const)
    for (const keys of [[], ['?'], ['l'], ['t'], ['n', '5']]) {
      const lines = draw(after(full, ...keys), { columns, rows }, 0).map((line) => line.replace(/\x1b\[\d+m/g, ''));
      assert.equal(lines.length, rows, `${columns} ${keys.join()}`);
      assert.ok(lines.every((line) => line.length <= columns));
    }
});
