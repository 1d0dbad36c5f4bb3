import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sql, { raw, type Sql } from 'sql-template-tag';
import { openTestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { connect } from '../../store/database.ts';
import { tables } from '../../store/migrations/tables.ts';
import { testView } from '../status/test-status.ts';
import { findBlocker } from './checks/blocker.ts';
import { judge } from './judge.ts';
import { checkLine } from './line.ts';
import { runCheck } from './run-check.ts';
import { checks } from './table.ts';
import { addFileRow, folder, look, settingsOf, statusOf, store } from './test-look.ts';

describe('the database', () => {
  test('is critical when it does not answer, with the reason', async () => {
    assert.equal((await look('database')).state, 'ok');
    const away = { database: () => ({ query: () => Promise.reject(new Error('connect ECONNREFUSED')) }) };
    const answer = await look('database', away);
    assert.deepEqual([answer.state, answer.fix], ['critical', 'reperio db status']);
    assert.match(
      checkLine('database', answer),
      /^DATABASE CRITICAL - .*ECONNREFUSED\. Try: reperio db status \| used=U/,
    );
  });

  test('a table dropped by mistake is named, and what is lost with it', async () => {
    assert.equal((await look('schema')).state, 'ok');
    const own = await openTestDatabase();
    try {
      for (const name of ['throttle', 'loaded_input']) {
        await own.database.query(sql`DROP TABLE ${raw(name)} CASCADE`);
        const settings = settingsOf({ REPERIO_DATA: mkdtempSync(join(folder, 'dropped-')) });
        const answer = await look('schema', { database: () => own.database, settings });
        assert.equal(answer.state, 'critical');
        assert.ok(answer.sentence.includes(name));
        assert.equal(/nothing else knows/.test(answer.sentence), tables[name]!.kind === 'truth', name);
      }
    } finally {
      await own.release();
    }
  });

  test('an empty database, or that of another library, in the place of the one that was there is critical', async () => {
    const own = await openTestDatabase();
    try {
      const dataFolder = mkdtempSync(join(folder, 'used-'));
      // Each look is one of another process, as after a restart.
      const asked = { database: () => own.database, settings: settingsOf({ REPERIO_DATA: dataFolder }) };
      assert.equal((await look('schema', asked)).state, 'ok');
      await own.database.query(sql`UPDATE library SET id = gen_random_uuid()`);
      const other = await look('schema', asked);
      assert.deepEqual([other.state, other.fix], ['critical', 'reperio restore']);
      const [, remove = ''] = /if that is meant, remove (\S+)\)/.exec(other.sentence) ?? [];
      rmSync(remove);
      assert.equal((await look('schema', asked)).state, 'ok');
      await own.database.query(sql`DROP SCHEMA public CASCADE`);
      await own.database.query(sql`CREATE SCHEMA public`);
      const empty = await look('schema', asked);
      assert.equal(empty.state, 'critical');
      assert.match(empty.sentence, /is not that of this library: it has no tables/);
    } finally {
      await own.release();
    }
  });

  test('a transaction that stays open is named with its process, and the command that is named ends it', async () => {
    const name = await store.database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT 1`);
      const [row] = await transaction.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      const check = checks.find((each) => each.name === 'locks')!;
      const memory = new Map<string, unknown>();
      const found = await runCheck(check, {
        settings: settingsOf(),
        status: () => testView().status,
        database: () => store.database,
        memory,
        now: Date.now,
      });
      // Of other tests there may be older ones on this server.
      assert.match(found.sentence, /has been open for \d+ s by ".*" \(process \d+/);
      assert.equal(judge(found, { warning: '@0:' }).state, 'warning');
      return judge(found, { warning: '@0:' }).fix ?? String(row!.pid);
    });
    assert.match(name, /pg_terminate_backend\(\d+\)/);
  });

  test('whoever keeps others waiting is named, and not the oldest transaction, which may be a backup', async () => {
    const own = await openTestDatabase();
    const other = connect(own.url, { connectTimeout: 5_000, statementTimeout: 0, lockTimeout: 0, poolSize: 4 });
    const open = Promise.withResolvers<void>();
    const pids: number[] = [];
    const begin = (statement: Sql, until: Promise<unknown>): Promise<void> =>
      other
        .transaction(async (transaction) => {
          const [row] = await transaction.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
          await transaction.query(statement);
          pids.push(row!.pid);
          await until;
        })
        .catch(() => undefined);
    const backup = begin(sql`SELECT count(*) FROM record`, open.promise);
    await waitFor('the backup', () => pids.length === 1);
    const holder = begin(sql`LOCK TABLE person IN ACCESS EXCLUSIVE MODE`, open.promise);
    await waitFor('the lock', () => pids.length === 2);
    // The second waits behind the first of them.
    const waiting = [1, 2].map(() => begin(sql`LOCK TABLE person IN ACCESS EXCLUSIVE MODE`, Promise.resolve()));
    try {
      const found = await waitFor('both', async () => {
        const blocker = await findBlocker(own.database);
        return blocker?.waiting === 2 && blocker;
      });
      assert.equal(found.pid, pids[1]);
      const locks = await look('locks', { database: () => own.database });
      assert.match(locks.sentence, new RegExp(`for a lock that process ${pids[1]} \\(".*"\\) has\\.$`));
      await own.database.query(sql`SELECT pg_terminate_backend(${pids[1]}::int)`);
      await Promise.all([holder, ...waiting]);
      assert.equal(await findBlocker(own.database), undefined);
    } finally {
      open.resolve();
      await backup;
      await other.close();
      await own.release();
    }
  });

  test('tasks: overdue, with a problem, and one that runs too long', async () => {
    const { database } = store;
    await database.query(sql`INSERT INTO task (name, due) VALUES ('files', now() - interval '30 minutes')`);
    const late = await look('tasks');
    assert.deepEqual([late.state, /files is overdue for 30 min/.test(late.sentence)], ['warning', true]);
    await database.query(sql`UPDATE task SET due = now() + interval '1 hour', problem = '2 files are missing.'`);
    assert.match((await look('tasks')).sentence, /^files: 2 files are missing\.$/);
    assert.equal((await look('tasks')).state, 'warning');
    await database.query(sql`DELETE FROM task`);
    assert.equal((await look('tasks')).state, 'ok');
  });

  test('jobs: failed and not seen, waiting with nobody who does them, a schedule without a next time', async () => {
    const { database } = store;
    assert.equal((await look('jobs')).state, 'ok');
    await database.query(sql`
      INSERT INTO job (kind, name, state, problem, ended) VALUES ('load', 'big.xml', 'failed', 'The disk is full.', now())`);
    const failed = await look('jobs');
    assert.deepEqual([failed.state, failed.fix], ['warning', 'reperio jobs --state failed']);
    assert.match(failed.sentence, /^1 job failed, the last of them job \d+, load big\.xml: The disk is full\.$/);
    await database.query(sql`UPDATE job SET acknowledged = now()`);
    assert.equal((await look('jobs')).state, 'ok');
    await database.query(sql`
      INSERT INTO job (kind, name, not_before, on_node) VALUES ('load', 'new.xml', now() - interval '10 minutes', 'web9')`);
    const stuck = await look('jobs');
    assert.equal(stuck.state, 'warning');
    assert.match(stuck.sentence, /load new\.xml \(only on web9\) has waited for 10 min, and no node does jobs/);
    await database.query(sql`UPDATE job SET state = 'running' WHERE name = 'big.xml'`);
    assert.equal((await look('jobs')).state, 'ok', 'it waits for its turn');
    await database.query(sql`UPDATE job SET not_before = now() - interval '3 days' WHERE name = 'new.xml'`);
    assert.equal((await look('jobs')).state, 'critical');
    await database.query(sql`UPDATE job SET priority = -11`);
    assert.equal((await look('jobs')).state, 'ok', 'it waits for somebody');
    await database.query(sql`
      INSERT INTO job_schedule (kind, name, cron, next, problem) VALUES ('load', 'x', 'x', now(), 'It has no next time.')`);
    assert.match((await look('jobs')).sentence, /1 schedule will make no more jobs/);
    await database.query(sql`TRUNCATE job, job_schedule CASCADE`);
  });

  test('nodes: one that fell silent is named, one that was stopped is not', async () => {
    const { database } = store;
    const summary = (name: string, state: string) =>
      JSON.stringify({ name, state, address: `http://${name}:8080`, version: '0.1.0', started: 0 });
    await database.query(sql`INSERT INTO node (id, seen, skew, summary) VALUES
      (gen_random_uuid(), now(), 0, ${summary('web1', 'serving')}::jsonb),
      (gen_random_uuid(), now() - interval '5 minutes', 0, ${summary('web2', 'draining')}::jsonb)`);
    assert.equal((await look('nodes')).state, 'ok');
    await database.query(sql`UPDATE node SET summary = jsonb_set(summary, '{state}', '"serving"')`);
    const answer = await look('nodes');
    assert.equal(answer.state, 'warning');
    assert.match(answer.sentence, /^1 node has told nothing: web2 \(http:\/\/web2:8080\) for \d+ s\.$/);
    const versions = await look('versions', statusOf({ workers: [], version: '0.2.0' }));
    assert.deepEqual([versions.state, /web1 0\.1\.0/.test(versions.sentence)], ['warning', true]);
    const during = await look('versions', { ...statusOf({ workers: [], version: '0.2.0' }), now: () => 60_000 });
    assert.equal(during.state, 'ok', 'an upgrade of one node after the other takes a while');
    const [worker] = testView().status.workers;
    const own = await look(
      'versions',
      statusOf({ workers: [{ ...worker!, report: { ...worker!.report!, release: '0.3.0' } }], version: '0.2.0' }),
    );
    assert.deepEqual(
      [own.state, own.sentence],
      ['warning', 'Workers run release 0.3.0, and the supervisor still 0.2.0.'],
    );
    await database.query(sql`DELETE FROM node`);
  });

  test('clock: ahead of the database, and a database whose clock was set back', async () => {
    assert.equal((await look('clock')).state, 'ok');
    const ahead = await look('clock', { now: () => Date.now() + 120_000 });
    assert.deepEqual([ahead.state, /120\.\d s ahead/.test(ahead.sentence)], ['critical', true]);
    assert.equal((await look('clock', { now: () => Date.now() - 5_000 })).state, 'warning');
    await store.database.query(
      sql`INSERT INTO node (id, seen, skew, summary) VALUES (gen_random_uuid(), now() + interval '1 hour', 0, '{}')`,
    );
    assert.match((await look('clock')).sentence, /set back by 3[56]\d\d s/);
    await store.database.query(sql`DELETE FROM node`);
  });

  test('documents that are known to be damaged are critical', async () => {
    const { database } = store;
    assert.equal((await look('files')).state, 'ok');
    await addFileRow();
    assert.match((await look('files')).sentence, /^0 documents of 1 are known .*; none was read yet\.$/);
    await database.query(
      sql`INSERT INTO content_check (digest, problem) VALUES (decode(repeat('ab', 32), 'hex'), 'it is missing')`,
    );
    const answer = await look('files');
    assert.deepEqual([answer.state, answer.fix], ['critical', 'reperio file verify']);
    assert.match(
      answer.sentence,
      /^1 document of 1 is known to be missing or damaged; 1 was read, the first .* ago\.$/,
    );
    await database.query(sql`DELETE FROM content_check`);
  });
});
