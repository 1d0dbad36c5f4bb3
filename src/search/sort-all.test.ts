import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byDate } from './orders.ts';
import { page } from './page.ts';
import { history, snapshotOf } from './testing/library.ts';

test('sorting all hits at once gives the order that picking and merging gives', () => {
  fc.assert(
    fc.property(history, fc.boolean(), (versions, ascending) => {
      const snapshot = snapshotOf(versions);
      const hits = snapshot.segments.map(({ live }) => live);
      const order = byDate(snapshot, 'created', ascending);
      const { sortAll, followsOrdinals: _, ...merging } = order;
      assert.deepEqual(sortAll?.(hits), page(hits, merging, 0, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 200 },
  );
});
