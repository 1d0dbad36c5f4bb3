import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { listen } from './listen.ts';

let opened: TestDatabase;
before(async () => {
  opened = await openTestDatabase({ migrated: false });
});
after(() => opened.release());

test('wakes when it has connected, at each notification, and after every reconnection', async () => {
  const controller = new AbortController();
  let wakes = 0;
  const listening = listen(opened.url, 'reperio_test', () => wakes++, controller.signal);
  await waitFor('the connection', () => wakes === 1);
  await opened.database.query(sql`NOTIFY reperio_test`);
  await waitFor('the notification', () => wakes === 2);
  await opened.database.query(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN%'`);
  await waitFor('the connection after that', () => wakes === 3);
  await opened.database.query(sql`NOTIFY reperio_test`);
  await waitFor('the notification after that', () => wakes === 4);
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
