import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { connect, type Database } from './database.ts';

let opened: TestDatabase;
let database: Database;
before(async () => {
  opened = await openTestDatabase({ migrated: false });
  database = opened.database;
  await database.query(sql`CREATE TABLE thing (id integer PRIMARY KEY, amount bigint)`);
});
after(() => opened.release());

const count = async () => (await database.query<{ n: number }>(sql`SELECT count(*) AS n FROM thing`))[0]?.n;

test('int8 comes as a number when it is exact and as a bigint otherwise', async () => {
  const [row] = await database.query<{ small: number; large: bigint }>(
    sql`SELECT 9007199254740991::bigint AS small, 9007199254740993::bigint AS large`,
  );
  assert.deepEqual(row, { small: 9007199254740991, large: 9007199254740993n });
});

test('no statement is compiled, which would take longer than all of them', async () => {
  assert.deepEqual(await database.query(sql`SELECT current_setting('jit') AS jit`), [{ jit: 'off' }]);
});

test('a transaction is kept whole or not at all', async () => {
  await database.transaction(async (transaction) => {
    await transaction.query(sql`INSERT INTO thing VALUES (1, 1), (2, 2)`);
  });
  assert.equal(await count(), 2);
  const failing = database.transaction(async (transaction) => {
    await transaction.query(sql`DELETE FROM thing`);
    throw new Error('changed my mind');
  });
  await assert.rejects(failing, /changed my mind/);
  assert.equal(await count(), 2);
});

test('a transaction that swallowed a failure does not pass for committed', async () => {
  const swallowing = database.transaction(async (transaction) => {
    await transaction.query(sql`INSERT INTO thing VALUES (50, 1)`);
    await transaction.query(sql`SELECT 1/0`).catch(() => {});
  });
  await assert.rejects(swallowing, /rolled back/);
  assert.equal(await count(), 2);
});

test('COPY takes rows in a transaction', async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => `${i + 100}\t${i}\n`);
  await database.transaction(async (transaction) => {
    await pipeline(Readable.from(rows), transaction.copyIn('COPY thing FROM STDIN'));
    const [row] = await transaction.query<{ n: number }>(sql`SELECT count(*) AS n FROM thing`);
    assert.equal(row?.n, 10_002);
  });
  assert.equal(await count(), 10_002);
});

test('a COPY that fails or is left open rolls back and frees its connection', async () => {
  const bad = database.transaction((transaction) =>
    pipeline(Readable.from(['7\t7\n', 'not a row\n']), transaction.copyIn('COPY thing FROM STDIN')),
  );
  await assert.rejects(bad, /invalid input syntax|missing data/);
  const left = database.transaction(async (transaction) => {
    transaction.copyIn('COPY thing FROM STDIN').write('8\t8\n');
  });
  await assert.rejects(left, /COPY was not ended/);
  const thrown = database.transaction(async (transaction) => {
    transaction.copyIn('COPY thing FROM STDIN').write('9\t9\n');
    throw new Error('out of input');
  });
  await assert.rejects(thrown, /out of input/);
  assert.equal(await count(), 10_002);
});

test('a serialization failure is tried again when that is asked for', async () => {
  await database.query(sql`INSERT INTO thing VALUES (3, 0)`);
  const raise = (attempts: number) =>
    database.transaction(
      async (transaction) => {
        const [row] = await transaction.query<{ amount: number }>(sql`SELECT amount FROM thing WHERE id = 3`);
        await transaction.query(sql`UPDATE thing SET amount = ${(row?.amount ?? 0) + 1} WHERE id = 3`);
      },
      { isolation: 'serializable', attempts },
    );
  await Promise.all(Array.from({ length: 6 }, () => raise(50)));
  const [row] = await database.query<{ amount: number }>(sql`SELECT amount FROM thing WHERE id = 3`);
  assert.equal(row?.amount, 6);
  const once = await Promise.allSettled(Array.from({ length: 6 }, () => raise(1)));
  const lost = once.filter((each) => each.status === 'rejected');
  assert.ok(lost.length > 0);
  assert.ok(lost.every(({ reason }) => reason.code === '40001'));
});

test('a read-only transaction refuses to write', async () => {
  const writing = database.transaction((transaction) => transaction.query(sql`DELETE FROM thing`), { readOnly: true });
  await assert.rejects(writing, { code: '25006' });
});

test('statements end at their timeout, and a transaction may have its own', async () => {
  const impatient = connect(opened.url, { poolSize: 1, connectTimeout: 5_000, statementTimeout: 50, lockTimeout: 0 });
  await assert.rejects(impatient.query(sql`SELECT pg_sleep(2)`), { code: 'REPERIO_STATEMENT_TIMEOUT' });
  await impatient.transaction((transaction) => transaction.query(sql`SELECT pg_sleep(0.1)`), { timeout: 0 });
  await impatient.close();
});

test('a full pool, a server that is away and a wrong address each say so', async () => {
  const options = { poolSize: 1, connectTimeout: 100, statementTimeout: 0, lockTimeout: 0 };
  // A busy machine takes a while to connect.
  const small = connect(opened.url, { ...options, connectTimeout: 3_000 });
  await small.transaction(async () => assert.rejects(small.query(sql`SELECT 1`), { code: 'REPERIO_DATABASE_BUSY' }));
  await small.close();
  const away = connect('postgresql://nobody@/x?host=/nowhere', options);
  await assert.rejects(away.query(sql`SELECT 1`), { code: 'REPERIO_DATABASE_AWAY' });
  await away.close();
  const wrong = connect(opened.url.replace(/\/test_\w+/, '/missing'), { ...options, connectTimeout: 20_000 });
  await assert.rejects(wrong.query(sql`SELECT 1`), { code: 'REPERIO_DATABASE_REFUSED' });
  await wrong.close();
  assert.throws(() => connect('mysql://localhost', options), { code: 'REPERIO_DATABASE_URL_WRONG' });
});

test('a connection that the server ends does not end the process', async () => {
  const end = database.transaction((transaction) =>
    transaction.query(sql`SELECT pg_terminate_backend(pg_backend_pid())`),
  );
  await assert.rejects(end, { code: 'REPERIO_DATABASE_AWAY' });
  await database.query(
    sql`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  assert.ok(await count());
});
