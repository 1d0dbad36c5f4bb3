import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guest, type Person } from '../people/person.ts';
import { emptyRequest } from '../search/request.ts';
import { snapshotOf, type Version } from '../search/testing/library.ts';
import { ask } from './ask.ts';
import { withCataloguers } from './cataloguers.ts';

const field = (tag: string, value: string) => ({
  tag,
  ind1: ' ',
  ind2: ' ',
  value: undefined,
  subfields: [{ code: 'a', value }],
});
const versions: readonly Version[] = ['BOOK', 'SECRET', 'BOOK'].map((kind, index) => ({
  id: index + 1,
  revision: 1,
  deleted: false,
  created: 1,
  segment: 0,
  record: { leader: '', fields: [field('245', 'Ada'), field('980', kind)] },
}));
const snapshot = snapshotOf(versions);
const boss: Person = { name: 'boss', roles: ['boss'] };

async function find(person: Person, text: string) {
  const asked: string[] = [];
  const request = await withCataloguers(snapshot, person, { ...emptyRequest, text }, async ({ name }) => {
    asked.push(name);
    return [2, 1];
  });
  const { ids, notices } = ask(snapshot, person, request);
  return { asked, ids: [...ids].sort(), notices: notices.map(({ kind }) => kind) };
}

test('who may edit records asks who changed them; nothing is read for other questions', async () => {
  assert.deepEqual(await find(boss, 'cataloguer:ada'), { asked: ['ada'], ids: [1, 2], notices: [] });
  assert.deepEqual(await find(boss, 'title:ada'), { asked: [], ids: [1, 2, 3], notices: [] });
});

test('for everybody else there is no such field, and nothing is read', async () => {
  for (const person of [guest, { name: 'in', roles: ['insider'] }]) {
    const { asked, notices } = await find(person, 'cataloguer:zoe');
    assert.deepEqual([asked, notices], [[], ['unknown-field']]);
  }
});
