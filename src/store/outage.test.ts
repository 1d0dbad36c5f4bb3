import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { type CutProxy, openCutProxy } from '../../test/support/cut-proxy.ts';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { UserError } from '../errors/errors.ts';
import { clientConfig, connect, type Database } from './database.ts';
import { storeErrors } from './errors.ts';
import { addressesOf, connectToPrimary, Servers, serversOf } from './servers.ts';

const options = { poolSize: 4, connectTimeout: 1_000, statementTimeout: 20_000, lockTimeout: 0 };
let store: TestDatabase;
let way: CutProxy;
let database: Database;
/** Waits longer than the way is cut, on any machine. */
let patient: Database;

before(async () => {
  store = await openTestDatabase();
  way = await openCutProxy(store.url);
  database = connect(way.url, { ...options, patience: 3_000 });
  patient = connect(way.url, { ...options, connectTimeout: 10_000, patience: 15_000 });
  await store.database.query(sql`CREATE TABLE noted (id integer)`);
});
beforeEach(() => way.heal());
after(async () => {
  await database.close();
  await patient.close();
  await way.close();
  await store.release();
});

const ask = async () => (await database.query<{ one: number }>(sql`SELECT 1 AS one`))[0]!.one;
/** The code of what it throws; undefined: it throws nothing. */
async function problemOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: { code?: string }) => String(error.code),
  );
}

