import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField } from '../marc/record.ts';
import { guest, type Person } from '../people/person.ts';
import { snapshotOf, type Version } from '../search/testing/library.ts';
import { mayEdit, mayEditSome, mayEditVersion, mayRestore } from './may-edit.ts';

const record = (...kinds: readonly string[]) => ({
  leader: '',
  fields: kinds.map((value) => dataField('980', ' ', ' ', [{ code: 'a', value }])),
});
// 5 is in no collection, 6 was deleted.
const kinds = [['BOOK'], ['ARTICLE'], ['SECRET'], ['BOOK', 'SECRET'], ['NOTHING'], ['BOOK']];
const versions: readonly Version[] = kinds.map((of, index) => ({
  ...{ id: index + 1, revision: 1, deleted: index === 5, created: 1, segment: index % 2, record: record(...of) },
}));
const snapshot = snapshotOf(versions);
const ids = [...kinds.keys()].map((index) => index + 1);

const granted = (name: string, ...grants: readonly (Readonly<Record<string, string>> | undefined)[]): Person => ({
  name,
  roles: [],
  grants: grants.map((given = {}) => ({ role: name, may: { action: 'runbibedit', arguments: given } })),
});
const all = granted('all', undefined);
const books = granted('books', { collection: 'Books' });
const boss: Person = { name: 'boss', roles: ['boss'] };
const edited = (person: Person): number[] => [...ids, 99].filter((id) => mayEdit(person, snapshot, id));

test('who may change all records changes those that they are shown, in no collection too', () => {
  assert.deepEqual(edited(boss), [1, 2, 3, 4, 5]);
  assert.deepEqual(edited(all), [1, 2, 5]);
});

test('who may change one collection changes only what is in it, and nobody else changes anything', () => {
  assert.deepEqual(edited(books), [1]);
  assert.deepEqual(edited({ ...books, roles: ['insider'] }), [1, 4]);
  for (const person of [guest, { name: 'in', roles: ['insider'] }, { ...all, scopes: ['read'] as const }]) {
    assert.deepEqual(edited(person), []);
    assert.equal(mayEditSome(person, snapshot), false);
  }
  assert.ok(mayEditSome(books, snapshot) && mayEditSome(all, snapshot));
});

test('a version that the index has not is decided by what it holds', () => {
  const version = (...of: readonly string[]) => ({
    ...{ id: 99, revision: 1, deleted: false, created: new Date(), modified: new Date(), record: record(...of) },
  });
  assert.ok(mayEditVersion(books, snapshot, version('BOOK')));
  assert.ok(!mayEditVersion(books, snapshot, version('ARTICLE')));
  assert.ok(!mayEditVersion(books, snapshot, version('SECRET', 'BOOK')));
  assert.ok(mayEditVersion(all, snapshot, version('NOTHING')));
  assert.ok(!mayEditVersion(all, snapshot, version('SECRET')));
});

test('a deleted record is brought back by who may change all, and could see it', () => {
  const before = (kind: string) => ({ id: 6, created: new Date(), modified: new Date(), record: record(kind) });
  assert.ok(mayRestore(all, snapshot, before('BOOK')) && mayRestore(boss, snapshot, before('SECRET')));
  assert.ok(!mayRestore(all, snapshot, before('SECRET')) && !mayRestore(books, snapshot, before('BOOK')));
});
