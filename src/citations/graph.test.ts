import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import type { CitationGraph } from '../index/citation-graph.ts';
import { newestVersions, SnapshotBuilder } from '../index/live.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { mergeSegments } from '../index/segment/merge.ts';
import { noColumns, plainBrief } from '../index/segment/naive-segment.ts';
import { memorySegment } from '../index/segment/open.ts';
import type { StoredSegment } from '../index/segment/stored-segment.ts';
import type { LiveSegment } from '../index/snapshot.ts';
import { defaultSite } from '../site/default.ts';
import { baseOf } from './base.ts';
import { buildGraph } from './build.ts';
import { ChangeFinder } from './changes.ts';
import { GraphDamaged, openGraph, readGraphHead, writeGraph } from './graph-file.ts';
import { mostHolders } from './key-table.ts';
import { graphInMemory } from './memory.ts';
import { Overlays } from './overlay.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-graph-'));
after(() => rmSync(folder, { recursive: true }));
const site = defaultSite();

/**
 * A version of a record: which keys it holds and cites (small numbers; negative: a record by its
 * number), who wrote it.
 */
interface Version {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly own: readonly number[];
  readonly references: readonly number[];
  readonly authors: readonly number[];
}

const keyPairs = (keys: readonly number[]): number[] =>
  keys.flatMap((key) => (key < 0 ? [0, -key] : [7 + (key >> 2), key]));

function segmentOf(versions: readonly Version[]): StoredSegment {
  const inverter = createInverter();
  for (const { id, revision, deleted, own, references, authors } of [...versions].sort((a, b) => a.id - b.id)) {
    const keys = { own: keyPairs(own), references: keyPairs(references), authors: keyPairs(authors) };
    inverter.begin({ id, revision, deleted, columns: { ...noColumns, keys }, brief: plainBrief });
  }
  return memorySegment(inverter.finish());
}

function liveOf(segments: readonly StoredSegment[]): readonly LiveSegment[] {
  return new SnapshotBuilder().build({ version: '', site, siteVersion: 1, segments }).segments;
}

/** Said once more, pair by pair: "citing<-cited", with "self" when an author is the same. */
function naiveGraph(versions: readonly Version[]): readonly string[] {
  const newest = new Map<number, Version>();
  for (const version of versions)
    if ((newest.get(version.id)?.revision ?? 0) < version.revision) newest.set(version.id, version);
  const records = [...newest.values()].filter(({ deleted }) => !deleted);
  return records
    .flatMap((citing) =>
      records
        .filter(
          (cited) =>
            cited.id !== citing.id && citing.references.some((key) => key === -cited.id || cited.own.includes(key)),
        )
        .map(
          (cited) =>
            `${citing.id} ${cited.id}${citing.authors.some((one) => cited.authors.includes(one)) ? ' self' : ''}`,
        ),
    )
    .sort();
}

/** Every row in both directions must say the same. */
function saysOf(graph: CitationGraph): readonly string[] {
  const seen = { citing: new Set<string>(), cited: new Set<string>() };
  for (const direction of ['citing', 'cited'] as const) {
    for (let id = 0; id <= graph.largestId; id++) {
      const length = graph.read(direction, id);
      const entries = Array.from(graph.entries.subarray(0, length));
      assert.deepEqual(
        entries,
        [...new Set(entries)].sort((a, b) => a - b),
      );
      for (const entry of entries) {
        const [citing, cited] = direction === 'citing' ? [entry >>> 1, id] : [id, entry >>> 1];
        seen[direction].add(`${citing} ${cited}${entry % 2 === 1 ? ' self' : ''}`);
      }
      if (direction === 'cited') continue;
      const self = entries.filter((entry) => entry % 2 === 1).length;
      assert.equal(graph.degree(id, true), length);
      assert.equal(graph.degree(id, false), length - self);
    }
  }
  assert.deepEqual([...seen.citing].sort(), [...seen.cited].sort());
  return [...seen.citing].sort();
}