describe('while the database is away', () => {
  test('for a moment, whoever asks waits and is answered', async () => {
    const ask = async () => (await patient.query<{ one: number }>(sql`SELECT 1 AS one`))[0]!.one;
    assert.equal(await ask(), 1);
    for (const how of ['refuse', 'silent'] as const) {
      await way.cut(how);
      const answers = Promise.all(Array.from({ length: 12 }, ask));
      await sleep(700);
      await way.heal();
      assert.deepEqual(new Set(await answers), new Set([1]));
    }
  });

  test('a question that was being answered is asked again', async () => {
    const answer = patient.query<{ one: number }>(sql`SELECT 1 AS one, pg_sleep(0.5)`);
    await sleep(200);
    await way.cut();
    await sleep(300);
    await way.heal();
    assert.equal((await answer)[0]!.one, 1);
  });

  test('for longer than one has patience, all are told at once, and the first question after it is answered', async () => {
    await way.cut('silent');
    assert.equal(await problemOf(ask()), 'REPERIO_DATABASE_AWAY');
    const before = way.connections;
    const all = await Promise.all(Array.from({ length: 20 }, () => problemOf(ask())));
    assert.ok(
      all.every((problem) => problem?.startsWith('REPERIO_DATABASE_') === true),
      all.join(),
    );
    assert.ok(way.connections - before <= 1, 'one tries, and the others hear of it');
    await way.heal();
    await sleep(1_100);
    assert.equal(await ask(), 1);
  });

  test('what can do without waits as long as it says', async () => {
    await way.cut();
    const told: string[] = [];
    const asked = (patience: number): Promise<void> =>
      problemOf(database.query(sql`SELECT 1`, { patience })).then(
        (problem) => void told.push(`${patience} ${problem}`),
      );
    await Promise.all([asked(3_000), asked(200)]);
    assert.deepEqual(told, ['200 REPERIO_DATABASE_AWAY', '3000 REPERIO_DATABASE_AWAY']);
  });

  test('a statement that writes is not done twice, and a transaction only when it may be and was not committing', async () => {
    await waitFor('the database', ask);
    const written = problemOf(database.query(sql`INSERT INTO noted SELECT 1 FROM pg_sleep(2)`));
    await waitFor('the statement', async () => {
      const running = sql`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
      return (await store.database.query(running)).length === 1;
    });
    await way.cut();
    await sleep(600);
    await way.heal();
    assert.equal(await written, 'REPERIO_DATABASE_AWAY');

    let times = 0;
    const repeated = database.transaction(
      async (transaction) => {
        times++;
        await transaction.query(sql`INSERT INTO noted VALUES (2)`);
        if (times === 1) {
          await way.cut();
          setTimeout(() => void way.heal(), 300);
        }
        await transaction.query(sql`INSERT INTO noted VALUES (3)`);
      },
      { attempts: 3 },
    );
    await repeated;
    assert.equal(times, 2);
    const rows = await store.database.query<{ id: number }>(sql`SELECT id FROM noted WHERE id > 1 ORDER BY id`);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [2, 3],
    );
  });

  test('another address of the database is found, by those who were connected and by new ones', async () => {
    const second = await openCutProxy(store.url);
    const both = way.url.replace('/test_', `,${new URL(second.url).host}/test_`);
    const roaming = connect(both, { ...options, patience: 3_000 });
    const one = async () => (await roaming.query<{ one: number }>(sql`SELECT 1 AS one`))[0]!.one;
    try {
      assert.equal(await one(), 1);
      await way.cut();
      assert.equal(await one(), 1);
      await second.cut();
      await way.heal();
      assert.equal(await one(), 1);
    } finally {
      await roaming.close();
      await second.close();
    }
  });
});

describe('while the database is well', () => {
  test('a statement of a while is left alone, also through a pooler that has process numbers of its own', async () => {
    const pooler = await openCutProxy(store.url, { processNumber: 4711 });
    const asked = async (url: string): Promise<void> => {
      const patient = connect(url, { ...options, patience: 3_000 });
      try {
        assert.equal((await patient.query<{ one: number }>(sql`SELECT 1 AS one FROM pg_sleep(6)`))[0]!.one, 1);
      } finally {
        await patient.close();
      }
    };
    await Promise.all([asked(way.url), asked(pooler.url)]);
    await pooler.close();
  });

  test('a pool whose connections are all in use is busy, which is no outage', async () => {
    const small = connect(way.url, { ...options, poolSize: 1, patience: 3_000 });
    try {
      const long = small.query(sql`SELECT pg_sleep(2)`);
      await sleep(100);
      assert.equal(await problemOf(small.query(sql`SELECT 1`, { patience: 300 })), 'REPERIO_DATABASE_BUSY');
      await long;
      await sleep(1_500);
      await Promise.all(Array.from({ length: 5 }, () => small.query(sql`SELECT 1`)));
    } finally {
      await small.close();
    }
  });
});

test('who has no patience finds the server that is there all the same, as the threads of a load do', async () => {
  const second = await openCutProxy(store.url);
  await way.cut();
  const impatient = connect(way.url.replace('/test_', `,${new URL(second.url).host}/test_`), options);
  try {
    assert.equal((await impatient.query<{ one: number }>(sql`SELECT 1 AS one`))[0]!.one, 1);
    await second.cut();
    assert.equal(await problemOf(impatient.query(sql`SELECT 1`)), 'REPERIO_DATABASE_AWAY');
  } finally {
    await impatient.close();
    await second.close();
  }
});

/** Milliseconds; what waits for a connection as long as this waits in vain. */
const forLong = 60_000;

/** Long before that. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let done: { readonly result: T } | undefined;
  const result = work.then((given) => {
    done = { result: given };
  });
  await Promise.race([result, waitFor('the end', () => done !== undefined, forLong / 2)]);
  return done!.result;
}

test('a server that is cut off keeps nobody from the primary for long, whatever connecting may take', async () => {
  const second = await openCutProxy(store.url);
  const both = way.url.replace('/test_', `,${new URL(second.url).host}/test_`);
  await way.cut('silent');
  try {
    // As web processes, and as the threads of a load.
    for (const times of [{ connectTimeout: forLong, patience: forLong }, { connectTimeout: 0 }]) {
      const roaming = connect(both, { ...options, ...times });
      assert.equal(await problemOf(inTime(roaming.query(sql`SELECT 1`))), undefined);
      await roaming.close();
      // Who connects next begins with the one that is cut off, as nobody knows.
      serversOf(both).leave(serversOf(both).current);
    }
    const config = clientConfig(both, { ...options, connectTimeout: forLong });
    await (await inTime(connectToPrimary(both, config))).end();
  } finally {
    await second.close();
  }
});

test('after a long outage the primary is found at once, also beside a server that is cut off', async () => {
  const [second, third] = [await openCutProxy(store.url), await openCutProxy(store.url)];
  const all = way.url.replace('/test_', `,${new URL(second.url).host},${new URL(third.url).host}/test_`);
  const roaming = connect(all, { ...options, connectTimeout: forLong, patience: 1_000 });
  let stopping = false;
  let [answered, refused] = [0, 0];
  const asker = async (): Promise<void> => {
    while (!stopping) {
      await roaming.query(sql`SELECT 1`).then(
        () => answered++,
        () => refused++,
      );
      await sleep(50);
    }
  };
  await Promise.all([way.cut('silent'), second.cut(), third.cut()]);
  const askers = Promise.all(Array.from({ length: 4 }, asker));
  try {
    for (const back of [third, second]) {
      refused = 0;
      await waitFor('a long outage', () => refused > 40);
      answered = 0;
      await back.heal();
      await waitFor('an answer', () => answered > 0, forLong / 2);
      await back.cut();
    }
  } finally {
    stopping = true;
    await askers;
    await roaming.close();
    await Promise.all([second.close(), third.close()]);
  }
});

test('an address with several hosts is one address for each', () => {
  assert.deepEqual(addressesOf('postgresql://u:p%2C@a:1,b:2,[::1]:3/x?sslmode=require'), [
    'postgresql://u:p%2C@a:1/x?sslmode=require',
    'postgresql://u:p%2C@b:2/x?sslmode=require',
    'postgresql://u:p%2C@[::1]:3/x?sslmode=require',
  ]);
  assert.deepEqual(addressesOf('postgresql:///x?host=/tmp'), ['postgresql:///x?host=/tmp']);
  assert.throws(() => addressesOf('mysql://a/b'));
});

test('who left a server that others have left already does not move on twice', () => {
  const servers = new Servers('postgresql://a,b,c/x');
  const first = servers.current;
  servers.leave(first);
  servers.leave(first);
  assert.equal(servers.current, 'postgresql://b/x');
});

test('a server that cannot be started again is away, whatever keeps it from starting', async () => {
  const address = 'postgresql://nobody@/nothing?host=%2Fnonexistent';
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write', code: 'ENOSPC' });
  for (const reason of [full, new UserError(storeErrors.embeddedLost, { place: 'a', folder: 'b', sign: 'c' })]) {
    const gone = connect(address, { ...options, revive: () => Promise.reject(reason) });
    assert.equal(await problemOf(gone.query(sql`SELECT 1`)), 'REPERIO_DATABASE_AWAY');
    await gone.close();
  }
});
