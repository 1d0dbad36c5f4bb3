import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { finish } from '../index/work.ts';
import { guest, type Person } from '../people/person.ts';
import { parseQuery } from '../search/query/parse.ts';
import { fieldNamesOf } from '../search/question.ts';
import { emptyRequest } from '../search/request.ts';
import { history, liveVersions, reports, snapshotOf, testAnalyzer, type Version } from '../search/testing/library.ts';
import { holds, naiveRecord, refers, timesCited } from '../search/testing/oracle.ts';
import { ask } from './ask.ts';
import { citationsFor } from './citations.ts';
import { mayShow } from './visible.ts';

const insider: Person = { name: 'ada', roles: ['insider'] };
const fieldNames = fieldNamesOf(testAnalyzer);
const questions = [
  ...['refersto', 'citedby', 'referstoexcludingselfcites', 'citedbyexcludingselfcites'].flatMap((operator) => [
    `${operator}:higgs`,
    `${operator}:(author:ellis or title:mass)`,
    `${operator}:980__a:"SECRET"`,
    `${operator}:refersto:higgs`,
  ]),
  ...reports.map((number) => `refersto:037__a:"${number}"`),
  'cited:1->3',
  'cited:0',
  'citedexcludingselfcites:1+',
  'cited:1 not refersto:cited:1',
  ...[1, 2, 3, 4].map((id) => `cocitedwith:${id}`),
  'rawref:"see R-1"',
];

/** The library as if there were nothing but what this person may open. */
function openTo(person: Person, versions: readonly Version[]) {
  const snapshot = snapshotOf(versions);
  const open = liveVersions(versions).filter(({ id }) => mayShow(person, snapshot, id) === 'yes');
  return { snapshot, open, records: open.map(({ id, created, record }) => naiveRecord(id, created, record)) };
}

test('questions about citations are answered as if what a person may not see did not exist', () => {
  assertProperty(
    fc.property(history, fc.constantFrom(guest, insider), (versions, person) => {
      const { snapshot, records } = openTo(person, versions);
      const home = new Set(ask(snapshot, person, { ...emptyRequest, size: Number.POSITIVE_INFINITY }).ids);
      for (const text of questions) {
        const { query } = parseQuery(text, { fieldNames });
        const expected = records.filter((one) => home.has(one.id) && holds(query, one, records)).map(({ id }) => id);
        const answer = ask(snapshot, person, { ...emptyRequest, text, size: Number.POSITIVE_INFINITY });
        assert.deepEqual({ text, ids: [...answer.ids].sort((a, b) => a - b) }, { text, ids: expected });
        assert.equal(answer.total, expected.length);
      }
    }),
    { numRuns: 200 },
  );
});

test('lists, counts and pictures of citations leave out what a person may not see, and say nothing of it', () => {
  assertProperty(
    fc.property(history, fc.constantFrom(guest, insider), (versions, person) => {
      const { snapshot, open, records } = openTo(person, versions);
      const view = citationsFor(snapshot, person)!;
      const years = new Map(
        open.map(({ id, record, created }) => [id, testAnalyzer.columns(record, created, created).year]),
      );
      const byId = new Map(records.map((record) => [record.id, record]));
      for (const id of new Set(versions.map((version) => version.id))) {
        const one = byId.get(id);
        const citing = one === undefined ? [] : records.filter((other) => refers(other, one)).map((other) => other.id);
        const cited = one === undefined ? [] : records.filter((other) => refers(one, other)).map((other) => other.id);
        assert.deepEqual(view.citing(id), citing);
        assert.deepEqual(view.cited(id), cited);
        assert.equal(view.count(id, 'all'), citing.length);
        const withoutSelf = one === undefined ? 0 : timesCited(one, records, false);
        assert.equal(view.count(id, 'without-self'), withoutSelf);
        assert.equal(view.citing(id, 'without-self').length, withoutSelf);
        const perYear = new Map<number, number>();
        for (const other of citing) perYear.set(years.get(other)!, (perYear.get(years.get(other)!) ?? 0) + 1);
        assert.deepEqual(new Map(finish(view.perYear([id], 'all'))), perYear);
      }
      for (const [segment, counts] of finish(view.counts('all')).entries()) {
        const { ids } = snapshot.segments[segment]!.segment;
        for (const [ordinal, count] of counts.entries()) {
          const one = byId.get(ids[ordinal]!);
          if (one !== undefined) assert.equal(count, timesCited(one, records));
        }
      }
    }),
    { numRuns: 200 },
  );
});
