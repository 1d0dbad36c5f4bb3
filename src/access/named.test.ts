import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { dataField, type MarcRecord } from '../marc/record.ts';
import type { Person } from '../people/person.ts';
import { emptyRequest } from '../search/request.ts';
import { snapshotOf, testSite, type Version } from '../search/testing/library.ts';
import type { Site } from '../site/site.ts';
import { ask } from './ask.ts';
import { collectionCounts, mayShow, refusedEntirely } from './visible.ts';

const site: Site = { ...testSite, viewerPaths: ['859__f'] };
const names = [
  'ada@library.example',
  'ada@lïbrary.example',
  'bob@library.example',
  'Physics Readers',
  'stäff',
  'staff',
  '',
];
const collections = ['BOOK', 'ARTICLE', 'SECRET', 'OUTSIDE', 'NOTHING'];

interface Drawn {
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly viewers: readonly string[];
}

const records = fc.array(
  fc.record<Drawn>({
    kinds: fc.uniqueArray(fc.constantFrom(...collections), { minLength: 1, maxLength: 2 }),
    owners: fc.array(fc.constantFrom(...names), { maxLength: 2 }),
    viewers: fc.array(fc.constantFrom(...names), { maxLength: 1 }),
  }),
  { maxLength: 10 },
);
const person = fc.record({
  email: fc.constantFrom('ada@library.example', 'ada@xn--lbrary-iwa.example', 'BOB@Library.Example', ''),
  groups: fc.uniqueArray(fc.constantFrom('physics readers', 'staff', 'Stäff')),
  insider: fc.boolean(),
  scopes: fc.constantFrom(undefined, ['read'] as const, ['edit'] as const),
});

function recordOf({ kinds, owners, viewers }: Drawn): MarcRecord {
  const one = (tag: string, ind1: string, code: string, value: string) => dataField(tag, ind1, ' ', [{ code, value }]);
  return {
    leader: '',
    fields: [
      ...kinds.map((kind) => one('980', ' ', 'a', kind)),
      ...owners.map((owner) => one('856', '0', 'f', owner)),
      ...viewers.map((viewer) => one('859', ' ', 'f', viewer)),
    ],
  };
}

test('whom a record names sees it from every collection that it is in, and nobody else does', () => {
  assertProperty(
    fc.property(records, person, (drawn, { email, groups, insider, scopes }) => {
      const who: Person = { id: 1, name: 'x', email, groups, roles: insider ? ['insider'] : [], scopes };
      const versions = drawn.map((each, i): Version => {
        return { id: i + 1, revision: 1, deleted: false, created: 1000, segment: i % 3, record: recordOf(each) };
      });
      const snapshot = snapshotOf(versions, site);
      const reads = scopes === undefined || scopes[0] === 'read';
      const own = [email.replace('xn--lbrary-iwa', 'lïbrary'), ...groups]
        .filter((name) => name !== '')
        .map((name) => name.toLowerCase());
      const sees = ({ kinds, owners, viewers }: Drawn): boolean => {
        if (reads && [...owners, ...viewers].some((name) => own.includes(name.toLowerCase()))) return true;
        return !kinds.includes('SECRET') || (insider && reads);
      };
      const idsIn = (...kinds: readonly string[]) =>
        drawn.flatMap((each, i) => (each.kinds.some((kind) => kinds.includes(kind)) && sees(each) ? [i + 1] : []));
      const found = (collection: string) =>
        [...ask(snapshot, who, { ...emptyRequest, collection, size: 99 }).ids].sort((a, b) => a - b);
      assert.deepEqual(found(''), idsIn('BOOK', 'ARTICLE', 'SECRET'));
      assert.deepEqual(found('Secret'), idsIn('SECRET'));
      assert.deepEqual(found('Books'), idsIn('BOOK'));
      const shown = drawn.flatMap((_, i) => (mayShow(who, snapshot, i + 1) === 'yes' ? [i + 1] : []));
      assert.deepEqual(shown, idsIn('BOOK', 'ARTICLE', 'SECRET', 'OUTSIDE'));
      assert.equal(collectionCounts(who, snapshot).get('Home'), idsIn('BOOK', 'ARTICLE', 'SECRET').length);
      const closed = !(insider && reads) && idsIn('SECRET').length === 0;
      assert.equal(refusedEntirely(who, snapshot, { collection: 'Secret' }), closed ? 'Secret' : undefined);
    }),
    { numRuns: 300 },
  );
});
