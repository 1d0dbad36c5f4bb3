import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { addBase } from '../../knowledge/bases.ts';
import { setEntry } from '../../knowledge/entries.ts';
import { applySite } from '../../library/apply-site.ts';
import { lookByRules } from '../../library/walk-jobs.ts';
import { readRecord } from '../../records/history.ts';
import { currentSource } from '../../site/versions.ts';
import { field, openTestUploads, recordOf, send, type TestUploads, xmlOf } from '../uploads/test-uploads.ts';
import { toolsOf } from './test-tools.ts';

/** What rules say stands wherever a record is written: by change sets, merges and restores too. */
const rules = `
knowledge:
  kinds: library
checks:
  - {name: title, what: mandatory, paths: [245__a], then: refuse}
  - {name: language, what: enum, paths: [041__a], values: [eng, fre], then: hold}
  - {name: kind, what: enum, paths: [655__a], base: kinds, then: refuse}
  - {name: blanks, what: trailing-space}
`;

let world: TestUploads;
before(async () => {
  world = await openTestUploads();
  const { database } = world.store;
  const { site } = world.library.snapshot();
  await database.transaction(async (transaction) => {
    await addBase(transaction, site, 'kinds', { by: 'boss' });
    await setEntry(transaction, { base: 'kinds', by: 'boss' }, { key: 'map', value: 'Map' });
  });
  await applySite(database, `${(await currentSource(database)).source}${rules}`);
  await world.library.refresh();
});
after(() => world.close());

const { readerAs, lines, work } = toolsOf(() => world);

