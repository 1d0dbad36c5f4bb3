import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { finish } from '../index/work.ts';
import { hitOf } from './hit.ts';
import { byDate, byKey, byNumber } from './orders.ts';
import { type Order, page, paging } from './page.ts';
import { history, snapshotOf } from './testing/library.ts';

test('sorting all hits at once gives the order that picking and merging gives', () => {
  assertProperty(
    fc.property(history, fc.boolean(), (versions, ascending) => {
      const snapshot = snapshotOf(versions);
      const hits = snapshot.segments.map(({ live }) => live);
      const order = byDate(snapshot, 'created', ascending);
      const { sortAll, followsOrdinals: _, ...merging } = order;
      assert.deepEqual(sortAll && finish(sortAll(hits)), page(hits, merging, 0, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 200 },
  );
});

/** Segments whose record numbers overlap, each with a number for each record. */
function manyRecords(sizes: readonly number[], number: (i: number) => number) {
  let made = 0;
  const segments = sizes.map((count, segment) => ({
    segment: { count, ids: Uint32Array.from({ length: count }, (_, i) => 1 + i * sizes.length + segment) },
    numbers: Float32Array.from({ length: count }, () => number(made++)),
  }));
  const snapshot = { segments } as unknown as IndexSnapshot;
  const hits = segments.map(({ segment }) => new RoaringBitmap32([...segment.ids.keys()].filter((i) => i % 7 !== 3)));
  return { snapshot, hits, segments };
}

test('any part of many hits is that of all hits sorted, by scores, by whole numbers and by texts', () => {
  const { snapshot, hits, segments } = manyRecords([90_000, 41_000, 3], (i) => (i * 7919) % 9973);
  const whole = segments.map(({ numbers }) => Uint32Array.from(numbers));
  const scores = segments.map(({ numbers }) => numbers.map((number) => number / 7));
  const key = (rank: number) => String(rank).padStart(6, '0');
  const texts = whole.map((ranks) => ({ ranks, key }));
  const compared = { keys: (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0) };
  const byText = (ascending: boolean) =>
    byKey(snapshot, texts, ascending, { ...compared, ranks: (_, a, __, b) => a - b });
  const orders = (ascending: boolean): readonly Order[] => [
    byNumber(snapshot, (segment) => whole[segment]!, ascending),
    byNumber(snapshot, (segment) => scores[segment]!, ascending),
    byText(ascending),
  ];
  for (const ascending of [false, true]) {
    for (const order of orders(ascending)) {
      const all = hits.flatMap((bits, segment) => [...bits].map((ordinal) => hitOf(segment, ordinal)));
      const expected = all.sort((a, b) => order.compare(a, b));
      for (const [skip, count] of [
        [0, 10],
        [70_000, 25],
        [4_990, 20],
        [0, Number.POSITIVE_INFINITY],
        [20_000, 8_000],
      ] as const) {
        const wanted = expected.slice(skip, skip + count);
        const work = paging(hits, order, skip, count);
        assert.deepEqual([...page(hits, order, skip, count)], wanted);
        assert.deepEqual([...finish(work)], wanted);
      }
    }
  }
});

test('many hits are sorted with pauses', () => {
  const { snapshot, hits, segments } = manyRecords([200_000], (i) => i % 1000);
  const work = paging(
    hits,
    byNumber(snapshot, () => segments[0]!.numbers, false),
    100_000,
    10,
  );
  let pauses = 0;
  while (!work.next().done) pauses++;
  assert.ok(pauses > 5, `${pauses} pauses`);
});
