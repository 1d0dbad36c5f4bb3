import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { contentPath } from '../../files/content.ts';
import { takeLease } from '../../store/lease.ts';
import { days, hours } from './age.ts';
import { collectGarbage, kindsNamed } from './collect.ts';
import { removeContent } from './remove-content.ts';
import {
  addNamed,
  contextOf,
  daysPass,
  keep,
  listed,
  localContents,
  s3Contents,
  type TestContents,
  untilSays,
} from './test-contents.ts';

let library: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-gc-'));
const places: TestContents[] = [];
let round = 0;

before(async () => {
  library = await openTestDatabase();
  places.push(localContents(folder), await s3Contents(library.database, folder));
});
after(async () => {
  for (const place of places) await place.close();
  await library.release();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  round++;
  await library.database.query(sql`TRUNCATE document, file, orphan_content CASCADE`);
  for (const { store } of places) for (const digest of await listed(store)) await store.remove(digest);
});

for (const at of [0, 1])
  describe(`contents in ${['a folder', 'S3'][at]}`, () => {
    const place = (): TestContents => places[at]!;
    const gc = async (options: { dryRun?: boolean; anyway?: boolean; olderThan?: number; now?: () => number } = {}) => {
      const { dryRun = false, anyway = false, olderThan, now = Date.now } = options;
      const [found] = await collectGarbage(contextOf(library.database, place().store, folder, { now }), {
        ...{ kinds: kindsNamed(['documents'], olderThan), olderThan, dryRun, anyway },
      });
      return found!;
    };
    /** Twenty that are named, so that one is less than a tenth. */
    const twenty = async (): Promise<readonly string[]> => {
      const { store } = place();
      const digests: string[] = [];
      for (let number = 0; number < 20; number++) {
        const digest = await keep(store, `file ${round} ${number}`);
        await addNamed(library.database, store, { name: `file ${number}.txt`, digest });
        place().age(digest, 30);
        digests.push(digest);
      }
      return digests;
    };

    test('are listed and removed, and what is something else is passed over', async () => {
      const { store } = place();
      const digests = [await keep(store, 'one'), await keep(store, 'two'), await keep(store, 'three')].sort();
      assert.deepEqual(await listed(store), digests);
      for await (const { digest, bytes, modified } of store.list()) {
        assert.equal(bytes, await store.size(digest));
        assert.ok(Math.abs(Date.now() - modified.getTime()) < days(1));
      }
      await store.remove(digests[1]!);
      await store.remove(digests[1]!);
      const strays = ['README', 'aa/bb/notes.txt', `aa/bb/${digests[0]}`, digests[0]!, `aa/${digests[0]}.part`];
      for (const path of strays) place().stray(digests[0]!, path);
      assert.deepEqual(await listed(store), [digests[0], digests[2]]);
    });

    test('are all listed when they are more than a page', async () => {
      const { store } = place();
      const first = await keep(store, 'the first of many');
      const made = Array.from({ length: 1_100 }, (_, number) => createHash('sha256').update(`${number}`).digest('hex'));
      for (const digest of made) place().stray(first, contentPath(digest));
      assert.deepEqual(await listed(store), [...made, first].sort());
      const found = await gc();
      assert.match(found.note!, /^1,101 more are named by no file/);
    });

    test('that no file names go after a week of looks, and all that are named stay', async () => {
      const { store } = place();
      const named = await twenty();
      const orphan = await keep(store, 'nobody names this');
      place().age(orphan, 30);
      const first = await gc();
      assert.deepEqual([first.count, first.problem], [0, undefined]);
      assert.match(first.note!, /^1 more is named by no file, and goes when that has been so at every look for 7 days/);
      await daysPass(library.database, 6);
      assert.equal((await gc()).count, 0, 'a day too early');
      await daysPass(library.database, 1);
      const told = await gc({ dryRun: true });
      assert.deepEqual([told.count, told.bytes], [1, 17]);
      assert.ok((await listed(store)).includes(orphan), 'a dry run changes nothing');
      assert.equal((await gc()).count, 1);
      assert.deepEqual(await listed(store), [...named].sort());
      assert.deepEqual(await library.database.query(sql`SELECT FROM orphan_content`), []);
    });

    test('that are named again at one look begin their week anew', async () => {
      const { store } = place();
      await twenty();
      const digest = await keep(store, 'comes and goes');
      place().age(digest, 30);
      await gc();
      await daysPass(library.database, 6);
      await addNamed(library.database, store, { name: 'again.txt', digest });
      await gc();
      await library.database.query(sql`DELETE FROM document WHERE name = 'again'`);
      await daysPass(library.database, 1);
      await gc();
      await daysPass(library.database, 6);
      assert.equal((await gc()).count, 0);
      await daysPass(library.database, 1);
      assert.equal((await gc()).count, 1);
    });

    test('that came less than a week ago stay, whatever was seen before', async () => {
      const { store } = place();
      await twenty();
      const digest = await keep(store, 'sent again');
      await gc();
      await daysPass(library.database, 100);
      place().age(digest, 6);
      assert.equal((await gc()).count, 0);
      place().age(digest, 8);
      assert.equal((await gc({ now: () => Date.now() - days(2) })).count, 0, 'our clock says so too');
      assert.equal((await gc()).count, 1);
    });

    test('that were seen before a restore are looked at anew', async () => {
      const { store } = place();
      await twenty();
      place().age(await keep(store, 'of another timeline'), 30);
      await gc();
      await daysPass(library.database, 30);
      await library.database.query(sql`UPDATE library SET timeline = timeline + 1`);
      assert.equal((await gc({ dryRun: true })).count, 0);
      assert.equal((await gc()).count, 0);
      await daysPass(library.database, 7);
      assert.equal((await gc()).count, 1);
    });

    test('more than a tenth of all stay without --yes: as when a clock is a year ahead, or the database another one', async () => {
      const { store } = place();
      const named = await twenty();
      await library.database.query(sql`DELETE FROM document WHERE name IN ('file 1', 'file 2', 'file 3')`);
      await gc();
      await daysPass(library.database, 365);
      const told = await gc({ dryRun: true });
      assert.equal(told.count, 3);
      assert.match(told.note!, /more than a tenth of all 20: it needs --yes/);
      const refused = await gc();
      assert.equal(refused.count, 0);
      assert.match(refused.problem!, /^3 of 20 contents are named by no file, more than a tenth, so none was removed/);
      assert.deepEqual(await listed(store), [...named].sort());
      assert.equal((await gc({ anyway: true })).count, 3);
      assert.equal((await listed(store)).length, 17);
    });

    test('stay while a backup runs', async () => {
      const { store } = place();
      await twenty();
      const digest = await keep(store, 'read by a backup');
      place().age(digest, 30);
      await gc();
      await daysPass(library.database, 8);
      const lease = await takeLease(library.url, 'backup', { label: 'backup', wait: false });
      const found = await gc();
      await lease!.release();
      assert.deepEqual([found.count, found.problem], [0, undefined]);
      assert.match(found.note!, /A backup is running/);
      assert.ok((await listed(store)).includes(digest));
      assert.equal((await gc()).count, 1);
    });

    test('stay while a node of a release without locks runs', async () => {
      const { store } = place();
      await twenty();
      const digest = await keep(store, 'beside an earlier release');
      place().age(digest, 30);
      await gc();
      await daysPass(library.database, 8);
      const summary = JSON.stringify({ name: 'old1', version: '0.1.0' });
      await library.database.query(
        sql`INSERT INTO node (id, seen, skew, summary) VALUES (gen_random_uuid(), now(), 0, ${summary}::jsonb)`,
      );
      const found = await gc();
      assert.equal(found.count, 0);
      assert.match(found.note!, /The node old1 runs release 0\.1\.0/);
      await library.database.query(sql`UPDATE node SET seen = now() - interval '1 hour'`);
      assert.equal((await gc()).count, 1);
      await library.database.query(sql`DELETE FROM node`);
    });

    test('one process at a time removes; a shorter age can be asked for, but none below an hour', async () => {
      const { store } = place();
      await twenty();
      place().age(await keep(store, 'soon gone'), 1);
      await gc();
      await library.database.query(sql`UPDATE orphan_content SET seen = seen - interval '2 hours'`);
      const lease = await takeLease(library.url, 'gc', { label: 'gc', wait: false });
      await assert.rejects(gc({ olderThan: hours(1) }), { code: 'REPERIO_GC_RUNNING' });
      await lease!.release();
      await assert.rejects(gc({ olderThan: hours(0.9) }), { code: 'REPERIO_GC_AGE_SHORT' });
      assert.equal((await gc({ olderThan: hours(3) })).count, 0);
      assert.equal((await gc({ olderThan: hours(1) })).count, 1);
    });
  });

