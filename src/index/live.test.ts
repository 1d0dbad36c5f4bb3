import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { defaultSite } from '../site/default.ts';
import { noKeys } from './document.ts';
import { newestVersions, SnapshotBuilder } from './live.ts';
import { createInverter } from './segment/inverter.ts';
import { memorySegment } from './segment/open.ts';
import { emptyBrief, type StoredSegment } from './segment/stored-segment.ts';

const site = defaultSite();
const columns = { created: 0, modified: 0, year: 0, sorts: {}, facets: {}, keys: noKeys };

interface Version {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
}

function segmentOf(versions: readonly Version[]): StoredSegment {
  const inverter = createInverter();
  for (const version of [...versions].sort((a, b) => a.id - b.id))
    inverter.begin({ ...version, columns, brief: emptyBrief });
  return memorySegment(inverter.finish());
}

const version = fc.record({
  id: fc.integer({ min: 1, max: 30 }),
  revision: fc.integer({ min: 1, max: 4 }),
  deleted: fc.boolean(),
});
const versions = fc.uniqueArray(version, { selector: (one) => one.id, minLength: 1, maxLength: 30 });
// Beside a large segment a small one is searched for, not walked through.
const large = fc.constant(
  Array.from({ length: 900 }, (_, place) => ({ id: place + 1, revision: 2, deleted: place % 7 === 0 })),
);
const library = fc.array(fc.oneof({ weight: 5, arbitrary: versions }, { weight: 1, arbitrary: large }), {
  maxLength: 6,
});

/** Record id -> place of the segment whose version counts. */
function winners(segments: readonly (readonly Version[])[]): Map<number, { place: number; version: Version }> {
  const best = new Map<number, { place: number; version: Version }>();
  segments.forEach((list, place) => {
    for (const one of list) {
      const other = best.get(one.id);
      if (other === undefined || other.version.revision < one.revision) best.set(one.id, { place, version: one });
    }
  });
  return best;
}

test('of all versions of a record the one with the highest revision is live, unless it is a deletion', () => {
  const builder = new SnapshotBuilder();
  assertProperty(
    fc.property(library, (lists) => {
      const segments = lists.map(segmentOf);
      const snapshot = builder.build({ version: 'x', site, siteVersion: 0, segments });
      const expected = [...winners(lists)].flatMap(([id, { place, version: one }]) =>
        one.deleted ? [] : [`${id} ${place}`],
      );
      const actual = snapshot.segments.flatMap(({ segment, live }, place) =>
        [...live].map((ordinal) => `${segment.ids[ordinal]} ${place}`),
      );
      assert.deepEqual(actual.sort(), expected.sort());
      assert.equal(snapshot.records, expected.length);
    }),
    { numRuns: 200 },
  );
});

test('a merge keeps the newest versions, deletions too', () => {
  assertProperty(
    fc.property(library, (lists) => {
      const segments = lists.map(segmentOf);
      const kept = newestVersions(segments);
      const actual = segments.flatMap((segment, place) =>
        [...kept[place]!].map((ordinal) => `${segment.ids[ordinal]} ${place}`),
      );
      const expected = [...winners(lists)].map(([id, { place }]) => `${id} ${place}`);
      assert.deepEqual(actual.sort(), expected.sort());
    }),
    { numRuns: 100 },
  );
});
