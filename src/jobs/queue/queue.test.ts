import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { UserError } from '../../errors/errors.ts';
import { openRowLocks } from '../../store/row-locks.ts';
import { jobErrors } from '../errors.ts';
import { claimJob, takeBackLost } from './claim.ts';
import { enqueueJob, type NewJob, requireHours } from './enqueue.ts';
import type { JobKind, JobView, RunningJob } from './job.ts';
import { readLog } from './log.ts';
import { listJobs, requireJob } from './read.ts';
import { type JobWish, setJobPriority, wishOfJob } from './wishes.ts';
import { workOnJobs } from './work.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(() => store.release());
beforeEach(() => store.database.query(sql`TRUNCATE job CASCADE`));

const note: JobKind = { name: 'note', summary: '', run: async () => ({ did: 'Noted.' }) };
const ask = (job: Partial<NewJob> = {}): Promise<number> =>
  store.database.transaction((transaction) => enqueueJob(transaction, { kind: note, name: 'x', ...job }));
const want = (id: number, wish: JobWish) =>
  store.database.transaction((transaction) => wishOfJob(transaction, id, wish));
const look = (id: number): Promise<JobView> => requireJob(store.database, id);
const ended = (id: number) =>
  waitFor(`the end of job ${id}`, async () => {
    const job = await look(id);
    return job.ended === null ? undefined : job;
  });

/** Nodes that do jobs while the work lasts; each has so many places. */
async function withNodes<T>(
  kinds: readonly JobKind[],
  work: (nodes: readonly AbortController[]) => Promise<T>,
  {
    nodes = 1,
    places = 1,
    every = 50,
    now = () => new Date(),
  }: { nodes?: number; places?: number; every?: number; now?: () => Date } = {},
): Promise<T> {
  const { database, url } = store;
  const stops = Array.from({ length: nodes }, () => new AbortController());
  const working = stops.map(({ signal }, at) =>
    workOnJobs({ database, url, node: `node${at}`, kinds, places, signal, every, now }),
  );
  try {
    return await work(stops);
  } finally {
    for (const stop of stops) stop.abort();
    await Promise.all(working);
  }
}

/** Goes on until it is told to end, and counts at each safe point. */
function counting(seen: number[]): JobKind {
  return {
    ...{ name: 'note', summary: '' },
    run: async (job: RunningJob) => {
      for (let n = Number(job.checkpoint ?? 0) + 1; n <= 1000; n++) {
        seen.push(n);
        job.tell({ done: n, total: 1000, sentence: `${n} counted` });
        await job.keep(n);
        await sleep(5, undefined, { signal: job.signal });
      }
      return { did: 'Counted.' };
    },
  };
}

test('the higher priority goes first, then the older; below -10 only by hand; a later one waits for its time', async () => {
  const order: string[] = [];
  const kind: JobKind = { ...note, run: async ({ name }) => ({ did: String(order.push(name)) }) };
  await ask({ name: 'second' });
  await ask({ name: 'third' });
  await ask({ name: 'first', priority: 5 });
  const never = await ask({ name: 'never', priority: -11 });
  const later = await ask({ name: 'later', at: new Date(Date.now() + 3_600_000) });
  await withNodes([kind], async () => {
    await waitFor('three jobs', () => order.length === 3);
    await sleep(200);
    assert.deepEqual(order, ['first', 'second', 'third']);
    await want(never, 'run-now');
    await want(later, 'run-now');
    await waitFor('all', () => order.length === 5);
  });
  assert.equal((await look(never)).priority, 100);
});

test('what was asked for in a transaction that is rolled back is never done', async () => {
  let did = 0;
  await assert.rejects(
    store.database.transaction(async (transaction) => {
      await enqueueJob(transaction, { kind: note, name: 'no' });
      throw new Error('back');
    }),
  );
  const id = await ask();
  await withNodes([{ ...note, run: async () => ({ did: String(++did) }) }], () => ended(id));
  assert.equal(did, 1);
  assert.equal((await listJobs(store.database, { limit: 10 })).total, 1);
});

