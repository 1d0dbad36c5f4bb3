import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { takeLease } from '../store/lease.ts';
import { askToStop, beginTask, dueTasks, endTask, enterTasks, taskStates } from './calendar.ts';
import { dailyWindow, timesOfDay } from './clock-times.ts';
import { doTask, runTasks } from './run-tasks.ts';
import type { Task } from './task.ts';
import type { TaskState } from './task-state.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(() => store.release());
beforeEach(() => store.database.query(sql`DELETE FROM task`));

const hour = 3_600_000;
const task = (name: string, run: Task['run'], every = hour): Task => ({
  name,
  summary: name,
  lane: 'quick',
  every,
  run,
});
const quick = (name: string, every = hour): Task => task(name, async () => ({ did: `${name} is done.` }), every);

async function stateOf(name: string): Promise<TaskState> {
  const found = (await taskStates(store.database)).find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

test('of several nodes one at a time does tasks, and each task once when it is due', async () => {
  const { database, url } = store;
  const stop = new AbortController();
  const log: string[] = [];
  let now = 0;
  let most = 0;
  const slow = (name: string): Task =>
    task(name, async () => {
      most = Math.max(most, ++now);
      await sleep(30);
      now--;
      log.push(name);
      return { did: 'Slept.' };
    });
  const tasks = [slow('one'), slow('two'), slow('three')];
  const nodes = ['a', 'b', 'c', 'd'].map((node) =>
    runTasks({ database, url, node, tasks, signal: stop.signal }, { standby: 0, every: 5 }),
  );
  await waitFor('each of three tasks', () => log.length >= 3);
  await sleep(200);
  assert.deepEqual(log.toSorted(), ['one', 'three', 'two']);
  await database.query(sql`UPDATE task SET due = now() WHERE name = 'two'`);
  await waitFor('the second time of task two', () => log.length > 3);
  await sleep(100);
  stop.abort();
  await Promise.all(nodes);
  assert.deepEqual(log.toSorted(), ['one', 'three', 'two', 'two']);
  assert.equal(most, 1);
  const { due, did, took, succeeded, failures, problem, running } = await stateOf('two');
  assert.ok(due > hour / 2 && due <= hour && took! >= 25 && succeeded! < hour / 2);
  assert.deepEqual({ did, failures, problem, running }, { did: 'Slept.', failures: 0, problem: null, running: null });
});

test('a node on standby does what nobody else has begun for a while, and nothing before', async () => {
  const { database } = store;
  await enterTasks(database, [quick('one'), quick('two')]);
  assert.deepEqual(await dueTasks(database, ['one', 'two', 'three'], 60_000), []);
  await database.query(sql`UPDATE task SET due = now() - interval '61 seconds' WHERE name = 'two'`);
  assert.deepEqual(await dueTasks(database, ['one', 'two'], 60_000), ['two']);
  assert.deepEqual(await dueTasks(database, ['one', 'two'], 0), ['two', 'one']);
});

test('one that fails is tried again, more and more rarely, beside others that are done', async () => {
  const { database, url } = store;
  let broken = true;
  const tasks = [
    task('broken', async () => {
      if (broken) throw new Error('the disk is full');
      return { did: 'Done at last.', problem: 'There is little left.' };
    }),
    quick('whole'),
  ];
  await enterTasks(database, tasks);
  const stop = new AbortController();
  const told: string[] = [];
  const thrown: string[] = [];
  const node = runTasks(
    { database, url, node: 'a', tasks, signal: stop.signal },
    {
      standby: 0,
      every: 5,
      onTask: (name, { problem }) => told.push(`${name}: ${problem}`),
      onFailure: (name, error) => thrown.push(`${name}: ${error}`),
    },
  );
  const pauses: number[] = [];
  for (let failures = 1; failures <= 9; failures++) {
    await waitFor(
      `its failure number ${failures}`,
      async () =>
        (await stateOf('broken')).failures === failures &&
        told.filter((one) => one.startsWith('broken')).length === failures,
    );
    const state = await stateOf('broken');
    assert.equal(state.problem, 'The task failed: the disk is full');
    pauses.push(Math.round(state.due / 60_000));
    if (failures === 9) broken = false;
    await database.query(sql`UPDATE task SET due = now() WHERE name = 'broken'`);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.deepEqual(thrown, Array(9).fill('broken: Error: the disk is full'));
  await waitFor('its success', async () => (await stateOf('broken')).failures === 0);
  stop.abort();
  await node;
  const { did, problem } = await stateOf('broken');
  assert.deepEqual({ did, problem }, { did: 'Done at last.', problem: 'There is little left.' });
  assert.equal((await stateOf('whole')).did, 'whole is done.');
});

test('one that is told to stop is given back, and its next failure counts as before', async () => {
  const { database } = store;
  const stop = new AbortController();
  const waiting = task('long', async (signal) => {
    await sleep(60_000, undefined, { signal });
    return { did: '' };
  });
  await enterTasks(database, [waiting]);
  const lease = await takeLease(store.url, 'tasks', { label: 'test', wait: true });
  await beginTask(database, 'long', { node: 'a', holder: lease!.holder });
  const doing = doTask({ database, node: 'b', signal: stop.signal, lease: lease! }, waiting);
  await waitFor('the start on node b', async () => (await stateOf('long')).node === 'b');
  stop.abort();
  assert.equal(await doing, undefined);
  await lease!.release();
  const { failures, due, succeeded } = await stateOf('long');
  assert.equal(failures, 1);
  assert.equal(succeeded, null);
  assert.ok(due <= 0);
});

test('one whose process was killed is seen, is not begun at once, and can end no other', async () => {
  const { database, url } = store;
  await enterTasks(database, [quick('deadly'), quick('other')]);
  const killed = (await beginTask(database, 'deadly', { node: 'a', holder: 1 }))!;
  const first = await stateOf('deadly');
  assert.equal(first.running, null, 'nobody has the lease');
  assert.equal(first.problem, 'The process that ran it was stopped before the end.');
  assert.ok(first.due > 1_000 && first.due <= 60_000, String(first.due));
  const lease = await takeLease(url, 'tasks', { label: 'test', wait: true });
  try {
    const begun = (await beginTask(database, 'deadly', { node: 'b', holder: lease!.holder }))!;
    const second = await stateOf('deadly');
    assert.ok(second.running !== null && second.running >= 0);
    assert.ok(second.due > 61_000 && second.due <= 120_000);
    await endTask(database, killed, { every: hour }, { did: 'I thought that I still had it.' });
    assert.equal((await stateOf('deadly')).did, null);
    await endTask(database, begun, { every: hour }, { did: 'Done.' });
    assert.equal((await stateOf('deadly')).did, 'Done.');
    assert.equal((await stateOf('deadly')).running, null);
    await beginTask(database, 'other', { node: 'a', holder: 1 });
    assert.equal((await stateOf('other')).running, null, 'the lease is held for another one');
  } finally {
    await lease!.release();
  }
});

test('a task that has become more frequent comes sooner, and those of other versions stay', async () => {
  const { database } = store;
  await enterTasks(database, [quick('often'), quick('theirs')]);
  await database.query(sql`UPDATE task SET due = now() + interval '1 hour'`);
  await enterTasks(database, [quick('often', 60_000), quick('new')]);
  assert.ok((await stateOf('often')).due <= 60_000);
  assert.ok((await stateOf('theirs')).due > 60_000);
  assert.ok((await stateOf('new')).due <= 0);
});

test('a database that is away is told of, and looked for again', async () => {
  const { database } = store;
  const stop = new AbortController();
  const said: string[] = [];
  let away = true;
  const query: typeof database.query = async (statement) => {
    if (away) throw new Error('the database is away');
    return database.query(statement);
  };
  const node = runTasks(
    { database: { ...database, query }, url: store.url, node: 'a', tasks: [quick('one')], signal: stop.signal },
    { standby: 0, every: 5, onTrouble: (sentence) => said.push(sentence) },
  );
  await waitFor('what it says', () => said.length > 1);
  assert.match(said[0]!, /^Periodic tasks could not be run: the database is away$/);
  away = false;
  await waitFor('the task', async () => (await taskStates(database)).some(({ did }) => did !== null));
  stop.abort();
  await node;
});

test('a long task keeps no quick one waiting', async () => {
  const { database, url } = store;
  const stop = new AbortController();
  const untilStop = task('slow', (signal) => sleep(600_000, { did: '' }, { signal }));
  const tasks: readonly Task[] = [{ ...untilStop, lane: 'long' }, quick('fast')];
  const doing: (readonly string[])[] = [];
  const node = runTasks(
    { database, url, node: 'a', tasks, signal: stop.signal },
    { standby: 0, every: 5, onDoing: (names) => doing.push(names) },
  );
  await waitFor('the long one', async () => (await stateOf('slow')).running !== null);
  await waitFor('the quick one', async () => (await stateOf('fast')).did !== null);
  assert.ok((await stateOf('slow')).running !== null);
  stop.abort();
  await node;
  assert.deepEqual(doing.at(-1), []);
  assert.ok(doing.some((names) => names.includes('slow')));
});

test('a task says how far it is, and ends when somebody asks for that', async () => {
  const { database, url } = store;
  const stop = new AbortController();
  const slow = task('told', async (signal, tell) => {
    tell('7 of 9 records');
    await sleep(600_000, undefined, { signal });
    return { did: '' };
  });
  const node = runTasks({ database, url, node: 'a', tasks: [slow], signal: stop.signal }, { standby: 0, every: 5 });
  await waitFor('its progress', async () => (await stateOf('told')).progress === '7 of 9 records');
  await askToStop(database, 'told');
  await waitFor('its end', async () => (await stateOf('told')).did !== null);
  const { did, due, failures, problem, progress, running, stopping } = await stateOf('told');
  assert.equal(did, 'It was stopped before its end, since somebody asked for that.');
  assert.ok(due > hour / 2);
  assert.deepEqual(
    { failures, problem, progress, running, stopping },
    { failures: 0, problem: null, progress: null, running: null, stopping: false },
  );
  stop.abort();
  await node;
});

test('a task that runs for too long is stopped, and an operator is told', async () => {
  const { database } = store;
  const lease = await takeLease(store.url, 'tasks', { label: 'test', wait: true });
  const endless: Task = { ...task('endless', (signal) => sleep(600_000, { did: '' }, { signal })), longest: 20 };
  await enterTasks(database, [endless]);
  const { signal } = new AbortController();
  try {
    const outcome = await doTask({ database, node: 'a', signal, lease: lease! }, endless);
    assert.match(outcome?.problem ?? '', /^It was stopped, since it had run for 0 minutes, which is too long\.$/);
    assert.equal((await stateOf('endless')).failures, 1);
  } finally {
    await lease!.release();
  }
});

test('a task with a time of day waits for it, one with a window for that', async () => {
  const { database, url } = store;
  const stop = new AbortController();
  const now = new Date();
  const clock = (hours: number): string => `${String((now.getHours() + hours) % 24).padStart(2, '0')}:00`;
  const tasks: readonly Task[] = [
    { ...quick('nightly'), at: timesOfDay(clock(3))! },
    { ...quick('later'), window: dailyWindow(`${clock(3)}-${clock(5)}`)! },
    { ...quick('now'), window: dailyWindow(`${clock(22)}-${clock(3)}`)! },
  ];
  const node = runTasks({ database, url, node: 'a', tasks, signal: stop.signal }, { standby: 0, every: 5 });
  await waitFor('the one whose window is open', async () => (await stateOf('now')).did !== null);
  const nightly = await stateOf('nightly');
  assert.ok(nightly.did === null && nightly.due > 1.9 * hour && nightly.due <= 3 * hour, String(nightly.due));
  const later = await stateOf('later');
  assert.ok(later.did === null && later.due <= 0);
  stop.abort();
  await node;
});

test('a task whose row was removed is entered and done again', async () => {
  const { database, url } = store;
  const done: string[] = [];
  const eraser = task('eraser', async () => {
    if (done.push('eraser') === 1) await database.query(sql`DELETE FROM task WHERE name = 'later'`);
    return { did: 'Erased.' };
  });
  const later = task('later', async () => {
    done.push('later');
    return { did: 'Done.' };
  });
  const tasks = [eraser, later];
  await enterTasks(database, tasks);
  await database.query(sql`UPDATE task SET due = now() - interval '100 days' WHERE name = 'eraser'`);
  const stop = new AbortController();
  const troubles: string[] = [];
  const node = runTasks(
    { database, url, node: 'a', tasks, signal: stop.signal },
    { standby: 0, every: 5, onTrouble: (sentence) => troubles.push(sentence) },
  );
  await waitFor('the task that had no row', () => done.includes('later'));
  await database.query(sql`DELETE FROM task WHERE name = 'later'`);
  await database.query(sql`UPDATE task SET due = now() WHERE name = 'eraser'`);
  await waitFor('the task that was removed while nothing ran', () => done.filter((one) => one === 'later').length > 1);
  stop.abort();
  await node;
  // It may come before the other one.
  assert.deepEqual([done.slice(0, 2), done.filter((one) => one === 'later').length], [['eraser', 'later'], 2]);
  assert.deepEqual(troubles, []);
});
