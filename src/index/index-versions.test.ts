import assert from 'node:assert/strict';
import { test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { UserError } from '../errors/errors.ts';
import { applySite } from '../library/apply-site.ts';
import { defaultSiteText } from '../site/default.ts';
import { earlierVersions, type IndexVersions, newestVersions } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import { takeLease } from '../store/lease.ts';
import { indexErrors } from './errors.ts';
import { foldDeltas } from './fold.ts';
import { type IndexerOptions, indexerMemory, runIndexer } from './indexer.ts';
import { isMixedIndex, publish, readManifest } from './manifest.ts';
import { RebuildStopped, rebuildIndex, takeWhenEmpty } from './rebuild.ts';
import { segmentRows } from './segment-store.ts';
import { found, testIndex, version } from './test-index.ts';

const index = testIndex(openTestDatabase);
const { addDelta, addSegment, isRight, setVersions, storeRecords, withFollower } = index;

const unknown: IndexVersions = { analysis: 99, format: 99 };

async function analyses(): Promise<readonly number[]> {
  const { segments } = await readManifest(index.database);
  return (await segmentRows(index.database, segments)).map(({ analysis }) => analysis);
}

async function tellNode(name: string, known: readonly IndexVersions[] | undefined): Promise<void> {
  const summary = JSON.stringify({ name, version: '0.0', ...(known && { indexVersions: known }) });
  await index.database.query(sql`
    INSERT INTO node (id, seen, skew, summary) VALUES (md5(${name})::uuid, now(), 0, ${summary}::jsonb)
    ON CONFLICT (id) DO UPDATE SET summary = excluded.summary`);
}

/** Runs an indexer until the condition; what it said. */
async function indexing(
  until_: (said: readonly string[]) => boolean | Promise<boolean>,
  options: Partial<IndexerOptions> = {},
): Promise<readonly string[]> {
  const stop = new AbortController();
  const said: string[] = [];
  const running = runIndexer(
    { ...index.context, signal: stop.signal },
    { every: 20, takeAfter: 0, onWork: (sentence) => said.push(sentence), ...options },
  );
  try {
    await waitFor('what the indexer is to say', () => until_(said));
  } finally {
    stop.abort();
    await running;
  }
  return said;
}

test('the index is made by the versions in force, which a newer release takes when every node knows its own', async () => {
  await setVersions(earlierVersions);
  await addSegment([version(1, 'one'), version(2, 'two')]);
  await addDelta(version(3, 'three'));
  await tellNode('old', undefined);
  await withFollower(async (follower) => {
    const waited = await indexing((said) => said.some((sentence) => sentence.includes('old (release 0.0)')));
    assert.equal(waited.length, 1, 'said once');
    assert.deepEqual(await analyses(), [earlierVersions.analysis]);
    const before = await readManifest(index.database);

    await tellNode('old', [newestVersions]);
    await indexing(async () => (await readManifest(index.database)).versions.analysis === newestVersions.analysis);
    assert.deepEqual(new Set(await analyses()), new Set([newestVersions.analysis]));
    assert.ok((await readManifest(index.database)).version > before.version);
    await follower.refresh();
    for (const word of ['one', 'two', 'three']) assert.equal(found(follower, word).length, 1, word);
    assert.deepEqual(follower.snapshot().site.indexed, newestVersions);
  });
  await isRight();
});

test('an operator can go back: nobody takes the newer versions then', async () => {
  await addSegment([version(1, 'one')]);
  await rebuildIndex(index.context, { take: { versions: earlierVersions, kept: true } });
  assert.deepEqual(await analyses(), [earlierVersions.analysis]);
  await addDelta(version(2, 'two'));
  await foldDeltas(index.context);
  await isRight();
  let rounds = 0;
  await indexing(() => ++rounds > 30);
  assert.deepEqual((await readManifest(index.database)).versions, earlierVersions);
});

test('a release that does not know the index in force stays at its last view, says so, and makes nothing', async () => {
  await addSegment([version(1, 'one')]);
  await addDelta(version(7, 'delta'));
  await withFollower(async (follower) => {
    await follower.refresh();
    await setVersions(unknown);
    await storeRecords([version(2, 'two')]);
    await follower.refresh();
    assert.deepEqual(found(follower, 'one'), [1], 'the view of before');
    assert.match(follower.state().problem ?? '', /analysis 99.*does not know|does not know.*analysis 99/);
    const { version: before } = await readManifest(index.database);
    const said = await indexing((sentences) => sentences.length > 0);
    assert.match(said[0]!, /leaves the index alone/);
    assert.equal((await readManifest(index.database)).version, before);
    for (const work of [() => foldDeltas(index.context), () => rebuildIndex(index.context)])
      await assert.rejects(
        work,
        (error) => error instanceof UserError && error.code === indexErrors.unknownVersions.code,
      );
    // A process that starts now on this node serves the same view, its deltas included.
    await withFollower(async (late) => {
      await late.refresh();
      assert.deepEqual([found(late, 'one'), found(late, 'delta')], [[1], [7]]);
      assert.match(late.state().problem ?? '', /does not know/);
    });
    // And when it is one that is known again, it goes on.
    await setVersions(newestVersions);
    await follower.refresh();
    assert.equal(follower.state().problem, undefined);
  });
  await setVersions(unknown);
  await withFollower((follower) => assert.rejects(follower.refresh(), /does not know/), index.otherFolder());
});

test('the database refuses an index of two analyses', async () => {
  await setVersions(earlierVersions);
  const stale = await addSegment([version(1, 'one')]);
  await setVersions(newestVersions);
  await addSegment([version(2, 'two')]);
  const mixing = index.database.transaction((transaction) => publish(transaction, { add: [stale], remove: [] }));
  await assert.rejects(mixing, isMixedIndex);
});

test('what another analysis wrote as a delta is analysed again by whoever reads it', async () => {
  await addSegment([version(1, 'one')]);
  await storeRecords([version(2, 'two')]);
  await index.database.query(sql`
    INSERT INTO delta (record_id, revision, analysis, format, data) VALUES (2, 1, 99, 99, 'no delta that we could read')`);
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual(found(follower, 'two'), [2]);
  });
  await isRight();
});

