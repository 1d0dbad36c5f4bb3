import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { folder, look, settingsOf, store } from './test-look.ts';

async function taken(before: string, problem: string | null = null): Promise<void> {
  await store.database.query(sql`INSERT INTO backup_set (name, kind, place, taken, ended, records, bytes, problem)
    VALUES (${`set-${before}`}, 'dump', '/backups', now() - ${before}::interval, now(), 1, 1, ${problem})`);
}

async function began(before: string): Promise<void> {
  await store.database.query(sql`UPDATE library SET created = now() - ${before}::interval`);
}

const off = { settings: settingsOf({ REPERIO_BACKUP_AT: 'off' }) };

describe('backups', () => {
  test('the age of the newest one; of a library without one, since when there could be one', async () => {
    assert.equal((await look('backup')).state, 'ok');
    for (const [age, state] of [
      ['2 days', 'warning'],
      ['4 days', 'critical'],
    ] as const) {
      await began(age);
      const none = await look('backup');
      assert.deepEqual([none.state, none.fix], [state, 'reperio backup']);
      assert.match(none.sentence, /^There is no backup yet, and the library is \d+ h|d old/);
    }
    // Its backups were those of another one.
    await store.database.query(sql`INSERT INTO restored (name, at) VALUES ('a', now() - interval '5 days')`);
    assert.equal((await look('backup')).state, 'ok');
    await store.database.query(sql`DELETE FROM restored`);
    await taken('5 days');
    assert.equal((await look('backup')).state, 'critical');
    await taken('40 hours');
    assert.equal((await look('backup')).state, 'warning');
    await taken('3 hours');
    assert.equal((await look('backup')).state, 'ok');
    await store.database.query(sql`DELETE FROM backup_set`);
  });

  test('one that is not whole is critical, also where none is made by itself', async () => {
    await taken('1 hour', 'people.copy is missing');
    for (const world of [{}, off]) {
      const answer = await look('backup', world);
      assert.deepEqual([answer.state, answer.fix], ['critical', 'reperio backup verify set-1 hour']);
      assert.match(answer.sentence, /people\.copy is missing/);
    }
    await store.database.query(sql`DELETE FROM backup_set`);
  });

  test('where none is made by itself none is missing, and it says so', async () => {
    await began('400 days');
    const answer = await look('backup', off);
    assert.deepEqual(
      [answer.state, answer.sentence],
      ['ok', 'No backup is made here (backup-at is off). None is known.'],
    );
    const copy = await look('backup', { settings: settingsOf({ REPERIO_ISOLATED: 'true' }) });
    assert.deepEqual([copy.state, /^This copy/.test(copy.sentence)], ['ok', true]);
    assert.equal((await look('drill', off)).state, 'ok');
  });

  test('a place on the disk of the library is said, and is no warning', async () => {
    await taken('1 hour');
    const place = join(folder, 'backups');
    assert.doesNotMatch((await look('backup')).sentence, /same disk/);
    mkdirSync(place);
    const answer = await look('backup');
    assert.deepEqual([answer.state, answer.sentence.includes(`${place} is on the same disk`)], ['ok', true]);
    await store.database.query(sql`DELETE FROM backup_set`);
  });

  test('drills: too long ago is a warning, failed is critical', async () => {
    const drilled = (before: string, problem: string | null = null) =>
      store.database.query(sql`INSERT INTO backup_drill (name, began, ended, rto, rpo, problem, report)
        VALUES ('a', now(), now() - ${before}::interval, 40, 0, ${problem}, '{}')`);
    await began('10 days');
    assert.equal((await look('drill')).state, 'ok');
    await began('70 days');
    assert.equal((await look('drill')).state, 'warning');
    await drilled('63 days');
    assert.equal((await look('drill')).state, 'warning');
    await drilled('10 days');
    assert.equal((await look('drill')).state, 'ok');
    await drilled('1 hour', '3 records differ.');
    const failed = await look('drill');
    assert.deepEqual([failed.state, failed.fix], ['critical', 'reperio backup drill']);
    assert.match(failed.sentence, /failed: 3 records differ\.$/);
    await store.database.query(sql`DELETE FROM backup_drill`);
  });
});

