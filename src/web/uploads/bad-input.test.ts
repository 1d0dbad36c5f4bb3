import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createReader } from '../test-reader.ts';
import { field, openTestUploads, send, type TestUploads } from './test-uploads.ts';

let world: TestUploads;
let id = 0;
before(async () => {
  world = await openTestUploads();
  id = await world.write(field('245', 'One'), field('500', 'old'), field('980', 'BOOK'));
});
after(() => world.close());

test('numbers that nothing can have, and texts that no record can have, are said to be wrong', async () => {
  const boss = world.token('boss');
  for (const revision of ['2147483648', '99999999999', '9007199254740993', '1.5', '0', 'x']) {
    const path = `/api/records/${id}/revisions/${revision}/restore`;
    assert.equal((await send(world, 'POST', path, boss)).statusCode, 404, path);
  }
  const list = await send(world, 'GET', `/api/records/${id}/revisions?before=99999999999`, boss);
  assert.equal(list.statusCode, 400);
  const unknown = { ...boss, 'if-match': '"99"', prefer: 'merge' };
  assert.equal((await send(world, 'DELETE', `/api/records/${id}`, unknown)).statusCode, 412, 'nobody has seen it');
  const json = { ...boss, 'content-type': 'application/json' };
  const action = (text: string) => `- {on: 500, do: replace-text, contains: old, with: ${text}}`;
  const tasks = [
    `name: "a\\0b"\nactions:\n  ${action('new')}\n`,
    `actions:\n  ${action('"a\\0b"')}\n`,
    `actions:\n  ${action('"\\ud800"')}\n`,
    'actions:\n  - {on: 500, do: add-field, subfields: [a: "\\0"]}\n',
  ];
  for (const task of tasks) {
    const body = JSON.stringify({ query: 'title:one', task });
    const made = await world.app.inject({ method: 'POST', url: '/api/change-sets', headers: json, payload: body });
    assert.equal(made.statusCode, 422, `${task} ${made.body}`);
    assert.match(made.body, /NUL or half a character/);
  }
  const task = `actions:\n  ${action('new')}\n`;
  const payload = JSON.stringify({ query: 'title:one', task });
  const set = (await world.app.inject({ method: 'POST', url: '/api/change-sets', headers: json, payload })).json();
  const reader = createReader(world.app);
  (reader.cookies as Map<string, string>).set('reperio', world.session('boss')['cookie']!.split('=')[1]!);
  for (const page of ['/held?after=1.5', '/held?after=-1', `/edit/many/${set.id}?after=9999999999`])
    assert.equal((await reader.open(page)).statusCode, 200, page);
  const form = { wish: 'save', shown: '2147483648', record: '2147483648' };
  assert.equal((await reader.force(`/edit/many/${set.id}`, form)).statusCode, 303);
});
