import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { takeLease } from '../../store/lease.ts';
import { nightlyGarbage } from './nightly.ts';
import { contextOf, daysPass, keep, localContents } from './test-contents.ts';

let library: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-nightly-'));
const place = localContents(folder);
before(async () => {
  library = await openTestDatabase();
});
after(async () => {
  await library.release();
  rmSync(folder, { recursive: true, force: true });
});

async function night(): Promise<{ readonly did: string; readonly problem?: string; readonly told: readonly string[] }> {
  const told: string[] = [];
  const { database, store, settings, signal, release } = contextOf(library.database, place.store, folder);
  const outcome = await nightlyGarbage({ database, store, settings, signal, release, tell: (text) => told.push(text) });
  return { ...outcome, told };
}

test('every night the safe kinds go; the log of changes stays, however old', async () => {
  await library.database.query(sql`INSERT INTO task (name, due) VALUES ('gone', now() - interval '1 year')`);
  await library.database.query(
    sql`INSERT INTO audit (at, actor, action, subject) VALUES (now() - interval '9 years', 'a', 'token made', 's')`,
  );
  assert.deepEqual(await night(), {
    did: 'Removed: tasks 1.',
    told: [
      'tasks 1',
      'loads 0',
      'held 0',
      'sent 0',
      'drafts 0',
      'previews 0',
      'job-files 0',
      'jobs 0',
      'harvest-cursors 0',
      'harvest-runs 0',
      'events 0',
      'webhook-sent 0',
      'webhook-failed 0',
      'site-versions 0',
      'tokens 0',
      'failures 0',
    ],
  });
  assert.equal((await night()).did, 'Nothing was left over.');
  assert.equal((await library.database.query(sql`SELECT FROM audit`)).length, 1);
});

test('what is suspiciously much is a problem of the task, with what to type', async () => {
  const digest = await keep(place.store, 'all that there is');
  place.age(digest, 30);
  assert.equal((await night()).problem, undefined, 'the first look');
  await daysPass(library.database, 8);
  const { did, problem } = await night();
  assert.equal(did, 'Nothing was left over.');
  assert.match(problem!, /^documents: 1 of 1 contents .* then run `reperio gc documents --yes`\.$/);
  assert.equal(await place.store.size(digest), 17);
});

test('a clock that has leapt a year ahead removes nothing in its first night', async () => {
  const { database } = library;
  await database.query(sql`
    INSERT INTO task (name, succeeded) VALUES ('gc', now() - interval '365 days 1 hour')
    ON CONFLICT (name) DO UPDATE SET succeeded = excluded.succeeded`);
  await database.query(sql`INSERT INTO task (name, due) VALUES ('gone again', now() - interval '1 year')`);
  assert.match((await night()).did, /^Nothing: by the clock of the database the last time was 365 days ago/);
  // As whoever runs the task writes down.
  await database.query(sql`UPDATE task SET succeeded = now() WHERE name = 'gc'`);
  assert.equal((await night()).did, 'Removed: tasks 1.');
});

test('while somebody removes by command it does nothing', async () => {
  const lease = await takeLease(library.url, 'gc', { label: 'gc', wait: false });
  assert.deepEqual(await night(), { did: 'Nothing: `reperio gc` is running.', told: [] });
  await lease!.release();
});
