import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { citationView } from '../../citations/view.ts';
import { checkQuery } from '../check-query.ts';
import { parseQuery } from '../query/parse.ts';
import { fieldNamesOf } from '../question.ts';
import { emptyRequest } from '../request.ts';
import { search } from '../search.ts';
import { history, liveVersions, snapshotOf, testAnalyzer, testSite, visibleBut } from '../testing/library.ts';
import { cataloguersIn } from './cataloguer.ts';
import { type CataloguerQuestion, cataloguerKey } from './changed-by.ts';

const fieldNames = fieldNamesOf(testAnalyzer);
const asked = (text: string) => cataloguersIn(parseQuery(text, { fieldNames }).query);
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 1000;
const ever = Number.POSITIVE_INFINITY;

test('a name stands alone, or before a date or a span of dates', () => {
  const readings: readonly (readonly [string, readonly CataloguerQuestion[]])[] = [
    ['cataloguer:ada', [{ name: 'ada', from: 0, below: ever }]],
    ['cataloguer:ada:2012-05', [{ name: 'ada', from: day('2012-05-01'), below: day('2012-06-01') }]],
    ['cataloguer:ada:2012-01->2012-06', [{ name: 'ada', from: day('2012-01-01'), below: day('2012-07-01') }]],
    ['cataloguer:ada:2012->', [{ name: 'ada', from: day('2012-01-01'), below: ever }]],
    ['cataloguer:ada:->2012', [{ name: 'ada', from: 0, below: day('2013-01-01') }]],
    ['cataloguer:"Ada Lovelace:2012"', [{ name: 'Ada Lovelace', from: day('2012-01-01'), below: day('2013-01-01') }]],
    ['cataloguer:a@b.example', [{ name: 'a@b.example', from: 0, below: ever }]],
    ['higgs (boson or refersto:cataloguer:ada)', [{ name: 'ada', from: 0, below: ever }]],
    ['cataloguer:ada:2012-13', []],
    ['higgs', []],
  ];
  for (const [text, expected] of readings) assert.deepEqual(asked(text), expected, text);
});

test('it finds the visible records that are known to be meant, anywhere in a question', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 14 })).map((list) => list.sort((a, b) => a - b));
  assertProperty(
    fc.property(history, ids, fc.array(fc.integer({ min: 1, max: 12 })), (versions, changed, hidden) => {
      const snapshot = snapshotOf(versions);
      const key = cataloguerKey({ name: 'ada', from: 0, below: ever });
      const changedBy = new Map([[key, Uint32Array.from(changed)]]);
      const live = liveVersions(versions)
        .map(({ id }) => id)
        .filter((id) => !hidden.includes(id));
      const found = (text: string) =>
        [...search(snapshot, { ...emptyRequest, text, changedBy, size: 100 }, visibleBut(snapshot, hidden)).ids].sort(
          (a, b) => a - b,
        );
      const expected = live.filter((id) => changed.includes(id)).sort((a, b) => a - b);
      assert.deepEqual(found('cataloguer:ada'), expected);
      assert.deepEqual(
        found('-cataloguer:ada'),
        live.filter((id) => !changed.includes(id)).sort((a, b) => a - b),
      );
      assert.deepEqual(
        found('recid:1->6 cataloguer:ada'),
        expected.filter((id) => id <= 6),
      );
      assert.deepEqual(found('cataloguer:nobody'), []);
    }),
    { numRuns: 200 },
  );
});

test('without leave it finds nothing wherever it stands, and every name has the same answer', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions);
      const everything = snapshot.segments.map(({ live }) => live);
      const answer = (text: string) => {
        const options = { facets: true, counts: true, citations: () => citationView(snapshot, everything) };
        const { ids, facets, counts, notices } = search(snapshot, { ...emptyRequest, text }, everything, options);
        return { ids, facets, counts: counts.map(({ count }) => count), notices };
      };
      const ids = (text: string) => answer(text).ids;
      for (const name of ['ada', 'higgs', 'ada:2012-13']) {
        assert.deepEqual(ids(`title:higgs or cataloguer:${name}`), ids('title:higgs'));
        assert.deepEqual(ids(`title:higgs cataloguer:${name}`), []);
        assert.deepEqual(ids(`title:higgs -cataloguer:${name}`), ids('title:higgs'));
        assert.deepEqual(ids(`-cataloguer:${name}`), ids(''));
      }
      for (const text of ['cataloguer:?', 'higgs or cataloguer:?', '-cataloguer:?', 'refersto:-cataloguer:?']) {
        const [one, other] = ['ada', 'higgs'].map((name) => answer(text.replace('?', name)));
        assert.deepEqual(one, other, text);
        assert.deepEqual(one?.notices, [{ kind: 'unknown-field', text: 'cataloguer' }]);
      }
    }),
    { numRuns: 100 },
  );
});

test('without leave there is no such field; dates that are none are said; no collection is made of it', () => {
  const snapshot = snapshotOf([]);
  const notices = (text: string, changes = {}) =>
    search(snapshot, { ...emptyRequest, text, ...changes }, []).notices.map(({ kind }) => kind);
  assert.deepEqual(notices('cataloguer:ada'), ['unknown-field']);
  assert.deepEqual(notices('cataloguer:ada:2012-13', { changedBy: new Map() }), ['bad-date']);
  assert.match(checkQuery('title:x cataloguer:ada', testSite) ?? '', /who changed records/);
});
