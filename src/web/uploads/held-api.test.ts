import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readRecord } from '../../records/history.ts';
import { conflict } from './test-held.ts';
import { type Name, openTestUploads, send, type TestUploads } from './test-uploads.ts';

let world: TestUploads;
before(async () => {
  world = await openTestUploads();
});
after(() => world.close());

const ask = (name: Name, path: string) => send(world, 'GET', `/api/held${path}`, world.token(name));
const decide = (name: Name, held: number, wish: object, headers = {}) =>
  world.app.inject({
    method: 'POST',
    url: `/api/held/${held}`,
    headers: { ...world.token(name), ...headers },
    payload: wish,
  });
const titleOf = async (id: number) =>
  (await readRecord(world.store.database, id)).record.fields
    .map(({ subfields }) => subfields[0]?.value)
    .filter(Boolean);

test('what waits is listed and shown to who may decide of it, and is not there for others', async () => {
  const { held, id } = await conflict(world);
  const secret = await conflict(world, 'SECRET');
  const listed = async (name: Name) => (await ask(name, '')).json().held.map((one: { id: number }) => one.id);
  assert.deepEqual(await listed('boss'), [held, secret.held]);
  assert.deepEqual([await listed('edda'), await listed('bob')], [[held], [held]]);
  assert.equal((await ask('nobody', '')).statusCode, 403);
  assert.equal((await ask('robot', '')).statusCode, 403);
  const shown = (await ask('bob', `/${held}`)).json();
  const titles = ['base', 'theirs', 'ours'].map(
    (side) => shown[side].fields.find((one: object) => '245' in one)['245'].subfields[0].a,
  );
  assert.deepEqual([titles, shown.record, shown.revision], [['Base', 'Theirs', 'Ours'], id, 2]);
  const hidden = (await ask('bob', `/${secret.held}`)).body;
  assert.equal(hidden.replaceAll(String(secret.held), 'N'), (await ask('bob', '/9999')).body.replaceAll('9999', 'N'));
  assert.equal((await decide('bob', secret.held, { do: 'reject', reason: '' })).statusCode, 404);
  for (const one of [held, secret.held]) await decide('boss', one, { do: 'reject', reason: 'test' });
  assert.deepEqual(await listed('boss'), []);
});

test('it is accepted with a side, or with one for each tag, once, and the history names who did', async () => {
  const [one, two, three] = [await conflict(world), await conflict(world), await conflict(world)];
  for (const { held } of [one, two, three]) await ask('bob', `/${held}`);
  const key = { 'idempotency-key': 'd1' };
  const first = await decide('bob', one.held, { do: 'accept', side: 'ours' }, key);
  assert.deepEqual([first.json().state, first.json().revision], ['accepted', 3], first.body);
  assert.equal((await decide('bob', one.held, { do: 'accept', side: 'ours' }, key)).body, first.body);
  assert.equal((await decide('bob', one.held, { do: 'accept', side: 'ours' })).statusCode, 409);
  await decide('bob', two.held, { do: 'accept', side: 'theirs' });
  await decide('bob', three.held, { do: 'accept', side: 'ours', choices: { 245: 'theirs' } });
  assert.deepEqual(await titleOf(one.id), ['Ours', 'n', 'BOOK']);
  assert.deepEqual(await titleOf(two.id), ['Theirs', 'n', 'BOOK']);
  assert.deepEqual(await titleOf(three.id), ['Theirs', 'n', 'BOOK']);
  const [entry] = (await ask('boss', `?all=1&record=${three.id}`)).json().held;
  assert.deepEqual([entry.decidedBy, entry.decision], ['bob', 'ours, 245 theirs']);
});

test('who looks after it is said, and a wish that is none is named', async () => {
  const { held } = await conflict(world);
  assert.equal((await decide('bob', held, { do: 'assign' })).statusCode, 200);
  assert.equal((await ask('bob', `/${held}`)).json().assigned, 'bob');
  await decide('edda', held, { do: 'unassign' });
  assert.equal((await ask('bob', `/${held}`)).json().assigned, undefined);
  for (const wish of [{}, { do: 'burn' }, { do: 'accept', side: 'both' }, { do: 'accept', choices: { 245: 1 } }])
    assert.equal((await decide('bob', held, wish)).json().code, 'REPERIO_HELD_DECISION');
});