test('of four nodes with three places each does many jobs, and each job is done once', async () => {
  const count = new Map<number, number>();
  let now = 0;
  let most = 0;
  const kind: JobKind = {
    ...note,
    run: async ({ id }) => {
      most = Math.max(most, ++now);
      count.set(id, (count.get(id) ?? 0) + 1);
      await sleep(2);
      now--;
      return { did: 'Done.' };
    },
  };
  const ids = await store.database.transaction(async (transaction) => {
    const all: number[] = [];
    for (let n = 0; n < 200; n++) all.push(await enqueueJob(transaction, { kind, name: `n${n}` }));
    return all;
  });
  await withNodes([kind], () => waitFor('all jobs', () => count.size === ids.length), { nodes: 4, places: 3 });
  assert.ok([...count.values()].every((one) => one === 1));
  assert.ok(most > 1 && most <= 12, String(most));
});

test('a sequence is done in its order, beside others, and waits behind one that failed until that is tried again', async () => {
  const order: string[] = [];
  let fails = true;
  const kind: JobKind = {
    ...note,
    run: async ({ name }) => {
      if (name === 'two' && fails) throw new UserError(jobErrors.noTask, { name });
      await sleep(20);
      return { did: String(order.push(name)) };
    },
  };
  await ask({ name: 'one', sequence: 's' });
  const two = await ask({ name: 'two', sequence: 's' });
  const three = await ask({ name: 'three', sequence: 's', priority: 50 });
  await ask({ name: 'other' });
  await withNodes(
    [kind],
    async () => {
      assert.equal((await ended(two)).state, 'failed');
      await waitFor('the other', () => order.length === 2);
      assert.deepEqual(order.toSorted(), ['one', 'other']);
      assert.equal((await look(three)).after, two);
      fails = false;
      await want(two, 'wake');
      await ended(three);
    },
    { places: 3 },
  );
  assert.deepEqual(
    order.filter((name) => name !== 'other'),
    ['one', 'two', 'three'],
  );
});

test('a job gives way to one of a higher priority when there is no place, and goes on from there; only one does', async () => {
  const seen: number[] = [];
  const urgent: JobKind = { ...note, name: 'urgent' };
  const low = await ask({ priority: -1 });
  const usual = await ask({ name: 'usual', kind: { name: 'slow' } });
  const slow: JobKind = { ...counting([]), name: 'slow' };
  await withNodes(
    [counting(seen), slow, urgent],
    async () => {
      await waitFor('both', async () => seen.length > 3 && (await look(usual)).state === 'running');
      const first = await ask({ kind: urgent, priority: 100 });
      await ended(first);
      await waitFor('it to go on', async () => (await look(low)).state === 'running');
      const { attempts } = await look(low);
      assert.equal(attempts, 0);
      assert.equal(await runOf(usual), 1, 'the higher of both stays');
      await want(low, 'stop');
      await want(usual, 'stop');
      await ended(low);
    },
    { places: 2 },
  );
  assert.ok(seen.every((n, at) => n === at + 1));
  assert.match((await readLog(store.database, low)).map(({ text }) => text).join('\n'), /gives way/);
});

test('a job gives way to an exclusive one of a higher priority, though there are places; none to its equal', async () => {
  const kind = { name: 'note', exclusive: 'one' };
  const low = await ask({ kind, priority: 1 });
  const seen: number[] = [];
  await withNodes(
    [
      { ...counting(seen), exclusive: 'one' },
      { ...note, name: 'quick' },
    ],
    async () => {
      await waitFor('some steps', () => seen.length > 3);
      const equal = await ask({ kind: { name: 'quick', exclusive: 'one' }, priority: 1 });
      const higher = await ask({ kind: { name: 'quick', exclusive: 'one' }, priority: 2 });
      await ended(higher);
      assert.equal((await look(equal)).state, 'waiting');
      await waitFor('it to go on', async () => (await look(low)).state === 'running');
      await want(low, 'stop');
      await ended(equal);
    },
    { places: 3 },
  );
  assert.equal(await runOf(low), 2);
});

