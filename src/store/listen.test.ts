import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { listen } from './listen.ts';

let opened: TestDatabase;
before(async () => {
  opened = await openTestDatabase({ migrated: false });
});
after(() => opened.release());

async function until(condition: () => boolean): Promise<void> {
  const limit = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < limit, 'waited 10 s in vain');
    await sleep(5);
  }
}

test('wakes when it has connected, at each notification, and after every reconnection', async () => {
  const controller = new AbortController();
  let wakes = 0;
  const listening = listen(opened.url, 'reperio_test', () => wakes++, controller.signal);
  await until(() => wakes === 1);
  await opened.database.query(sql`NOTIFY reperio_test`);
  await until(() => wakes === 2);
  await opened.database.query(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN%'`);
  await until(() => wakes === 3);
  await opened.database.query(sql`NOTIFY reperio_test`);
  await until(() => wakes === 4);
  controller.abort();
  await listening;
  const [left] = await opened.database.query<{ n: number }>(
    sql`SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  assert.equal(left?.n, 0);
});

test('tries on while the server is away, and ends at once when told to', async () => {
  const controller = new AbortController();
  const listening = listen('postgresql://nobody@/x?host=/nowhere', 'reperio_test', assert.fail, controller.signal);
  await sleep(300);
  controller.abort();
  await listening;
});
