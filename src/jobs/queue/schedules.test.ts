import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { UserError } from '../../errors/errors.ts';
import { jobErrors } from '../errors.ts';
import { requireHours } from './enqueue.ts';
import type { JobKind } from './job.ts';
import { listJobs } from './read.ts';
import { addSchedule, askForDue, deleteSchedule, listSchedules, type NewSchedule } from './schedules.ts';
import { readCron, readEvery } from './when.ts';
import { workOnJobs } from './work.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(() => store.release());
beforeEach(() => store.database.query(sql`TRUNCATE job, job_schedule CASCADE`));

const note: JobKind = { name: 'note', summary: '', run: async () => ({ did: 'Noted.' }) };
const plan = (schedule: Partial<NewSchedule> = {}): Promise<number> =>
  store.database.transaction((transaction) =>
    addSchedule(transaction, { kind: note, name: 'x', rhythm: readEvery('1h'), ...schedule }),
  );
const jobs = async () => (await listJobs(store.database, { limit: 100 })).rows;
const look = async (id: number) => (await listSchedules(store.database)).find((one) => one.id === id)!;

test('of times that were missed one is made up for, by one of several nodes, with all that was said', async () => {
  const hours = requireHours('00:00-24:00');
  const id = await plan({
    ...{ at: new Date(Date.now() - 30 * 86_400_000), hours, timeZone: 'Asia/Kolkata' },
    ...{ person: 'ada', priority: 3, sequence: 's', arguments: { a: 1 }, onNode: 'web1' },
  });
  const made = await Promise.all(Array.from({ length: 8 }, () => askForDue(store.database)));
  assert.equal(
    made.reduce((sum, one) => sum + one),
    1,
  );
  const [job] = await jobs();
  assert.deepEqual(
    [job!.schedule, job!.person, job!.priority, job!.sequence, job!.hours, job!.onNode],
    [id, 'ada', 3, 's', '00:00-24:00', 'web1'],
  );
  const { next, last, lastState } = await look(id);
  assert.ok(next > new Date() && next.getTime() <= Date.now() + 3_600_000);
  assert.deepEqual([last, lastState], [job!.id, 'waiting']);
});

test('a time that comes before the last job has ended waits for that; one that failed is no obstacle', async () => {
  const id = await plan();
  const isDue = () => store.database.query(sql`UPDATE job_schedule SET next = now() - interval '1 min'`);
  assert.equal(await askForDue(store.database), 1);
  await isDue();
  assert.equal(await askForDue(store.database), 0);
  await store.database.query(sql`UPDATE job SET state = 'failed', ended = now()`);
  assert.equal(await askForDue(store.database), 1);
  assert.equal((await jobs()).length, 2);
  await isDue();
  await deleteSchedule(store.database, id);
  assert.equal(await askForDue(store.database), 0);
  assert.equal((await jobs()).length, 2);
  await assert.rejects(deleteSchedule(store.database, id), /no schedule/);
});

test('nodes do what is due without being told, and again after it has failed; another node leaves it alone', async () => {
  const { database, url } = store;
  let times = 0;
  const kind: JobKind = {
    ...note,
    run: async () => {
      if (++times === 1) throw new UserError(jobErrors.noTask, { name: 'x' });
      return { did: 'Noted.' };
    },
  };
  const stop = new AbortController();
  const { signal } = stop;
  const nodes = ['a', 'b'].map((node) => workOnJobs({ database, url, node, kinds: [kind], places: 1, signal }));
  try {
    const id = await plan({ onNode: 'b', at: new Date(Date.now() + 100) });
    await waitFor('the first', async () => (await look(id)).lastState === 'failed');
    await database.query(sql`UPDATE job_schedule SET next = now()`);
    await database.query(sql`SELECT pg_notify('reperio_job', '')`);
    await waitFor('the second', async () => (await look(id)).lastState === 'done');
    assert.deepEqual(
      (await jobs()).map(({ node }) => node),
      ['b', 'b'],
    );
  } finally {
    stop.abort();
    await Promise.all(nodes);
  }
});

test('a schedule whose expression this release cannot read makes no more jobs, and says so', async () => {
  const id = await plan({ rhythm: readCron('0 3 * * *', undefined), at: new Date(0) });
  await store.database.query(sql`UPDATE job_schedule SET cron = '0 3 * * MOON'`);
  assert.equal(await askForDue(store.database), 1);
  assert.match((await look(id)).problem ?? '', /no next time/);
  await store.database.query(sql`UPDATE job SET ended = now(), state = 'done'`);
  assert.equal(await askForDue(store.database), 0);
});
