import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { applySite } from '../library/apply-site.ts';
import { defaultSiteText } from '../site/default.ts';
import { connect } from '../store/database.ts';
import { sameServer } from '../store/embedded/layout.ts';
import { takeLease } from '../store/lease.ts';
import { deltaOf } from './entry.ts';
import { foldDeltas } from './fold.ts';
import { createFollower } from './follower.ts';
import { runIndexer } from './indexer.ts';
import { publish, readManifest } from './manifest.ts';
import { chooseMerge, mergeAll, mergeNext } from './merging.ts';
import { rebuildIndex } from './rebuild.ts';
import { segmentFileName } from './segment/open.ts';
import { sweepSegments } from './sweep.ts';
import { analyzer, found, testIndex, version } from './test-index.ts';

const index = testIndex(openTestDatabase);
const { addDelta, addSegment, isRight, storeRecords, withFollower } = index;

test('publications at once are all kept, and one that replaces what is gone is refused', async () => {
  const ids = Array.from({ length: 20 }, (_, place) => `s${place}`);
  for (const id of [...ids, 'a', 'b'])
    await index.database.query(
      sql`INSERT INTO segment (id, records, bytes, blocks, index_digest, analysis) VALUES (${id}, 0, 0, 0, ${index.origin.indexDigest}, ${index.origin.analysis})`,
    );
  await Promise.all(
    ids.map((id) => index.database.transaction((transaction) => publish(transaction, { add: [id], remove: [] }))),
  );
  assert.deepEqual([...(await readManifest(index.database)).segments].sort(), [...ids].sort());
  const results = await Promise.all(
    ['a', 'b'].map((id) =>
      index.database.transaction((transaction) => publish(transaction, { add: [id], remove: ['s1', 's2'] })),
    ),
  );
  assert.equal(results.filter((result) => result === undefined).length, 1);
  assert.equal((await readManifest(index.database)).segments.length, 19);
  await assert.rejects(
    index.database.transaction((transaction) => publish(transaction, { add: ['gone'], remove: [] })),
    /is not stored/,
  );
});

test('what is committed is found on this node and on another by its notification: nobody has to look', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  await addSegment([version(1, 'Beginning')]);
  const other = index.otherFolder();
  await withFollower((here) =>
    withFollower(async (there) => {
      await Promise.all([here.refresh(), there.refresh()]);
      for (let id = 2; id < 12; id++) {
        await addDelta(version(id, `Neutrino${id}`));
        for (const node of [here, there]) await waitFor('the record', () => found(node, `neutrino${id}`).length === 1);
      }
    }, other),
  );
});

test('rows that commit in the reverse order of their numbers are all found', async () => {
  await storeRecords([version(1, 'Early bird'), version(2, 'Late bird')]);
  await withFollower(async (follower) => {
    const early = Promise.withResolvers<void>();
    const slow = index.database.transaction(async (transaction) => {
      await transaction.query(
        sql`INSERT INTO delta (record_id, revision, data) VALUES (1, 1, ${deltaOf(version(1, 'Early bird'), analyzer)})`,
      );
      await early.promise;
    });
    await addDelta(version(2, 'Late bird'));
    await follower.refresh();
    assert.deepEqual(found(follower, 'bird'), [2]);
    early.resolve();
    await slow;
    await follower.refresh();
    assert.deepEqual(found(follower, 'bird'), [1, 2]);
  });
});

test('folding, merging and rebuilding change nothing that a question sees', async () => {
  for (let segment = 0; segment < 9; segment++)
    await addSegment(
      Array.from({ length: 12 }, (_, place) => version(segment * 12 + place + 1, `Common word${place}`)),
    );
  for (let id = 5; id < 60; id += 5) await addDelta(version(id, 'Changed', 2));
  await withFollower(async (follower) => {
    const see = async () => {
      await follower.refresh();
      return [found(follower, 'common'), found(follower, 'chang'), follower.snapshot().records];
    };
    const before = await see();
    assert.equal(before[2], 108);
    assert.equal(await foldDeltas(index.context), 11);
    assert.equal(follower.state().deltas > 0, true);
    assert.deepEqual(await see(), before);
    assert.equal(follower.state().deltas, 0);
    await mergeAll(index.context);
    assert.deepEqual(await see(), before);
    assert.ok((await readManifest(index.database)).segments.length < 5);
    await isRight();
    await rebuildIndex(index.context);
    assert.deepEqual(await see(), before);
    await isRight();
  });
});

test('files of segments that are merged away disappear when no snapshot needs them', async () => {
  for (let segment = 0; segment < 8; segment++) await addSegment([version(segment + 1, 'Gone')]);
  await withFollower(async (follower) => {
    await follower.refresh();
    const held = follower.snapshot();
    await mergeAll(index.context);
    await follower.refresh();
    // A question that began before the merge goes on with what it had.
    assert.equal(held.segments.filter(({ segment }) => segment.term('w:title', 'gone') !== undefined).length, 8);
    assert.equal(found(follower, 'gone').length, 8);
  });
  assert.equal(await sweepSegments(index.database, { olderThan: 3_600 }), 0);
  assert.equal(await sweepSegments(index.database, { olderThan: 0 }), 8);
});

