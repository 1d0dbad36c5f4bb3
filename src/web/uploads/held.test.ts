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

const page = (name: Name, url: string) => send(world, 'GET', url, world.session(name));
async function submit(name: Name, url: string, fields: Readonly<Record<string, string>>) {
  const form = /name="form" value="([^"]+)"/.exec((await page(name, url)).body)?.[1] ?? '';
  const headers = { ...world.session(name), 'content-type': 'application/x-www-form-urlencoded' };
  const payload = new URLSearchParams({ form, ...fields }).toString();
  return world.app.inject({ method: 'POST', url, headers, payload });
}
const valuesOf = async (id: number) =>
  (await readRecord(world.store.database, id)).record.fields.flatMap(({ subfields }) =>
    subfields.map(({ value }) => value),
  );

test('the list shows what waits for this person, and a guest is led to sign in', async () => {
  const { held } = await conflict(world);
  const secret = await conflict(world, 'SECRET');
  const listed = await page('bob', '/held');
  assert.match(listed.body, new RegExp(`href="/held/${held}"`));
  assert.ok(!listed.body.includes(`/held/${secret.held}"`));
  assert.match((await page('boss', '/held?ln=fr')).body, /Envois en attente/);
  assert.equal((await send(world, 'GET', '/held', {})).statusCode, 303);
  assert.equal((await page('nobody', '/held')).statusCode, 403);
  assert.equal((await page('bob', `/held/${secret.held}`)).statusCode, 404);
  assert.ok(!(await page('bob', '/held?reason=ASKED')).body.includes(`/held/${held}"`));
  const mine = await submit('bob', `/held/${held}`, { do: 'assign' });
  assert.equal(mine.headers.location, `/held/${held}?done=held_assign`);
  assert.match((await page('bob', '/held?whose=mine')).body, new RegExp(`href="/held/${held}\\?whose=mine"`));
  for (const one of [held, secret.held]) await submit('boss', `/held/${one}`, { do: 'reject', reason: 'x' });
});

test('an entry has three versions field by field; a side is chosen for each conflict, and the next one follows', async () => {
  const [one, two] = [await conflict(world), await conflict(world)];
  const { body } = await page('bob', `/held/${one.held}`);
  for (const title of ['Base', 'Theirs', 'Ours']) assert.match(body, new RegExp(`>${title}<`));
  assert.match(body, /name="choice-245" value="theirs" data-side="1" checked/);
  assert.match(body, new RegExp(`rel="next" href="/held/${two.held}"`));
  assert.match((await page('bob', `/held/${two.held}`)).body, new RegExp(`rel="prev" href="/held/${one.held}"`));
  const chosen = await submit('bob', `/held/${one.held}`, { do: 'chosen', 'choice-245': 'ours' });
  assert.equal(chosen.headers.location, `/held/${two.held}?done=held_accept`);
  assert.deepEqual(await valuesOf(one.id), ['Ours', 'n', 'BOOK']);
  await submit('bob', `/held/${two.held}`, { do: 'theirs' });
  assert.deepEqual(await valuesOf(two.id), ['Theirs', 'n', 'BOOK']);
  const again = await submit('bob', `/held/${two.held}`, { do: 'ours' });
  assert.equal(again.statusCode, 409);
  assert.match((await page('bob', `/held/${two.held}`)).body, /accepted by bob/);
});

test('several are decided at once, and what cannot be is told', async () => {
  const [one, two] = [await conflict(world), await conflict(world)];
  const form = /name="form" value="([^"]+)"/.exec((await page('bob', '/held')).body)![1]!;
  const post = (...fields: readonly [string, string][]) => {
    const headers = { ...world.session('bob'), 'content-type': 'application/x-www-form-urlencoded' };
    const payload = new URLSearchParams([['form', form], ...fields]).toString();
    return world.app.inject({ method: 'POST', url: '/held', headers, payload });
  };
  const ids: [string, string][] = [
    ['id', String(one.held)],
    ['id', String(two.held)],
  ];
  const done = await post(...ids, ['do', 'reject'], ['reason', 'old']);
  assert.equal(done.headers.location, '/held?done=held_reject');
  const late = await post(...ids, ['do', 'ours']);
  assert.equal(late.statusCode, 409);
  assert.match(late.body, new RegExp(`Upload ${one.held} was rejected by bob`));
  assert.deepEqual(await valuesOf(one.id), ['Theirs', 'BOOK']);
});

test('what waits is opened in the editor with what it makes of its base, and is decided when that is saved', async () => {
  const { id, held } = await conflict(world);
  assert.match(
    (await page('bob', `/held/${held}`)).body,
    new RegExp(`href="/record/${id}/edit\\?held=${held}" data-key="e"`),
  );
  const url = `/record/${id}/edit?held=${held}`;
  const opened = await page('bob', url);
  assert.match(opened.body, /\$\$aOurs/);
  assert.match(opened.body, /name="base" value="1"/);
  const text = '24500 $$aOurs\n500__ $$an\n980__ $$aBOOK\n';
  const clash = await submit('bob', url, { do: 'save', base: '1', text });
  assert.equal(clash.statusCode, 409, 'others have changed it since');
  assert.match(clash.body, new RegExp(`action="/record/${id}/edit\\?held=${held}"`));
  assert.match((await page('bob', `/held/${held}`)).body, /data-key="e"/, 'it still waits');
  const saved = await submit('bob', url, { do: 'save', base: '2', text: text.replace('Ours', 'Both') });
  assert.equal(saved.statusCode, 303, saved.body);
  assert.match((await page('bob', `/held/${held}`)).body, /accepted by bob/);
  // That of another record is not decided with this one.
  const other = await conflict(world);
  await submit('bob', `/record/${id}/edit?held=${other.held}`, { do: 'save', base: '3', text });
  assert.match((await page('bob', `/held/${other.held}`)).body, /data-key="e"/);
});
