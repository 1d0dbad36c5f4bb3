import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { enqueueJob } from '../src/jobs/queue/enqueue.ts';
import { listJobs } from '../src/jobs/queue/read.ts';
import { wishOfJob } from '../src/jobs/queue/wishes.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { isWhole } from './support/scale.ts';
import { waitFor } from './support/wait.ts';

/** A hundred in the whole matrix. */
const kills = isWhole ? 100 : 5;
const steps = 20;
const program = fileURLToPath(new URL('./support/job-node.ts', import.meta.url));

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
  await store.database.query(sql`CREATE TABLE step (job_id integer, step integer, node text)`);
});
after(() => store.release());

test('nodes are killed at random: each job is done, goes on where it was, and none is lost or done by two', async (t) => {
  const { database, url } = store;
  const nodes: ChildProcess[] = [];
  let started = 0;
  const start = (): void => {
    nodes.push(spawn(process.execPath, [program, url, `node${started++}`], { stdio: 'inherit' }));
  };
  const ids: number[] = [];
  const ask = async (): Promise<void> => {
    const kind = { name: 'count', ...(ids.length % 5 === 0 && { exclusive: 'one' }) };
    const sequence = ids.length % 7 === 0 ? 's' : undefined;
    const job = { kind, name: `n${ids.length}`, arguments: { steps }, sequence };
    ids.push(await database.transaction((transaction) => enqueueJob(transaction, job)));
  };
  const done = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      sql`SELECT count(*)::int AS count FROM job WHERE state = 'done'`,
    );
    return row!.count;
  };
  for (let n = 0; n < 3; n++) start();
  try {
    for (let killed = 0; killed < kills; killed++) {
      for (let n = 0; n < 5; n++) await ask();
      // So that something is in the middle, wherever it is.
      await waitFor('a job that runs', async () => {
        const [row] = await database.query(sql`SELECT FROM job WHERE state = 'running'`);
        return row !== undefined;
      });
      await sleep(Math.random() * 150);
      const [victim] = nodes.splice(Math.floor(Math.random() * nodes.length), 1);
      const gone = once(victim!, 'exit');
      victim!.kill('SIGKILL');
      await gone;
      start();
    }
    await waitFor('all jobs', async () => {
      // What had the bad luck of three kills says so, and waits for somebody.
      const { rows } = await listJobs(database, { states: ['failed'], limit: 100 });
      for (const { id, problem } of rows) {
        assert.match(problem ?? '', /killed three times/);
        await database.transaction((transaction) => wishOfJob(transaction, id, 'wake'));
      }
      return (await done()) === ids.length;
    });
  } finally {
    for (const node of nodes) node.kill('SIGKILL');
    await Promise.all(nodes.map((node) => node.exitCode ?? node.signalCode ?? once(node, 'exit')));
  }
  const counted = await database.query<{ job_id: number; times: number; first: number; last: number }>(sql`
    SELECT job_id, count(*)::int AS times, count(DISTINCT step)::int AS first, max(step) AS last FROM step GROUP BY job_id`);
  assert.equal(counted.length, ids.length);
  assert.ok(counted.every(({ first, last }) => first === steps && last === steps));
  const repeated = counted.reduce((sum, { times }) => sum + times - steps, 0);
  // Two places on each node: at most one step of each is between its work and its checkpoint.
  assert.ok(repeated <= kills * 2, `${repeated} steps were repeated`);
  t.diagnostic(`${ids.length} jobs, ${kills} kills, ${repeated} steps repeated`);
});