test('segments that are stored and not named yet stay while somebody works on the index, however long', async () => {
  await index.database.query(sql`
    INSERT INTO segment (id, records, bytes, blocks, index_digest, created) VALUES ('young', 0, 0, 0, ${index.origin.indexDigest}, now() - interval '2 hours')`);
  const isThere = async (): Promise<boolean> =>
    (await index.database.query(sql`SELECT FROM segment WHERE id = 'young'`)).length > 0;
  const work = async (enough: () => Promise<boolean>): Promise<void> => {
    const stop = new AbortController();
    const indexer = runIndexer({ ...index.context, signal: stop.signal }, { every: 10 });
    await waitFor('what is enough', enough);
    stop.abort();
    await indexer;
  };
  const lease = await takeLease(index.url, 'indexer', { label: 'index rebuild', wait: true });
  let looks = 0;
  await work(async () => ++looks > 40);
  assert.ok(await isThere());
  await lease!.release();
  await work(async () => !(await isThere()));
});

test('the indexer folds what is old, merges, and makes the index anew for another site file', async () => {
  for (let id = 1; id <= 9; id++) await addSegment([version(id, 'Tidy')]);
  for (let id = 10; id <= 14; id++) await addDelta(version(id, 'Tidy'));
  const stop = new AbortController();
  const works: string[] = [];
  const indexer = runIndexer(
    { ...index.context, signal: stop.signal },
    { every: 20, foldAfter: 100, onWork: (sentence) => void works.push(sentence) },
  );
  const settled = async (): Promise<boolean> => {
    const [row] = await index.database.query<{ count: number }>(sql`SELECT count(*)::integer AS count FROM delta`);
    return row?.count === 0 && (await readManifest(index.database)).segments.length < 8;
  };
  await waitFor('folding and merging', settled);
  const { needsReindexing } = await applySite(index.database, defaultSiteText().replace('"245%%a", ', ''));
  assert.equal(needsReindexing, true);
  await waitFor('the index of the other site file', () => works.some((work) => work.includes('was rebuilt')));
  stop.abort();
  await indexer;
  await isRight();
});

test('a merge that is one of its inputs keeps that file, and one of nothing current leaves no segment', async () => {
  await addSegment([version(1, 'First'), version(2, 'First')]);
  const last = await addSegment([version(1, 'Last', 2), version(2, 'Last', 2)]);
  const files = (): readonly string[] => readdirSync(index.context.folder).filter((name) => name.endsWith('.segment'));
  assert.equal(await mergeNext(index.context, true), true);
  assert.deepEqual((await readManifest(index.database)).segments, [last]);
  assert.deepEqual(files(), [segmentFileName(last)]);
  const large = Array.from({ length: 1_100 }, (_, place) => version(place + 1, 'Large', 3));
  await addSegment([version(3, 'Between'), version(4, 'Between')]);
  const kept = await addSegment(large);
  assert.equal(await mergeNext(index.context, true), true);
  assert.deepEqual((await readManifest(index.database)).segments, [kept]);
  assert.deepEqual(files(), [segmentFileName(kept)]);
  assert.equal(await mergeNext(index.context, true), false);
  await isRight();
});

test('while nobody writes few segments are merged too, and the indexer is at rest after it', async () => {
  for (let id = 1; id <= 3; id++) await addSegment([version(id, 'Quiet')]);
  // While it waits nothing is merged.
  await addDelta(version(4, 'Quiet'));
  const stop = new AbortController();
  const works: string[] = [];
  const options = { every: 20, foldAfter: 100, onWork: (sentence: string) => void works.push(sentence) };
  const indexer = runIndexer({ ...index.context, signal: stop.signal }, { ...options, quietAfter: 400 });
  const segments = async (): Promise<number> => (await readManifest(index.database)).segments.length;
  await waitFor('folding and merging', async () => works.length >= 2 && (await segments()) === 1);
  await sleep(600);
  // Somebody loads: what comes next is theirs.
  const lease = await takeLease(index.url, 'load', { label: 'load of a test', wait: true });
  await addSegment([5, 6, 7, 8].map((id) => version(id, 'Quiet')));
  await sleep(800);
  assert.equal(await segments(), 2);
  await lease!.release();
  await waitFor('merging after the load', async () => (await segments()) === 1);
  assert.match(works.pop()!, /^Merging 2 index segments/);
  stop.abort();
  await indexer;
  assert.deepEqual(works, ['Wrote 1 change to an index segment.', 'Merging 4 index segments of 4 records.']);
  await isRight();
});