test('whoever is killed between the look and the end of a removal loses nothing', async () => {
  const { store } = places[0]!;
  const kept = await keep(store, 'killed before the bytes go');
  const gone = await keep(store, 'killed after they went');
  await library.database.query(sql`
    INSERT INTO orphan_content (digest, seen, timeline)
    SELECT decode(given, 'hex'), now() - interval '8 days', 1 FROM unnest(${[kept, gone]}::text[]) AS given`);
  const url = (path: string): string => new URL(path, import.meta.url).href;
  for (const [digest, removes] of [
    [kept, false],
    [gone, true],
  ] as const) {
    const text = `
      import { connect } from '${url('../../store/database.ts')}';
      import { takeLease } from '${url('../../store/lease.ts')}';
      import { localStore } from '${url('../../files/local-store.ts')}';
      import { removeContent } from '${url('./remove-content.ts')}';
      const [address, folder, digest] = process.argv.slice(-3);
      const times = { connectTimeout: 20000, statementTimeout: 0, lockTimeout: 0 };
      const store = localStore(folder, async () => true);
      await takeLease(address, 'gc', { label: 'gc', wait: true });
      const remove = async () => {
        if (${removes}) await store.remove(digest);
        console.log('now');
        await new Promise(() => setInterval(() => undefined, 1000));
      };
      await removeContent(connect(address, { poolSize: 2, ...times }), { remove }, digest);`;
    const child = spawn(
      process.execPath,
      ['--input-type=module-typescript', '-e', text, '--', library.url, join(folder, 'files'), digest],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await untilSays(child, 'now');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.deepEqual(await listed(store), [kept]);
  // The bytes that are there can be named at once, and those that are not are told of.
  await addNamed(library.database, store, { name: 'kept.txt', digest: kept });
  await assert.rejects(addNamed(library.database, store, { name: 'gone.txt', digest: gone }), {
    code: 'REPERIO_FILE_GONE',
  });
  const lease = await takeLease(library.url, 'gc', { label: 'gc', wait: true });
  await lease!.release();
  const [again] = await collectGarbage(contextOf(library.database, store, folder), {
    ...{ kinds: kindsNamed(['documents'], undefined), olderThan: undefined, dryRun: false, anyway: false },
  });
  assert.deepEqual([again!.count, again!.problem], [0, undefined]);
  assert.deepEqual(await library.database.query(sql`SELECT FROM orphan_content`), []);
  assert.equal(await removeContent(library.database, store, kept), 'named');
  assert.deepEqual(await listed(store), [kept]);
});