async function runOf(id: number): Promise<number> {
  const [row] = await store.database.query<{ run: number }>(sql`SELECT run FROM job WHERE id = ${id}`);
  return row!.run;
}

test('of one exclusive name one is done at a time, whatever the places', async () => {
  let now = 0;
  let most = 0;
  const kind: JobKind = {
    ...{ name: 'note', summary: '', exclusive: 'one' },
    run: async () => {
      most = Math.max(most, ++now);
      await sleep(20);
      now--;
      return { did: 'Done.' };
    },
  };
  const ids: number[] = [];
  for (let n = 0; n < 5; n++) ids.push(await ask({ kind }));
  await withNodes([kind], () => Promise.all(ids.map(ended)), { nodes: 3, places: 3 });
  assert.equal(most, 1);
});

test('a job that sleeps before its time waits for it again when it is woken', async () => {
  const at = new Date(Date.now() + 3_600_000);
  const id = await ask({ at });
  for (const wish of ['sleep', 'wake', 'stop', 'wake'] as const) {
    await want(id, wish);
    if (wish !== 'stop') assert.deepEqual((await look(id)).due, at, wish);
  }
  await withNodes([note], async () => {
    await ended(await ask());
    assert.equal((await look(id)).state, 'waiting');
    await want(id, 'run-now');
    assert.equal((await ended(id)).state, 'done');
  });
});

test('a job sleeps at its next safe point, is woken, goes on from there on another node, and is stopped', async () => {
  const seen: number[] = [];
  const id = await ask();
  await withNodes([counting(seen)], async () => {
    await waitFor('some steps', () => seen.length > 5);
    assert.equal(await want(id, 'sleep'), 'running');
    await waitFor('sleep', async () => (await look(id)).state === 'sleeping');
  });
  const slept = seen.length;
  assert.ok(seen.every((n, at) => n === at + 1));
  await sleep(100);
  await want(id, 'wake');
  await withNodes([counting(seen)], async () => {
    await waitFor('more steps', () => seen.length > slept + 3);
    await want(id, 'stop');
    assert.equal((await ended(id)).state, 'stopped');
  });
  assert.ok(
    seen.every((n, at) => n === at + 1),
    'no step twice, none left out',
  );
  assert.match((await readLog(store.database, id)).map(({ text }) => text).join('\n'), /sleeps[\s\S]*stopped/);
});

test('a node that goes away gives its job to another, which goes on where it was; it counts as no failure', async () => {
  const seen: number[] = [];
  const id = await ask();
  await withNodes(
    [counting(seen)],
    async (nodes) => {
      await waitFor('some steps', () => seen.length > 5);
      const first = (await look(id)).node;
      nodes[Number(first!.slice(4))]!.abort();
      const other = await waitFor('another node', async () => {
        const { node, state } = await look(id);
        return state === 'running' && node !== first ? node : undefined;
      });
      assert.notEqual(other, first);
      assert.equal((await look(id)).attempts, 0);
    },
    { nodes: 2 },
  );
  assert.ok(seen.every((n, at) => n === at + 1));
});

test('a job whose connection is cut is taken up again, and goes on where it was', async () => {
  const seen: number[] = [];
  const id = await ask();
  await withNodes([counting(seen)], async () => {
    await waitFor('some steps', () => seen.length > 5);
    const { holder: before } = await holderOf(id);
    await store.database.query(sql`SELECT pg_terminate_backend(${before})`);
    await waitFor('another run', async () => {
      const { holder: now, state } = await holderOf(id);
      return state === 'running' && now !== before;
    });
  });
  assert.ok(seen.length > 5);
});

async function holderOf(id: number): Promise<{ readonly holder: number; readonly state: string }> {
  const [row] = await store.database.query<{ holder: number; state: string }>(
    sql`SELECT holder, state FROM job WHERE id = ${id}`,
  );
  return row!;
}