test('an indexer on standby leaves the work to others nobody does it', async () => {
  for (let id = 1; id <= 9; id++) await addSegment([version(id, 'Tidy')]);
  const stop = new AbortController();
  const works: { readonly sentence: string; readonly at: number }[] = [];
  const began = Date.now();
  const standby = 1_500;
  const indexer = runIndexer(
    { ...index.context, signal: stop.signal },
    { every: 20, standby, onWork: (sentence) => void works.push({ sentence, at: Date.now() }) },
  );
  await sleep(standby / 3);
  assert.equal(works.length, 0);
  // Somebody else publishes: it waits anew.
  await addSegment([version(10, 'Tidy')]);
  await waitFor('the work of the one on standby', () => works.length > 0);
  stop.abort();
  await indexer;
  assert.match(works[0]!.sentence, /^Merging/);
  assert.ok(works[0]!.at - began >= standby * 1.2, `${works[0]!.at - began} ms`);
});

test('segments of like size are merged by eight, and different analyses are never mixed', () => {
  const row = (id: number, records: number, indexDigest = 'a') => ({
    id: `s${id}`,
    records,
    bytes: 1,
    indexDigest,
    analysis: 3,
  });
  const many = (count: number, records: number, digestOf = 'a', from = 0) =>
    Array.from({ length: count }, (_, place) => row(from + place, records, digestOf));
  assert.deepEqual(chooseMerge(many(7, 25_000)), []);
  assert.equal(chooseMerge(many(9, 25_000)).length, 8);
  assert.deepEqual(chooseMerge([...many(4, 25_000, 'a'), ...many(4, 25_000, 'b', 4)]), []);
  assert.equal(chooseMerge([...many(8, 200_000), ...many(8, 900, 'a', 8)])[0]!.records, 900, 'the cheapest first');
  // While nobody writes by two, but nothing too large.
  assert.equal(chooseMerge(many(2, 25_000), true).length, 2);
  assert.deepEqual(chooseMerge([...many(1, 25_000), ...many(1, 25_000, 'b', 1)], true), []);
  assert.deepEqual(chooseMerge([...many(1, 900), ...many(1, 25_000, 'a', 1)], true), []);
  assert.deepEqual(chooseMerge(many(2, 600_000), true), []);
  assert.equal(chooseMerge(many(8, 600_000), true).length, 8);
  assert.equal(chooseMerge(many(6, 200_000), true).length, 5, 'as many as may be together');
  assert.deepEqual(chooseMerge([...many(1, 60_000), ...many(1, 9_000, 'a', 1)], true), [], 'of like size only');
  // A million records in batches end in a few segments, each merged once.
  let segments = many(40, 25_000);
  let written = 0;
  for (let chosen = chooseMerge(segments); chosen.length > 0; chosen = chooseMerge(segments)) {
    const records = chosen.reduce((sum, one) => sum + one.records, 0);
    written += records;
    segments = [...segments.filter((one) => !chosen.includes(one)), row(1_000 + written, records)];
  }
  assert.ok(segments.length <= 8, `${segments.length} segments`);
  assert.ok(written <= 1_000_000);
});

test('left over files of a crash are removed, those of a load at work are not', async () => {
  const old = join(index.context.folder, `${'0'.repeat(64)}.segment`);
  const young = join(index.context.folder, `${'1'.repeat(64)}.segment`);
  for (const path of [old, young]) writeFileSync(path, 'x');
  utimesSync(old, 1, 1);
  await addSegment([version(1, 'Here')]);
  await withFollower(async (follower) => {
    await follower.refresh();
    await waitFor('the end of the old file', () => !existsSync(old));
    assert.equal(existsSync(young), true);
    assert.equal(readdirSync(index.context.folder).length, 2);
  });
});

test('while the database is away the last view is served, and the state says so', async () => {
  const away = await openTestDatabase();
  const maintenance = connect(sameServer(away.url, 'postgres'), {
    poolSize: 1,
    connectTimeout: 10_000,
    statementTimeout: 10_000,
    lockTimeout: 0,
  });
  const follower = createFollower({ database: away.database, url: away.url, folder: index.context.folder });
  try {
    await follower.refresh();
    const before = follower.snapshot();
    assert.equal(follower.state().problem, undefined);
    const [{ name } = { name: '' }] = await away.database.query<{ name: string }>(
      sql`SELECT current_database() AS name`,
    );
    await maintenance.query(sql`ALTER DATABASE ${raw(name)} ALLOW_CONNECTIONS false`);
    // With its limit it waits until they are gone: one that still lives answers once more.
    await maintenance.query(sql`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ${name}`);
    await assert.rejects(follower.refresh());
    assert.equal(follower.snapshot(), before);
    assert.notEqual(follower.state().problem, undefined);
    await maintenance.query(sql`ALTER DATABASE ${raw(name)} ALLOW_CONNECTIONS true`);
    await waitFor('the database', () => follower.state().problem === undefined);
  } finally {
    await follower.close();
    await maintenance.close();
    await away.release();
  }
});