describe('the archived log', () => {
  /** What a server would say that archives. */
  function archiving(given: { failing?: string | null; files?: number; age?: number; bytes?: number; sees?: boolean }) {
    const { failing = null, files = 0, age = 0, bytes = 0, sees = true } = given;
    // In between: what was written down of the place of backups.
    const replies = [[{ isOn: true, failing, since: age, sees }], [], [{ files, age, bytes }]];
    const database = { query: async () => replies.shift() } as unknown as Queryable;
    return look('wal', { database: () => database });
  }

  test('a server that archives nothing is well, asked in its own words', async () => {
    const answer = await look('wal');
    assert.deepEqual([answer.state, /^The log is not archived/.test(answer.sentence)], ['ok', true]);
  });

  test('what the check asks is understood by the server, as one that archives', async () => {
    const seen: string[] = [];
    const asked: Queryable = {
      query: async <Row extends object>(statement: Sql) => {
        seen.push(statement.sql);
        const rows = await store.database.query<Row>(raw(statement.sql));
        return seen.length === 1 ? rows.map((row) => ({ ...row, isOn: true, sees: true })) : rows;
      },
    };
    const answer = await look('wal', { database: () => asked });
    assert.equal(seen.length, 3);
    assert.match(answer.sentence, /archive/);
    assert.equal(answer.measures[0]?.label, 'age');
  });

  test('files that wait: by the age of the oldest, and by the room that is left', async () => {
    assert.equal((await archiving({})).state, 'ok');
    assert.equal((await archiving({ files: 2, age: 60 })).state, 'ok');
    assert.equal((await archiving({ files: 2, age: 400 })).state, 'warning');
    const failing = await archiving({ failing: '000000010000000000000007', files: 3, age: 30 });
    assert.equal(failing.state, 'warning');
    assert.match(failing.sentence, /cannot archive 000000010000000000000007 .*3 files wait/);
    assert.equal((await archiving({ failing: 'x', files: 9, age: 1_801 })).state, 'critical');
    assert.equal((await archiving({ failing: 'x', age: 1_801, sees: false })).state, 'critical');
    assert.equal((await archiving({ files: 2, age: 60, bytes: 1e18 })).state, 'critical');
  });
});

test('problems: kinds of failures that are new, or came back, until somebody judged them', async () => {
  const failed = (fingerprint: string, first: string, last: string, regressions: number) =>
    store.database.query(sql`INSERT INTO failure (fingerprint, kind, type, code, place, message, frames, count,
        first_seen, last_seen, first_release, last_release, regressions, streak, samples)
      VALUES (${fingerprint}, 'request', 'TypeError', '', 'GET /search', 'x', '[]', 3, now() - ${first}::interval,
        now() - ${last}::interval, '0.1.0', '0.1.0', ${regressions}, 3, '[]')`);
  assert.equal((await look('problems')).state, 'ok');
  await failed('aa', '3 days', '1 minute', 0);
  await failed('bb', '3 days', '2 hours', 1);
  assert.equal((await look('problems')).state, 'ok');
  await failed('cc', '10 minutes', '5 minutes', 0);
  const fresh = await look('problems');
  assert.deepEqual([fresh.state, fresh.fix], ['warning', 'reperio failures show cc']);
  assert.equal(fresh.sentence, '1 new kind of failure in the last hour; the latest is TypeError in GET /search.');
  await failed('dd', '3 days', '1 minute', 1);
  assert.match((await look('problems')).sentence, /^1 new kind of failure, 1 that came back after it was resolved/);
  await store.database.query(sql`UPDATE failure SET state = 'muted' WHERE fingerprint IN ('cc', 'dd')`);
  assert.equal((await look('problems')).state, 'ok');
  await store.database.query(sql`DELETE FROM failure`);
});
