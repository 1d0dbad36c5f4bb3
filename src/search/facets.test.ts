import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { FacetDefinition, Site } from '../site/site.ts';
import { facetLength, listsOf, topValuesOf } from './facets.ts';
import { emptyRequest } from './request.ts';
import { search } from './search.ts';
import { history, liveVersions, snapshotOf, testSite, type Version } from './testing/library.ts';

const facets: readonly FacetDefinition[] = [
  { code: 'year', kind: 'year', paths: ['260__c'], names: {}, labels: undefined },
  { code: 'author', kind: 'values', paths: ['100__a', '700__a'], names: {}, labels: undefined },
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
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 4 }), (versions, wanted) => {
      const snapshot = snapshotOf(versions, site);
      const counts = tally(liveVersions(versions));
      const top = topValuesOf(snapshot, 'author', listsOf(live(snapshot)), wanted);
      assert.equal(top.length, Math.min(wanted, counts.size));
      for (const { text, count } of top) assert.equal(count, counts.get(text));
      const least = Math.min(...top.map(({ count }) => count));
      const better = [...counts].filter(([, count]) => count > least).map(([text]) => text);
      for (const text of better) assert.ok(top.some((each) => each.text === text));
    }),
  );
});

test('a facet keeps its other values in reach of what was chosen in it, and narrows the other facets', () => {
  fc.assert(
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