test('a job that has killed three processes fails, and says where to look', async () => {
  const { database, url } = store;
  const id = await ask();
  for (let times = 1; times <= 3; times++) {
    const locks = await openRowLocks(url, { label: 'killed', channel: 'none', onWake: () => undefined });
    assert.equal((await claimJob(locks, ['note'], 'node'))?.id, id);
    assert.deepEqual(await takeBackLost(database), [], 'it is held');
    await locks.close();
    await waitFor('its end to be seen', async () => (await takeBackLost(database)).some((lost) => lost.id === id));
    assert.equal((await look(id)).attempts, times);
  }
  const { state, problem } = await look(id);
  assert.equal(state, 'failed');
  assert.match(problem ?? '', /killed three times/);
});

test('what fails for a passing reason or by a bug is tried again, and what is wrong is not', async () => {
  const kind: JobKind = {
    ...note,
    run: async ({ name }) => {
      if (name === 'wrong') throw new UserError(jobErrors.noTask, { name });
      throw new Error('a bug');
    },
  };
  const wrong = await ask({ name: 'wrong' });
  const bug = await ask({ name: 'bug' });
  await withNodes([kind], async () => {
    assert.equal((await ended(wrong)).attempts, 1);
    for (let times = 1; times < 3; times++) {
      await waitFor('another attempt', async () => (await look(bug)).attempts === times);
      assert.equal((await look(bug)).state, 'waiting');
      await store.database.query(sql`UPDATE job SET not_before = now() WHERE id = ${bug}`);
    }
    assert.equal((await ended(bug)).attempts, 3);
  });
  const failed = await look(bug);
  assert.equal(failed.state, 'failed');
  assert.match(failed.problem ?? '', /a bug/);
  await want(bug, 'acknowledge');
  assert.ok((await look(bug)).acknowledged);
});

test('a job waits for its hours, is ended when they are over, and waits for the next', async () => {
  const seen: number[] = [];
  const night = requireHours('Mon 03:00-03:01');
  const id = await ask({ hours: night });
  const { due, state } = await look(id);
  assert.equal(state, 'waiting');
  assert.ok(due === null || due > new Date());
  const isNow = () => store.database.query(sql`UPDATE job SET not_before = now() WHERE id = ${id}`);
  let clock = new Date(2026, 10, 30, 3, 0, 30);
  const overs = async () =>
    (await readLog(store.database, id)).filter(({ text }) => /hours are over/.test(text)).length;
  await isNow();
  await withNodes(
    [counting(seen)],
    async () => {
      await waitFor('some steps', () => seen.length > 3);
      clock = new Date(2026, 10, 30, 3, 1);
      await waitFor('its end', async () => (await look(id)).state === 'waiting');
      const steps = seen.length;
      // It has waited for a place until they were over.
      await isNow();
      await waitFor('its other end', async () => (await overs()) === 2);
      assert.equal(seen.length, steps);
    },
    { now: () => clock },
  );
  const [row] = await store.database.query<{ not_before: Date }>(sql`SELECT not_before FROM job WHERE id = ${id}`);
  assert.deepEqual(row!.not_before, new Date(2026, 11, 7, 3, 0));
});

test('what cannot be wanted of a job is refused with its state, and one that has ended is deleted with its log', async () => {
  const id = await ask();
  await assert.rejects(want(id, 'wake'), /is waiting, so it cannot be woken/);
  await assert.rejects(want(id, 'delete'), /is waiting/);
  await assert.rejects(want(999_999, 'stop'), /no job 999999/);
  await assert.rejects(setJobPriority(store.database, 999_999, 1), /no job 999999/);
  await want(id, 'stop');
  await want(id, 'delete');
  await assert.rejects(look(id), /no job/);
});

test('of a long log the first and the last lines stay', async () => {
  const kind: JobKind = {
    ...note,
    run: async (job) => {
      for (let n = 1; n <= 11_000; n++) job.log('info', `line ${n}`);
      return { did: 'Said.' };
    },
  };
  const id = await ask();
  await withNodes([kind], () => ended(id));
  const lines = await readLog(store.database, id);
  assert.equal(lines[0]!.text, 'line 1');
  assert.equal(lines.at(-1)!.text, 'Said.');
  assert.equal(lines.length, 10_000);
});