async function changeAll(task: string): Promise<{ readonly set: number; readonly log: readonly string[] }> {
  const bob = readerAs('bob');
  await bob.open('/edit/many');
  const page = await bob.sendAndFollow('/edit/many', { query: '', task: `actions:\n  - ${task}\n` });
  const [, set] = /action="\/edit\/many\/(\d+)"/.exec(page.body)!;
  const all = (name: string) => [...page.body.matchAll(new RegExp(`name="${name}" value="(\\d+)"`, 'g'))];
  const form = new URLSearchParams({ wish: 'apply' });
  for (const name of ['change', 'record', 'shown']) for (const [, value] of all(name)) form.append(name, value!);
  const token = /name="form" value="([^"]*)"/.exec(page.body)![1]!;
  form.append('form', token);
  const sent = await world.app.inject({
    ...{ method: 'POST', url: `/edit/many/${set}`, payload: form.toString() },
    headers: { ...world.session('bob'), 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.match(String(sent.headers.location), /^\/jobs\/\d+$/, sent.body);
  return { set: Number(set), log: await work() };
}

test('a change set writes what rules allow, holds what waits, and says what is refused; taken back it is as before', async () => {
  const plain = await world.write(field('245', 'One'), field('500', 'x'), field('980', 'BOOK'));
  const noted = await world.write(field('245', 'Two'), field('980', 'BOOK'));
  const before = await lines(plain);
  const { set, log } = await changeAll('{ on: 500, do: replace-text, subfield: a, is: x, with: "y " }');
  assert.deepEqual(log, [`Record ${plain} breaks rule blanks: 500__a: "y " begins or ends with a blank.`]);
  assert.equal((await lines(plain))[1], '500__ $$ay ');
  const without = await changeAll('{ on: 245, do: delete-field }');
  assert.equal(without.log.length, 2);
  assert.match(without.log[0]!, new RegExp(`^Refused: Record ${plain} is refused by rule title: 245__a is missing`));
  assert.deepEqual(await lines(noted), ['245__ $$aTwo', '980__ $$aBOOK']);
  const outcomes = await world.store.database.query<{ outcome: string }>(
    sql`SELECT outcome FROM change_set_record WHERE change_set_id = ${without.set} ORDER BY record_id`,
  );
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ['refused', 'refused'],
  );
  const odd = await changeAll('{ on: 041, do: add-field, subfields: [a: xyz] }');
  const held = await world.store.database.query<{ record: number; reason: string }>(
    sql`SELECT record_id AS record, reason FROM held WHERE source = ${`change set ${odd.set}`} ORDER BY record_id`,
  );
  assert.deepEqual(held, [
    { record: plain, reason: 'CHECK' },
    { record: noted, reason: 'CHECK' },
  ]);
  const bob = readerAs('bob');
  await bob.open(`/edit/many/${set}`);
  await bob.force(`/edit/many/${set}`, { wish: 'undo' });
  await work();
  assert.deepEqual(await lines(plain), before);
});

test('a merge that a rule refuses leaves both as they are; one that would wait says so and is done', async () => {
  const one = await world.write(field('500', 'no title'), field('980', 'BOOK'));
  const other = await world.write(field('020', '316148410X'), field('980', 'BOOK'));
  const merge = (a: number, b: number) =>
    world.app.inject({
      ...{
        method: 'POST',
        url: '/api/merges',
        headers: { ...world.token('boss'), 'content-type': 'application/json' },
      },
      payload: JSON.stringify({ survivor: a, other: b }),
    });
  const refused = await merge(one, other);
  assert.deepEqual([refused.statusCode, refused.json().code], [422, 'REPERIO_RECORD_CHECK'], refused.body);
  assert.equal((await readRecord(world.store.database, other)).deleted, false);
  const odd = await world.write(field('041', 'xyz'), field('245', 'Three '), field('980', 'BOOK'));
  const merged = await merge(odd, other);
  assert.equal(merged.statusCode, 200, merged.body);
  assert.match(merged.json().warnings.join(' '), /rule blanks.*rule language: 041__a: "xyz" is not one of the values/s);
});

test('an earlier version is looked at when it is brought back, and waits when a rule says so', async () => {
  const bad = await world.write(field('500', 'no title'), field('980', 'BOOK'));
  const odd = await world.write(field('041', 'xyz'), field('245', 'Four'), field('980', 'BOOK'));
  const good = xmlOf(recordOf(field('245', 'Good'), field('980', 'BOOK')));
  for (const id of [bad, odd]) {
    const put = await send(world, 'PUT', `/api/records/${id}`, { ...world.token('edda'), 'if-match': '"1"' }, good);
    assert.equal(put.statusCode, 200, put.body);
  }
  await world.library.refresh();
  const restore = (id: number) => send(world, 'POST', `/api/records/${id}/revisions/1/restore`, world.token('edda'));
  const refused = await restore(bad);
  assert.deepEqual([refused.statusCode, refused.json().code], [422, 'REPERIO_RECORD_CHECK']);
  const held = await restore(odd);
  assert.deepEqual([held.statusCode, held.json().code], [202, 'CHECK'], held.body);
  assert.equal((await lines(odd))[0], '245__ $$aGood');
  const edda = readerAs('edda');
  await edda.open(`/record/${odd}/history`);
  const page = await edda.force(`/record/${odd}/restore`, { revision: '1' });
  assert.match(String(page.headers.location), /^\/held\/\d+$/);
  // Who decides of it has seen what the rule says.
  const accepted = await world.app.inject({
    ...{ method: 'POST', url: `/api/held/${held.json().held}` },
    headers: { ...world.token('edda'), 'content-type': 'application/json' },
    payload: '{"do":"accept","side":"ours"}',
  });
  assert.equal(accepted.statusCode, 200, accepted.body);
  assert.equal((await lines(odd))[0], '041__ $$axyz');
});

test('who is not shown a field brings back what they see of a version, and leaves the field as it is', async () => {
  const id = await world.write(field('245', 'Old'), field('595', 'secret of old'), field('980', 'BOOK'));
  const now = xmlOf(recordOf(field('245', 'New'), field('595', 'secret of now'), field('980', 'BOOK')));
  const tag = { 'if-match': '"1"' };
  await send(world, 'PUT', `/api/records/${id}`, { ...world.token('boss'), ...tag }, now);
  await world.library.refresh();
  await send(world, 'POST', `/api/records/${id}/revisions/1/restore`, world.token('edda'));
  assert.deepEqual(await lines(id), ['245__ $$aOld', '595__ $$asecret of now', '980__ $$aBOOK']);
  await send(world, 'POST', `/api/records/${id}/revisions/1/restore`, world.token('boss'));
  assert.deepEqual(await lines(id), ['245__ $$aOld', '595__ $$asecret of old', '980__ $$aBOOK']);
});

test('a value that is added to a base of the library is allowed at once, here and in the editor', async () => {
  const { database } = world.store;
  const globe = xmlOf(recordOf(field('245', 'Globe'), field('655', 'globe'), field('980', 'BOOK')));
  const insert = async () =>
    (await send(world, 'POST', '/api/records?mode=insert', world.token('edda'), globe)).json().results[0];
  assert.equal((await insert()).code, 'REPERIO_RECORD_CHECK');
  const edda = readerAs('edda');
  await edda.open('/record/new');
  const checked = async () =>
    (await edda.force('/record/new', { do: 'check', text: '245__ $$aGlobe\n655__ $$aglobe\n980__ $$aBOOK\n' })).body;
  assert.match(await checked(), /655__a: “globe” is not one of the values/);
  await setEntry(database, { base: 'kinds', by: 'boss' }, { key: 'globe', value: 'Globe' });
  assert.equal((await insert()).outcome, 'inserted');
  assert.doesNotMatch(await checked(), /“globe” is not one of/);
  await lookByRules(world.library, {});
  const found = () => database.query(sql`SELECT 1 FROM check_finding WHERE rule = 'kind'`);
  assert.equal((await found()).length, 0);
  await database.query(sql`DELETE FROM knowledge_entry WHERE key = 'globe'`);
  await setEntry(database, { base: 'kinds', by: 'boss' }, { key: 'atlas', value: 'Atlas' });
  await world.library.refresh();
  await lookByRules(world.library, {});
  assert.equal((await found()).length, 1, 'a value that is gone is found in all records');
});

test('a preview says how many records rules would refuse or hold, the first with reasons, before anything is applied', async () => {
  const several = Array.from({ length: 22 }, (_, place) =>
    world.write(field('245', `Leaf ${place}`), field('041', 'eng'), field('490', 'leaves'), field('980', 'BOOK')),
  );
  const ids = (await Promise.all(several)).toSorted((a, b) => a - b);
  const untitled = await world.write(field('245', 'Branch'), field('490', 'leaves'), field('980', 'BOOK'));
  const task = `actions:
  - { on: 041, do: replace-text, subfield: a, is: eng, with: xxx }
  - { on: 245, where: { subfield: a, is: Branch }, do: delete-field }
`;
  const bob = readerAs('bob');
  await bob.open('/edit/many');
  const page = await bob.sendAndFollow('/edit/many', { query: 'series:leaves or 490:leaves', task });
  const [, set] = /action="\/edit\/many\/(\d+)"/.exec(page.body)!;
  assert.match(page.body, /1 record would be refused\. 22 records would wait for a decision\./);
  assert.match(page.body, /rule language: 041__a/);
  assert.match(page.body, /rule title: 245__a is missing/);
  assert.match(page.body, /And 2 more\./);
  assert.ok(page.body.indexOf('would be refused') < page.body.indexOf('value="apply"'));
  assert.match((await bob.open(`/edit/many/${set}?ln=fr`)).body, /1 notice serait refusée\. 22 notices attendraient/);
  const told = await send(world, 'GET', `/api/change-sets/${set}`, world.session('bob'));
  const { rules: ruled } = told.json();
  assert.deepEqual([ruled.refused, ruled.held, ruled.first.length], [1, 22, 21]);
  assert.deepEqual(
    ruled.first.filter(({ outcome }: { outcome: string }) => outcome === 'refused'),
    [{ id: untitled, outcome: 'refused', reasons: ['rule title: 245__a is missing'] }],
  );
  assert.equal(ruled.first[0].id, ids[0]);
  await bob.open('/edit/many');
  const fine = await bob.sendAndFollow('/edit/many', {
    query: '490:leaves',
    task: 'actions:\n  - { on: 490, do: replace-text, contains: leaves, with: fruits }\n',
  });
  assert.doesNotMatch(fine.body, /would be refused|would wait/);
});
