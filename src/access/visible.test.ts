import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { guest, may, type Person } from '../people/person.ts';
import { emptyRequest } from '../search/request.ts';
import { history, liveVersions, snapshotOf, testSite, type Version } from '../search/testing/library.ts';
import { ask, countFor } from './ask.ts';
import { noCollection } from './no-collection.ts';
import { collectionCounts, mayShow, visibleRecords } from './visible.ts';

const insider: Person = { name: 'ada', roles: ['insider'] };

function kindsOf({ record }: Version): readonly string[] {
  return record.fields.flatMap(({ tag, subfields }) => (tag === '980' ? subfields.map(({ value }) => value) : []));
}

function yearOf({ record }: Version): number {
  const field = record.fields.find(({ tag }) => tag === '260');
  return Number(field?.subfields[0]?.value ?? 0);
}

/** Said once more, record by record. */
function isVisible(version: Version, collection: string, secret: boolean): boolean {
  const kinds = kindsOf(version);
  if (kinds.includes('SECRET') && !secret) return false;
  const inPapers = kinds.includes('ARTICLE') || kinds.includes('SECRET');
  switch (collection) {
    case 'Home':
      return kinds.includes('BOOK') || inPapers;
    case 'Papers':
      return inPapers;
    case 'Old':
      return yearOf(version) >= 1900 && yearOf(version) <= 1999;
    case 'Outside':
      return kinds.includes('OUTSIDE');
    default:
      return kinds.includes('SECRET');
  }
}

test('everybody sees the records of a collection that the rules let them see, and no others', () => {
  const collections = ['Home', 'Papers', 'Old', 'Outside', 'Secret'];
  assertProperty(
    fc.property(
      history,
      fc.constantFrom(guest, insider),
      fc.constantFrom(...collections),
      (versions, person, collection) => {
        const snapshot = snapshotOf(versions);
        const secret = person === insider;
        const expected = liveVersions(versions)
          .filter((version) => (collection === 'Secret' && !secret ? false : isVisible(version, collection, secret)))
          .map(({ id }) => id);
        const request = { ...emptyRequest, collection: collection === 'Home' ? '' : collection, size: 99 };
        const answer = ask(snapshot, person, request);
        assert.deepEqual(
          [...answer.ids].sort((a, b) => a - b),
          expected.sort((a, b) => a - b),
        );
        assert.equal(countFor(snapshot, person, request), expected.length);
        assert.deepEqual(answer.refused, collection === 'Secret' && !secret ? ['Secret'] : []);
        const counted = collectionCounts(person, snapshot).get(collection);
        assert.equal(counted, collection === 'Secret' && !secret ? undefined : expected.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('a record page is shown when any collection shows the record; deleted ones are told from unknown ones', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions);
      const live = liveVersions(versions);
      for (const id of new Set(versions.map((version) => version.id))) {
        const version = live.find((each) => each.id === id);
        const anywhere = ['Home', 'Old', 'Outside'].some(
          (name) => version !== undefined && isVisible(version, name, false),
        );
        const expected = version === undefined ? 'deleted' : anywhere ? 'yes' : 'no';
        assert.equal(mayShow(guest, snapshot, id), expected);
      }
      assert.equal(mayShow(guest, snapshot, 4711), 'unknown');
    }),
  );
});

test('hidden paths are searched only by those who may', () => {
  const versions: readonly Version[] = [
    {
      id: 1,
      revision: 1,
      deleted: false,
      created: 1,
      segment: 0,
      record: {
        leader: '',
        fields: [
          { tag: '595', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: 'hush' }] },
          { tag: '980', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: 'BOOK' }] },
        ],
      },
    },
  ];
  const snapshot = snapshotOf(versions);
  for (const text of ['595__a:hush', '595:/h/', "59:'us'", '595__a:"a"->"z"']) {
    assert.equal(ask(snapshot, guest, { ...emptyRequest, text }).total, 0);
    assert.equal(ask(snapshot, { name: 'boss', roles: ['boss'] }, { ...emptyRequest, text }).total, 1);
  }
});

test('an unknown collection shows nothing and says so', () => {
  const { hits, notices } = visibleRecords(guest, snapshotOf([]), { collection: 'Nowhere' });
  assert.equal(
    hits.reduce((sum, bits) => sum + bits.size, 0),
    0,
  );
  assert.deepEqual(notices, [{ kind: 'unknown-collection', text: 'Nowhere' }]);
});

test('a grant covers what its arguments name', () => {
  assert.ok(may(testSite, insider, 'viewrestrcoll', { collection: 'Secret' }));
  assert.ok(!may(testSite, insider, 'viewrestrcoll', { collection: 'Other' }));
  assert.ok(!may(testSite, insider, 'viewhiddenpaths'));
  assert.ok(may(testSite, { name: 'boss', roles: ['boss'] }, 'viewhiddenpaths'));
  assert.ok(!may(testSite, guest, 'viewrestrcoll', { collection: 'Secret' }));
});

test('records of no collection are seen by those who edit all records, by their page and under one name, and counted for nobody else', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions);
      const editors: readonly Person[] = [
        { name: 'boss', roles: ['boss'] },
        { name: 'eve', roles: [], grants: [{ role: 'e', may: { action: 'runbibedit', arguments: {} } }] },
      ];
      const others: readonly Person[] = [
        guest,
        insider,
        {
          name: 'of books',
          roles: [],
          grants: [{ role: 'e', may: { action: 'runbibedit', arguments: { collection: 'Books' } } }],
        },
        { name: 'token', roles: ['boss'], scopes: ['edit'] },
      ];
      const lost = liveVersions(versions)
        .filter((version) => !['Home', 'Old', 'Outside', 'Secret'].some((name) => isVisible(version, name, true)))
        .map(({ id }) => id)
        .sort((a, b) => a - b);
      const request = { ...emptyRequest, collection: noCollection, size: 99 };
      for (const person of editors) {
        const answer = ask(snapshot, person, request);
        assert.deepEqual(
          [...answer.ids].sort((a, b) => a - b),
          lost,
        );
        assert.deepEqual(answer.notices, []);
        for (const id of lost) assert.equal(mayShow(person, snapshot, id), 'yes');
        // Nowhere else: a search of everything, and the counts of collections, are as they were.
        assert.ok(ask(snapshot, person, { ...emptyRequest, size: 99 }).ids.every((id) => !lost.includes(id)));
        assert.equal(collectionCounts(person, snapshot).has(noCollection), false);
      }
      for (const person of others) {
        const answer = ask(snapshot, person, request);
        assert.equal(answer.total, 0);
        assert.deepEqual(answer.notices, [{ kind: 'unknown-collection', text: noCollection }]);
        for (const id of lost) assert.equal(mayShow(person, snapshot, id), 'no');
      }
    }),
  );
});