test('what is published while the index is made anew by another analysis is analysed again too', async () => {
  await setVersions(earlierVersions);
  await addSegment([version(1, 'one')]);
  let isFirst = true;
  await rebuildIndex(index.context, {
    take: { versions: newestVersions, kept: false },
    why: async () => {
      // In the last moment before the publication, when the others were collected.
      if (isFirst) await addSegment([version(2, 'two')]);
      isFirst = false;
      return undefined;
    },
  });
  assert.deepEqual(new Set(await analyses()), new Set([newestVersions.analysis]));
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual([found(follower, 'one'), found(follower, 'two')], [[1], [2]]);
  });
  await isRight();
});

test('a rebuild that may not be taken any more leaves the index as it was', async () => {
  await setVersions(earlierVersions);
  const id = await addSegment([version(1, 'one')]);
  const take = { versions: newestVersions, kept: false };
  await assert.rejects(rebuildIndex(index.context, { take, why: async () => 'a node' }), RebuildStopped);
  assert.deepEqual((await readManifest(index.database)).segments, [id]);
});

test('a library without records takes the newest versions before its first load', async () => {
  await setVersions(earlierVersions);
  await tellNode('old', undefined);
  await index.database.query(sql`TRUNCATE record`);
  await takeWhenEmpty(index.database);
  assert.deepEqual((await currentSite(index.database)).inForce, earlierVersions, 'an old node would not know them');
  await index.database.query(sql`TRUNCATE node`);
  await takeWhenEmpty(index.database);
  assert.deepEqual((await currentSite(index.database)).inForce, newestVersions);
});

test('only the segments of an earlier site file are indexed again when they are few', async () => {
  await addSegment(Array.from({ length: 20 }, (_, place) => version(place + 1, `word${place}`)));
  const stale = await addSegment([version(30, 'thirty')]);
  await index.database.query(sql`UPDATE segment SET index_digest = 'of before' WHERE id = ${stale}`);
  const said = await indexing((sentences) => sentences.length > 0);
  assert.match(said[0]!, /^Indexed 1 records again/);
  await isRight();
});

test('somebody who undoes a rebuild again and again is not fought', async () => {
  await addSegment([version(1, 'one')]);
  await applySite(index.database, defaultSiteText().replace('name: ', 'name: A '), {});
  const undo = () => index.database.query(sql`UPDATE segment SET index_digest = 'of another release'`);
  await undo();
  const said = await indexing(async (sentences) => {
    if (sentences.some((sentence) => sentence.startsWith('The index was rebuilt'))) await undo();
    return sentences.some((sentence) => sentence.includes('again and again'));
  });
  assert.equal(said.filter((sentence) => sentence.startsWith('The index was rebuilt')).length, 3);
});

test('a library in which there is always something to do takes the newer versions too', async () => {
  await setVersions(earlierVersions);
  await addSegment([version(1, 'one')]);
  let record = 1;
  await indexing(
    async () => {
      // Each look finds a delta to fold.
      record += 1;
      await addDelta(version(record, 'more'));
      return (await readManifest(index.database)).versions.analysis === newestVersions.analysis;
    },
    { foldAbove: 0, takeAfter: 300 },
  );
  await isRight();
});

test('what was done lately is remembered by the process that comes after', async () => {
  await addSegment([version(1, 'one')]);
  const undo = () => index.database.query(sql`UPDATE segment SET index_digest = 'of another release'`);
  let kept: unknown;
  let made = 0;
  for (let process = 0; process < 5; process++) {
    await undo();
    const memory = indexerMemory(kept === undefined ? undefined : structuredClone(kept));
    const said = await indexing((sentences) => sentences.some((sentence) => /rebuilt|again and again/.test(sentence)), {
      memory,
    });
    if (said.some((sentence) => sentence.startsWith('The index was rebuilt'))) made++;
    kept = memory;
  }
  assert.equal(made, 3);
});

test('a load that began meanwhile and does not end is waited for only so long, and the index stays as it was', async () => {
  await setVersions(earlierVersions);
  const id = await addSegment([version(1, 'one')]);
  const load = await takeLease(index.url, 'load', { label: 'a load that hangs', wait: false });
  const waited: string[] = [];
  const take = { versions: newestVersions, kept: false };
  const options = { take, waitLimit: 700, onWait: (holder: string) => void waited.push(holder) };
  await assert.rejects(rebuildIndex(index.context, options), RebuildStopped);
  assert.match(waited.join(), /a load that hangs/);
  assert.deepEqual((await readManifest(index.database)).segments, [id]);
  await load?.release();
});

test('a last view is forgotten when the index is known again, also by a process that did not stay', async () => {
  await addSegment([version(1, 'one')]);
  await withFollower(async (follower) => {
    await follower.refresh();
    await setVersions(unknown);
    await follower.refresh();
    assert.equal(follower.state().stays, true);
  });
  await setVersions(newestVersions);
  await addSegment([version(2, 'two')]);
  await withFollower((follower) => follower.refresh());
  await setVersions(unknown);
  await withFollower((follower) => assert.rejects(follower.refresh(), /does not know/));
});
