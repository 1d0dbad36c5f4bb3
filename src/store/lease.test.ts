import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { holdSharedLease, isHeld, takeLease } from './lease.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(() => store.release());

const isAway = (error: unknown): boolean => error instanceof UserError && error.code === storeErrors.databaseAway.code;

test('a lease that cannot be asked for says that the database is away', async () => {
  const nobody = 'postgresql://nobody@127.0.0.1:1/none';
  await assert.rejects(takeLease(nobody, 'load', { label: 'test', wait: true }), isAway);
  await assert.rejects(holdSharedLease(nobody, 'numbers'), isAway);
});

test('a shared lease whose connection has broken says so, each time it is asked', async () => {
  const lease = await holdSharedLease(store.url, 'numbers');
  assert.equal(await isHeld(store.database, 'numbers'), true);
  await store.database.query(sql`
    SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  for (let times = 0; times < 3; times++) await assert.rejects(lease.waiters(), isAway);
  await assert.rejects(lease.letPass(), isAway);
  await lease.release();
  assert.equal(await isHeld(store.database, 'numbers'), false);
});
