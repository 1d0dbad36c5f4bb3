import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { dataField, type MarcRecord } from '../marc/record.ts';
import { encodeStored } from '../marc/stored.ts';
import { defaultSite, defaultSiteText } from '../site/default.ts';
import { applySite, currentSite } from '../site/versions.ts';
import { connect } from '../store/database.ts';
import { sameServer } from '../store/embedded/layout.ts';
import { takeLease } from '../store/lease.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import type { IndexContext } from './context.ts';
import { deltaOf, indexVersion, type RecordVersion } from './entry.ts';
import { foldDeltas } from './fold.ts';
import { createFollower, type Follower } from './follower.ts';
import { healInTurn, healSegment } from './heal.ts';
import { runIndexer } from './indexer.ts';
import { publish, readManifest, wake } from './manifest.ts';
import { chooseMerge, mergeAll } from './merging.ts';
import { rebuildIndex } from './rebuild.ts';
import { createInverter } from './segment/inverter.ts';
import { segmentFileName } from './segment/open.ts';
import { bytesInMemory, storeSegment } from './segment-store.ts';
import { sweepSegments } from './sweep.ts';
import { verifyIndex } from './verify.ts';

let store: TestDatabase;
let context: IndexContext;
let digest = 'none';
const analyzer = compileAnalyzer(defaultSite());
const root = mkdtempSync(join(tmpdir(), 'reperio-index-'));

before(async () => {
  store = await openTestDatabase();
  digest = (await currentSite(store.database)).indexDigest;
});

beforeEach(async () => {
  await store.database.query(sql`TRUNCATE record, delta, segment, segment_block, site_version`);
  await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
  await store.database.query(sql`UPDATE manifest SET version = version + 1, segments = '{}'`);
  context = { database: store.database, url: store.url, folder: mkdtempSync(join(root, 'node-')) };
});

after(async () => {
  await store.release();
  rmSync(root, { recursive: true });
});

function titled(title: string): MarcRecord {
  return { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: title }])] };
}

function version(id: number, title: string, revision = 1): RecordVersion {
  const time = new Date(Date.UTC(2026, 0, 1 + (id % 300)));
  return { id, revision, deleted: false, created: time, modified: time, record: titled(title) };
}

async function storeRecords(versions: readonly RecordVersion[]): Promise<void> {
  for (const { id, revision, deleted, created, modified, record } of versions) {
    await store.database.query(sql`
      INSERT INTO record (id, revision, deleted, created, modified, marc)
      VALUES (${id}, ${revision}, ${deleted}, ${created}, ${modified}, ${encodeStored(record)})
      ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, marc = excluded.marc, modified = excluded.modified`);
    await store.database.query(sql`UPDATE record_counter SET last_id = greatest(last_id, ${id})`);
  }
}

async function addSegment(versions: readonly RecordVersion[]): Promise<string> {
  await storeRecords(versions);
  const inverter = createInverter();
  for (const one of versions) indexVersion(one, analyzer, inverter);
  const data = inverter.finish();
  await store.database.transaction(async (transaction) => {
    await storeSegment(transaction, bytesInMemory(data), digest);
    await publish(transaction, { add: [data.id], remove: [] });
  });
  return data.id;
}

async function addDelta(one: RecordVersion): Promise<void> {
  await storeRecords([one]);
  await store.database.transaction(async (transaction) => {
    await transaction.query(sql`
      INSERT INTO delta (record_id, revision, data) VALUES (${one.id}, ${one.revision}, ${deltaOf(one, analyzer)})`);
    await wake(transaction);
  });
}

async function withFollower<T>(work: (follower: Follower) => Promise<T>, folder = context.folder): Promise<T> {
  const heal = async (segment: string): Promise<void> => void (await healInTurn(context, segment));
  const follower = createFollower({ database: store.database, url: store.url, folder, heal });
  try {
    return await work(follower);
  } finally {
    await follower.close();
  }
}

function found(follower: Follower, word: string): readonly number[] {
  return follower
    .snapshot()
    .segments.flatMap(({ segment, live }) => {
      const entry = segment.term('w:title', word);
      const ordinals = entry === undefined ? [] : [...segment.ordinals(entry)];
      return ordinals.filter((ordinal) => live.has(ordinal)).map((ordinal) => segment.ids[ordinal]!);
    })
    .sort((a, b) => a - b);
}