const keys = (most: number) => fc.array(fc.nat(14), { maxLength: most });
const versionArbitrary = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  deleted: fc.nat(4).map((n) => n === 0),
  own: keys(3),
  references: fc.array(fc.oneof(fc.nat(14), fc.integer({ min: -14, max: -1 })), { maxLength: 6 }),
  authors: keys(2),
});

/**
 * A history in the order of its writing, cut into segments; a segment keeps the newest version of
 * each record.
 */
const history = fc.array(fc.array(versionArbitrary, { maxLength: 8 }), { minLength: 1, maxLength: 6 }).map((parts) => {
  const revisions = new Map<number, number>();
  return parts.map((part) => {
    const newest = new Map<number, Version>();
    for (const one of part) {
      const revision = (revisions.get(one.id) ?? 0) + 1;
      revisions.set(one.id, revision);
      newest.set(
        one.id,
        one.deleted ? { ...one, revision, own: [], references: [], authors: [] } : { ...one, revision },
      );
    }
    return [...newest.values()];
  });
});

test('the graph of any history is that of the naive model, whichever side came first', () => {
  assertProperty(
    fc.property(history, (parts) => {
      const segments = liveOf(parts.map(segmentOf));
      assert.deepEqual(saysOf(graphInMemory(segments)), naiveGraph(parts.flat()));
    }),
    { numRuns: 400 },
  );
});

let file = 0;
async function storedGraph(segments: readonly StoredSegment[]) {
  const newest = newestVersions(segments);
  const graph = buildGraph(segments.map((segment, place) => ({ segment, newest: newest[place]! })));
  const path = join(folder, `${++file}.graph`);
  writeGraph(path, `${path}.tmp`, graph, { basis: 'test', segments: segments.map(({ id }) => id) });
  return { graph: await openGraph(path), path };
}

function over(stored: Awaited<ReturnType<typeof openGraph>>, segments: readonly LiveSegment[]): CitationGraph {
  const base = baseOf(stored);
  return new Overlays(base).over(new ChangeFinder(base, Number.POSITIVE_INFINITY).find(segments)!, segments);
}

test('a stored graph with what changed since is the graph of the whole, also after merges', async () => {
  await assertProperty(
    fc.asyncProperty(history, fc.nat(5), fc.nat(5), async (parts, known, merged) => {
      const segments = parts.map(segmentOf);
      const { graph } = await storedGraph(segments.slice(0, known));
      try {
        const expected = naiveGraph(parts.flat());
        assert.deepEqual(saysOf(over(graph, liveOf(segments))), expected);
        const first = segments.slice(0, merged + 1);
        const newest = newestVersions(first);
        const inputs = first.map((segment, place) => ({ segment, live: newest[place]! }));
        const one = memorySegment(mergeSegments(inputs, { dropDeletions: false }));
        assert.deepEqual(saysOf(over(graph, liveOf([one, ...segments.slice(merged + 1)]))), expected);
      } finally {
        graph.close();
      }
    }),
    { numRuns: 250 },
  );
});

test('one overlay after the other, as records change, is exact at each step', async () => {
  await assertProperty(
    fc.asyncProperty(history, async (parts) => {
      const segments = parts.map(segmentOf);
      const { graph } = await storedGraph(segments.slice(0, 2));
      const base = baseOf(graph);
      const overlays = new Overlays(base);
      const finder = new ChangeFinder(base, 100);
      try {
        for (let end = 2; end <= segments.length; end++) {
          const live = liveOf(segments.slice(0, end));
          assert.deepEqual(saysOf(overlays.over(finder.find(live)!, live)), naiveGraph(parts.slice(0, end).flat()));
        }
      } finally {
        graph.close();
      }
    }),
    { numRuns: 150 },
  );
});

test('a graph that is newer than this view of the index does no harm', async () => {
  await assertProperty(
    fc.asyncProperty(history, async (parts) => {
      const segments = parts.map(segmentOf);
      const { graph } = await storedGraph([segmentOf(parts.at(-1)!)]);
      try {
        // The view has not the graph's segment, but the same versions in one of its own and older
        // ones.
        const live = liveOf([...segments.slice(0, -1), memorySegmentOf(parts.at(-1)!)]);
        assert.deepEqual(saysOf(over(graph, live)), naiveGraph(parts.flat()));
      } finally {
        graph.close();
      }
    }),
    { numRuns: 80 },
  );
});

