import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { finish } from '../../index/work.ts';
import { dataField } from '../../marc/record.ts';
import { history, liveVersions, snapshotOf, visibleBut } from '../testing/library.ts';
import { naiveRecord } from '../testing/oracle.ts';
import { bm25, ranking } from './bm25.ts';

test('scores are those of the formula over the records that count, and nothing of others is in them', () => {
  const space = 'w:title';
  const terms = ['higg', 'boson', 'mass'];
  assertProperty(
    fc.property(history, fc.nat(1 << 12), (versions, mask) => {
      const snapshot = snapshotOf(versions);
      const counts = (id: number): boolean => mask === 0 || (mask & (1 << (id - 1))) !== 0;
      const records = liveVersions(versions)
        .filter(({ id }) => counts(id))
        .map(({ id, created, record }) => naiveRecord(id, created, record));
      const counted = snapshot.segments.map(
        ({ segment, live }) => new RoaringBitmap32([...live].filter((ordinal) => counts(segment.ids[ordinal]!))),
      );
      const wordsOf = (record: (typeof records)[number]) => record.words.get(space) ?? [];
      const average = records.reduce((sum, record) => sum + wordsOf(record).length, 0) / records.length || 1;
      const scores = bm25(
        snapshot,
        terms.map((term) => ({ space, term })),
        counted,
      );
      for (const record of records) {
        let expected = 0;
        for (const term of terms) {
          const frequency = wordsOf(record).filter(([word]) => word === term).length;
          const documents = records.filter((each) => wordsOf(each).some(([word]) => word === term)).length;
          const idf = Math.log(1 + (records.length - documents + 0.5) / (documents + 0.5));
          const norm = 1.2 * (0.25 + (0.75 * wordsOf(record).length) / average);
          expected += (idf * 2.2 * frequency) / (frequency + norm);
        }
        const [segment, ordinal] = placeOf(record.id);
        assert.ok(Math.abs((scores[segment]?.[ordinal] ?? -1) - expected) < 1e-4);
      }
      function placeOf(id: number): readonly [number, number] {
        const segment = snapshot.segments.findIndex(({ segment: each, live }) => live.has(each.ordinalOf(id)));
        return [segment, snapshot.segments[segment]?.segment.ordinalOf(id) ?? -1];
      }
    }),
  );
});

test('within a bound the rarest words are looked at, and a word that is too common adds nothing', () => {
  const titles = ['boson the', 'the the', 'the muon', 'the boson boson'];
  const snapshot = snapshotOf(
    titles.map((title, at) => ({
      id: at + 1,
      revision: 1,
      deleted: false,
      created: 1,
      segment: at % 2,
      record: { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: title }])] },
    })),
  );
  const words = ['the', 'boson'].map((term) => ({ space: 'w:title', term }));
  const scores = (terms: typeof words, most?: number) =>
    finish(ranking(snapshot, terms, visibleBut(snapshot, []), true, most)).map((each) => [...each]);
  assert.deepEqual(scores(words, 5), scores(words.slice(1)));
  assert.deepEqual(scores(words, 6), scores(words));
  assert.deepEqual(scores(words, 1), scores([]));
});