async function until(condition: () => boolean | Promise<boolean>, limit = 10_000): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limit) assert.fail(`not within ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - start;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

async function isRight(): Promise<void> {
  const report = await verifyIndex(context, { heal: false, compare: true, most: 5 });
  assert.deepEqual([report.damage, report.differences], [[], []]);
}

test('publications at once are all kept, and one that replaces what is gone is refused', async () => {
  const ids = Array.from({ length: 20 }, (_, place) => `s${place}`);
  for (const id of [...ids, 'a', 'b'])
    await store.database.query(
      sql`INSERT INTO segment (id, records, bytes, blocks, index_digest) VALUES (${id}, 0, 0, 0, ${digest})`,
    );
  await Promise.all(
    ids.map((id) => store.database.transaction((transaction) => publish(transaction, { add: [id], remove: [] }))),
  );
  assert.deepEqual([...(await readManifest(store.database)).segments].sort(), [...ids].sort());
  const results = await Promise.all(
    ['a', 'b'].map((id) =>
      store.database.transaction((transaction) => publish(transaction, { add: [id], remove: ['s1', 's2'] })),
    ),
  );
  assert.equal(results.filter((result) => result === undefined).length, 1);
  assert.equal((await readManifest(store.database)).segments.length, 19);
  await assert.rejects(
    store.database.transaction((transaction) => publish(transaction, { add: ['gone'], remove: [] })),
    /is not stored/,
  );
});

test('what is committed is found on this node within 100 ms and on another within a second', async () => {
  await addSegment([version(1, 'Beginning')]);
  const other = mkdtempSync(join(root, 'other-'));
  await withFollower((here) =>
    withFollower(async (there) => {
      await Promise.all([here.refresh(), there.refresh()]);
      for (let id = 2; id < 12; id++) {
        await addDelta(version(id, `Neutrino${id}`));
        const delay = await until(() => found(here, `neutrino${id}`).length === 1);
        assert.ok(delay < 100, `${delay} ms`);
        const elsewhere = delay + (await until(() => found(there, `neutrino${id}`).length === 1));
        assert.ok(elsewhere < 1_000, `${elsewhere} ms`);
      }
    }, other),
  );
});

test('rows that commit in the reverse order of their numbers are all found', async () => {
  await storeRecords([version(1, 'Early bird'), version(2, 'Late bird')]);
  await withFollower(async (follower) => {
    const early = Promise.withResolvers<void>();
    const slow = store.database.transaction(async (transaction) => {
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
    assert.equal(await foldDeltas(context), 11);
    assert.equal(follower.state().deltas > 0, true);
    assert.deepEqual(await see(), before);
    assert.equal(follower.state().deltas, 0);
    await mergeAll(context);
    assert.deepEqual(await see(), before);
    assert.ok((await readManifest(store.database)).segments.length < 5);
    await isRight();
    await rebuildIndex(context);
    assert.deepEqual(await see(), before);
    await isRight();
  });
});

test('files of segments that are merged away disappear when no snapshot needs them', async () => {
  for (let segment = 0; segment < 8; segment++) await addSegment([version(segment + 1, 'Gone')]);
  await withFollower(async (follower) => {
    await follower.refresh();
    const held = follower.snapshot();
    await mergeAll(context);
    await follower.refresh();
    // A question that began before the merge goes on with what it had.
    assert.equal(held.segments.filter(({ segment }) => segment.term('w:title', 'gone') !== undefined).length, 8);
    assert.equal(found(follower, 'gone').length, 8);
  });
  assert.equal(await sweepSegments(store.database, { olderThan: 3_600 }), 0);
  assert.equal(await sweepSegments(store.database, { olderThan: 0 }), 8);
});

test('segments that are stored and not named yet stay while somebody works on the index, however long', async () => {
  await store.database.query(sql`
    INSERT INTO segment (id, records, bytes, blocks, index_digest, created) VALUES ('young', 0, 0, 0, ${digest}, now() - interval '2 hours')`);
  const isThere = async (): Promise<boolean> =>
    (await store.database.query(sql`SELECT FROM segment WHERE id = 'young'`)).length > 0;
  const work = async (enough: () => Promise<boolean>): Promise<void> => {
    const stop = new AbortController();
    const indexer = runIndexer({ ...context, signal: stop.signal }, { every: 10 });
    for (let tries = 0; tries < 100 && !(await enough()); tries++) await sleep(20);
    stop.abort();
    await indexer;
  };
  const lease = await takeLease(store.url, 'indexer', { label: 'index rebuild', wait: true });
  let looks = 0;
  await work(async () => ++looks > 40);
  assert.ok(await isThere());
  await lease!.release();
  await work(async () => !(await isThere()));
  assert.ok(!(await isThere()));
});

test('a damaged local file is fetched again when a follower opens it, mends it, or verify looks', async () => {
  const id = await addSegment([version(1, 'Whole'), version(2, 'Whole')]);
  const path = join(context.folder, segmentFileName(id));
  await withFollower((follower) => follower.refresh());
  const size = readFileSync(path).length;
  flip(path, size - 20);
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual(found(follower, 'whole'), [1, 2]);
    flip(path, 20);
    await follower.mend(id);
    assert.deepEqual(found(follower, 'whole'), [1, 2]);
  });
  flip(path, 20);
  const report = await verifyIndex(context, { heal: true, compare: true, most: 5 });
  assert.deepEqual(
    report.damage.map(({ segment, where, healing }) => [segment, where, healing]),
    [[id, 'local file', 'fetched again']],
  );
  await isRight();
});

async function damageStored(id: string): Promise<void> {
  await store.database.query(sql`
    UPDATE segment_block SET data = set_byte(data, 30, get_byte(data, 30) # 1) WHERE segment_id = ${id} AND number = 0`);
}

test('a damaged stored segment is named, and mended from the file or from the records', async () => {
  const id = await addSegment([version(1, 'Stored'), version(2, 'Stored')]);
  await addDelta(version(2, 'Stored anew', 2));
  await withFollower((follower) => follower.refresh());
  await damageStored(id);
  const [damage] = (await verifyIndex(context, { heal: true, compare: false, most: 5 })).damage;
  assert.deepEqual([damage?.where, damage?.healing], ['database', 'copied from the local file']);
  assert.match(damage!.problem, new RegExp(id));
  await isRight();
  rmSync(join(context.folder, segmentFileName(id)));
  await damageStored(id);
  assert.equal(await healSegment(context, id), 'made anew from the records');
  await isRight();
});

test('several segments that are gone or damaged at once are all made anew from the records', async () => {
  const ids = [];
  for (let at = 0; at < 4; at++) ids.push(await addSegment([version(2 * at + 1, 'Lost'), version(2 * at + 2, 'Lost')]));
  await addDelta(version(2, 'Lost and changed', 2));
  await store.database.query(sql`DELETE FROM segment WHERE id = ANY (${[ids[0], ids[1]]}::text[])`);
  await damageStored(ids[2]!);
  rmSync(context.folder, { recursive: true, force: true });
  const { damage } = await verifyIndex(context, { heal: true, compare: false, most: 5 });
  assert.deepEqual(
    damage.map(({ segment, healing }) => [segment, healing]),
    ids.slice(0, 3).map((id) => [id, 'made anew from the records']),
  );
  await isRight();
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual(found(follower, 'lost'), [1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test('a follower serves its last view while a stored segment is damaged, and asks for healing', async () => {
  await withFollower(async (follower) => {
    await addSegment([version(1, 'Kept')]);
    await follower.refresh();
    const id = await store.database.transaction(async (transaction) => {
      await storeRecords([version(2, 'Kept')]);
      const inverter = createInverter();
      indexVersion(version(2, 'Kept'), analyzer, inverter);
      const data = inverter.finish();
      await storeSegment(transaction, bytesInMemory(data), digest);
      await transaction.query(sql`UPDATE segment_block SET checksum = 'wrong'::bytea WHERE segment_id = ${data.id}`);
      await publish(transaction, { add: [data.id], remove: [] });
      return data.id;
    });
    await assert.rejects(follower.refresh(), { code: 'REPERIO_SEGMENT_BLOCK' });
    assert.match(follower.state().problem ?? '', new RegExp(id));
    assert.deepEqual(found(follower, 'kept'), [1]);
    await until(() => found(follower, 'kept').length === 2);
    assert.equal(follower.state().problem, undefined);
  });
});

test('the indexer folds what is old, merges, and makes the index anew for another site file', async () => {
  for (let id = 1; id <= 9; id++) await addSegment([version(id, 'Tidy')]);
  for (let id = 10; id <= 14; id++) await addDelta(version(id, 'Tidy'));
  const stop = new AbortController();
  const works: string[] = [];
  const indexer = runIndexer(
    { ...context, signal: stop.signal },
    { every: 20, foldAfter: 100, onWork: (sentence) => void works.push(sentence) },
  );
  const settled = async (): Promise<boolean> => {
    const [row] = await store.database.query<{ count: number }>(sql`SELECT count(*)::integer AS count FROM delta`);
    return row?.count === 0 && (await readManifest(store.database)).segments.length < 8;
  };
  await until(settled);
  const { needsReindexing } = await applySite(store.database, defaultSiteText().replace('"245%%a", ', ''));
  assert.equal(needsReindexing, true);
  await until(() => works.some((work) => work.includes('was made anew')), 20_000);
  stop.abort();
  await indexer;
  await isRight();
});

test('an indexer on standby leaves the work to others, until nobody does it', async () => {
  for (let id = 1; id <= 9; id++) await addSegment([version(id, 'Tidy')]);
  const stop = new AbortController();
  const works: { readonly sentence: string; readonly at: number }[] = [];
  const began = Date.now();
  const standby = 400;
  const indexer = runIndexer(
    { ...context, signal: stop.signal },
    { every: 20, standby, onWork: (sentence) => void works.push({ sentence, at: Date.now() }) },
  );
  await sleep(standby / 2);
  assert.equal(works.length, 0);
  // Somebody else publishes: it waits anew.
  await addSegment([version(10, 'Tidy')]);
  await until(() => works.length > 0);
  stop.abort();
  await indexer;
  assert.match(works[0]!.sentence, /^Merging/);
  assert.ok(works[0]!.at - began >= standby * 1.4, `${works[0]!.at - began} ms`);
});

test('segments of like size are merged by eight, and different analyses are never mixed', () => {
  const row = (id: number, records: number, indexDigest = 'a') => ({ id: `s${id}`, records, bytes: 1, indexDigest });
  const many = (count: number, records: number, digestOf = 'a', from = 0) =>
    Array.from({ length: count }, (_, place) => row(from + place, records, digestOf));
  assert.deepEqual(chooseMerge(many(7, 25_000)), []);
  assert.equal(chooseMerge(many(9, 25_000)).length, 8);
  assert.deepEqual(chooseMerge([...many(4, 25_000, 'a'), ...many(4, 25_000, 'b', 4)]), []);
  assert.equal(chooseMerge([...many(8, 200_000), ...many(8, 900, 'a', 8)])[0]!.records, 900, 'the cheapest first');
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
  const old = join(context.folder, `${'0'.repeat(64)}.segment`);
  const young = join(context.folder, `${'1'.repeat(64)}.segment`);
  for (const path of [old, young]) writeFileSync(path, 'x');
  utimesSync(old, 1, 1);
  await addSegment([version(1, 'Here')]);
  await withFollower(async (follower) => {
    await follower.refresh();
    await until(() => !existsSync(old));
    assert.equal(existsSync(young), true);
    assert.equal(readdirSync(context.folder).length, 2);
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
  const follower = createFollower({ database: away.database, url: away.url, folder: context.folder });
  try {
    await follower.refresh();
    const before = follower.snapshot();
    assert.equal(follower.state().problem, undefined);
    const [{ name } = { name: '' }] = await away.database.query<{ name: string }>(
      sql`SELECT current_database() AS name`,
    );
    await maintenance.query(sql`ALTER DATABASE ${raw(name)} ALLOW_CONNECTIONS false`);
    await maintenance.query(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`);
    await assert.rejects(follower.refresh());
    assert.equal(follower.snapshot(), before);
    assert.notEqual(follower.state().problem, undefined);
    await maintenance.query(sql`ALTER DATABASE ${raw(name)} ALLOW_CONNECTIONS true`);
    await until(() => follower.state().problem === undefined);
  } finally {
    await follower.close();
    await maintenance.close();
    await away.release();
  }
});
