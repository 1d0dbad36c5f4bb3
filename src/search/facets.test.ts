import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { finish, manyHits } from '../index/work.ts';
import type { FacetDefinition, Site } from '../site/site.ts';
import { byCodePoint } from './evaluate/expand.ts';
import { counted, countYears, facetLength, topValuesOf } from './facets.ts';
import { countFew } from './few-values.ts';
import { emptyRequest } from './request.ts';
import { search } from './search.ts';
import { history, liveVersions, snapshotOf, testSite, type Version } from './testing/library.ts';
import { mostFrequent, topValues } from './top-values.ts';

const facets: readonly FacetDefinition[] = [
  { code: 'year', kind: 'year', paths: ['260__c'], field: undefined, when: {}, names: {}, labels: undefined },
  {
    code: 'author',
    kind: 'values',
    paths: ['100__a', '700__a'],
    field: undefined,
    when: {},
    names: {},
    labels: undefined,
  },
];
const site: Site = { ...testSite, facets };
const analyzer = compileAnalyzer(site);

function live(snapshot: IndexSnapshot) {
  return snapshot.segments.map((each) => each.live);
}

function columnsOf({ record, created }: Version) {
  return analyzer.columns(record, created, created);
}

function tally(versions: readonly Version[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const version of versions) {
    for (const value of new Set(columnsOf(version).facets.author)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

test('values are counted exactly, over any split into segments', () => {
  assertProperty(
    fc.property(history, fc.integer({ min: 1, max: 4 }), (versions, wanted) => {
      const snapshot = snapshotOf(versions, site);
      const counts = tally(liveVersions(versions));
      const top = finish(topValuesOf(snapshot, 'author', counted(live(snapshot)), wanted));
      assert.equal(top.length, Math.min(wanted, counts.size));
      for (const { text, count } of top) assert.equal(count, counts.get(text));
      const least = Math.min(...top.map(({ count }) => count));
      const better = [...counts].filter(([, count]) => count > least).map(([text]) => text);
      for (const text of better) assert.ok(top.some((each) => each.text === text));
    }),
  );
});

test('among the values that are met, among all, and by a bitmap for each value the counts are those of looking at each hit, whatever the hits are', () => {
  assertProperty(
    fc.property(history, fc.integer({ min: 1, max: 4 }), fc.array(fc.boolean()), (versions, wanted, chosen) => {
      const snapshot = snapshotOf(versions, site);
      const segments = snapshot.segments.map(({ segment, live: all }) => ({
        column: segment.columns.facet('author'),
        hits: all.clone().filter((ordinal) => chosen[ordinal] ?? true),
      }));
      const found = segments.flatMap(({ column, hits }) => {
        const ordinals = Uint32Array.from(hits);
        return column === undefined ? [] : [{ column, ordinals, hits: new RoaringBitmap32(ordinals) }];
      });
      const counts = new Map<string, number>();
      for (const { column, ordinals } of found)
        for (const ordinal of ordinals)
          for (let at = column.starts[ordinal]!; at < column.starts[ordinal + 1]!; at++) {
            const text = column.text(column.values[at]!);
            counts.set(text, (counts.get(text) ?? 0) + 1);
          }
      const expected = [...counts]
        .map(([text, count]) => ({ text, count }))
        .sort((a, b) => b.count - a.count || byCodePoint(a.text, b.text))
        .slice(0, wanted);
      for (const part of [0, Number.POSITIVE_INFINITY])
        assert.deepEqual(finish(topValues('author', found, wanted, part)), expected);
      assert.deepEqual(mostFrequent(finish(countFew(found)), wanted), expected);
    }),
  );
});

test('years of one question are not those of another that is counted meanwhile, or was given up', () => {
  // So many hits that others have their turn after each segment.
  const hits = (snapshot: IndexSnapshot) => {
    const all = counted(live(snapshot));
    const lists = all.lists().map((list) => {
      const many = new Uint32Array(list.length === 0 ? 0 : manyHits);
      return many.map((_, i) => list[i % list.length]!);
    });
    return { ...all, lists: () => lists };
  };
  const [first, second] = fc.sample(history, { numRuns: 2, seed: 5 }).map((versions) => snapshotOf(versions, site));
  const snapshots = [first!, second!];
  const alone = snapshots.map((snapshot) => finish(countYears(snapshot, hits(snapshot))));
  const given = countYears(first!, hits(first!));
  assert.equal(given.next().done, false, 'others have their turn');
  given.return([]);
  const works = snapshots.map((snapshot) => countYears(snapshot, hits(snapshot)));
  for (const work of works) assert.equal(work.next().done, false);
  assert.deepEqual(
    works.map((work) => finish(work)),
    alone,
  );
  assert.ok(alone.every((years) => years.length > 0));
});

test('a value that is excluded in a facet is in no hit and counted nowhere', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions, site);
      const chosen = { facets: { year: ['1999->2005'] }, excluded: { author: ['Plato'], year: ['2001->2002'] } };
      const result = search(snapshot, { ...emptyRequest, ...chosen }, live(snapshot), { facets: true });
      const rest = liveVersions(versions).filter((version) => {
        const { facets: values, year } = columnsOf(version);
        return !(values.author?.includes('Plato') ?? false) && !(year >= 2001 && year <= 2002);
      });
      const inYears = rest.filter((version) => columnsOf(version).year >= 1999 && columnsOf(version).year <= 2005);
      assert.equal(result.total, inYears.length);
      const [year, author] = result.facets;
      const dated = rest.filter((each) => columnsOf(each).year > 0);
      assert.equal(
        year?.values.reduce((sum, { count }) => sum + count, 0),
        dated.length,
      );
      const expected = tally(inYears);
      for (const { value, count } of author?.values ?? []) assert.equal(count, expected.get(value) ?? 0);
      assert.ok(!author?.values.some(({ value }) => value === 'Plato'));
    }),
  );
});

test('a facet keeps its other values in reach of what was chosen in it, and narrows the other facets', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions, site);
      const records = liveVersions(versions);
      const chosen = { author: ['Plato'], year: ['1999->2005'] };
      const result = search(snapshot, { ...emptyRequest, facets: chosen }, live(snapshot), { facets: true });
      const isPlato = (version: Version) => columnsOf(version).facets.author?.includes('Plato') ?? false;
      const inYears = (version: Version) => columnsOf(version).year >= 1999 && columnsOf(version).year <= 2005;
      assert.equal(result.total, records.filter((each) => isPlato(each) && inYears(each)).length);
      const [year, author] = result.facets;
      const platos = records.filter((each) => isPlato(each) && columnsOf(each).year > 0);
      assert.equal(
        year?.values.reduce((sum, { count }) => sum + count, 0),
        platos.length,
      );
      const expected = tally(records.filter(inYears));
      for (const { value, count, selected } of author?.values ?? []) {
        assert.equal(count, expected.get(value) ?? 0);
        assert.equal(selected, value === 'Plato');
      }
      assert.ok((author?.values.length ?? 0) <= facetLength + 1);
    }),
  );
});