/** The same versions under another id. */
function memorySegmentOf(versions: readonly Version[]): StoredSegment {
  return segmentOf([...versions, { id: 50, revision: 1, deleted: true, own: [], references: [], authors: [] }]);
}

const plain = { revision: 1, deleted: false, own: [], references: [], authors: [] };

test('a key that very many records hold means none of them', async () => {
  const holders = (count: number) => Array.from({ length: count }, (_, i) => ({ ...plain, id: i + 1, own: [3] }));
  const citing = { ...plain, id: 100, references: [3] };
  for (const count of [mostHolders, mostHolders + 1]) {
    const segment = segmentOf([...holders(count), citing]);
    const expected = count > mostHolders ? 0 : count;
    assert.equal(graphInMemory(liveOf([segment])).read('cited', 100), expected);
    const { graph } = await storedGraph([segment]);
    assert.equal(over(graph, liveOf([segment])).read('cited', 100), expected);
    graph.close();
  }
});

test('holders of a key are found in the file and among what changed', async () => {
  const old = segmentOf([
    { ...plain, id: 1, own: [1] },
    { ...plain, id: 2, own: [2] },
  ]);
  const { graph } = await storedGraph([old]);
  const found = over(
    graph,
    liveOf([
      old,
      segmentOf([
        { ...plain, id: 2, revision: 2, own: [1] },
        { ...plain, id: 3, own: [1] },
      ]),
    ]),
  );
  const holders = (key: number) => found.holders(keyPairs([key])[0]!, keyPairs([key])[1]!);
  assert.deepEqual(holders(1), [1, 2, 3]);
  assert.deepEqual(holders(2), []);
  assert.deepEqual(found.holders(0, 3), [3]);
  assert.deepEqual(found.holders(0, 4), []);
  graph.close();
});

test('records of many keys, and hundreds of citations, are read back from the file', async () => {
  const cited = { ...plain, id: 1, own: [1], authors: [1] };
  const citing = Array.from({ length: 700 }, (_, i) => ({
    ...plain,
    id: 10 + i * 9,
    references: [1, 2000 + i],
    authors: [i],
  }));
  const versions = [cited, ...citing];
  const segment = segmentOf(versions);
  const { graph, path } = await storedGraph([segment]);
  assert.deepEqual(saysOf(over(graph, liveOf([segment]))), naiveGraph(versions));
  for (let i = 0; i < 700; i += 13) {
    const [high, low] = keyPairs([2000 + i]) as [number, number];
    assert.deepEqual(graph.find('unresolved', high, low), [10 + i * 9]);
  }
  assert.equal(graph.head.citations, 700);
  assert.equal(graph.head.records, 701);
  graph.close();
  // Any damage is found: in what is read when it is opened, and in a block of keys when it is
  // asked.
  const whole = readFileSync(path);
  const bodyAt = readGraphHead(path)!.bodyAt;
  for (let at = 0; at < whole.length; at += 97) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 4;
    writeFileSync(path, bytes);
    await assert.rejects(
      async () => {
        const damaged = await openGraph(path);
        try {
          for (const name of ['own', 'unresolved'] as const)
            for (const key of Array.from({ length: 3000 }, (_, i) => keyPairs([i])))
              damaged.find(name, key[0]!, key[1]!);
          // Marks have no checksum: a wrong one only costs time.
          if (isInMarks(damaged.head, at - bodyAt)) throw new GraphDamaged('skipped');
        } finally {
          damaged.close();
        }
      },
      GraphDamaged,
      `byte ${at}`,
    );
  }
});

function isInMarks(head: { readonly parts: readonly { name: string; length: number }[] }, place: number): boolean {
  let at = 0;
  for (const { name, length } of head.parts) {
    if (place >= at && place < at + length) return name === 'marks';
    at += length;
  }
  return false;
}

test('the empty library has an empty graph', async () => {
  const { graph } = await storedGraph([]);
  assert.deepEqual(saysOf(over(graph, [])), []);
  graph.close();
});
