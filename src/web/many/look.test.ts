import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { findDuplicates } from '../../cataloguing/duplicates/find.ts';
import { applySite } from '../../library/apply-site.ts';
import { lookByRules, lookForDuplicates } from '../../library/walk-jobs.ts';
import { dataField } from '../../marc/record.ts';
import { deleteRecord } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import { currentSource } from '../../site/versions.ts';
import { createReader } from '../test-reader.ts';
import { field, type Name, openTestUploads, recordOf, send, type TestUploads, xmlOf } from '../uploads/test-uploads.ts';
import { toolsOf } from './test-tools.ts';

const rules = `
checks:
  - {name: blanks, what: trailing-space, fix: propose}
  - {name: title, what: mandatory, paths: [245__a], then: refuse, says: {en: Give it a title., fr: Donnez-lui un titre.}}
  - {name: kind, what: enum, paths: [980__a], values: [BOOK, ARTICLE, SECRET], then: hold}
  - {name: books, what: mandatory, paths: [300__a], where: {collection: Books}, on: [nightly, upload]}
  - {name: inside, what: mandatory, paths: [595__a], on: [editor, nightly]}
`;

let world: TestUploads;
let source: string;
before(async () => {
  world = await openTestUploads();
  source = (await currentSource(world.store.database)).source;
  await applySite(world.store.database, `${source}${rules}`);
  await world.library.refresh();
});
after(() => world.close());

const { readerAs, lines, work } = toolsOf(() => world);

test('rules tell each person of records that are theirs to change, and of nothing that is hidden', async () => {
  const book = await world.write(field('245', 'One '), field('595', 'inside '), field('980', 'BOOK'));
  const article = await world.write(field('245', 'Two '), field('595', 'x'), field('980', 'ARTICLE'));
  const secret = await world.write(field('245', 'zqxjvkw '), field('595', 'x'), field('980', 'SECRET'));
  const first = await lookByRules(world.library, {});
  assert.equal(first.records, 3);
  assert.equal((await lookByRules(world.library, {})).records, 0, 'what was seen is not looked at again');
  const open = async (name: Name, rule: string, more = '') =>
    (await readerAs(name).open(`/checks/${rule}${more}`)).body;
  const records = (body: string) =>
    [...body.matchAll(/<a href="\/record\/(\d+)">\d+<\/a>/g)].map((one) => Number(one[1]));
  assert.deepEqual(records(await open('boss', 'blanks')), [book, book, article, secret]);
  assert.deepEqual(records(await open('edda', 'blanks')), [book, article]);
  assert.deepEqual(records(await open('bob', 'blanks')), [book]);
  assert.deepEqual(records(await open('edda', 'inside')), []);
  assert.deepEqual(records(await open('edda', 'books')), [book], 'the rule is about books only');
  assert.doesNotMatch(await open('edda', 'blanks'), /zqxjvkw|inside /);
  assert.match((await readerAs('boss').open('/checks')).body, />4<span class="hidden"> Open: blanks/);
  assert.match((await readerAs('edda').open('/checks?ln=fr')).body, />2<span class="hidden"> Ouverts\s: blanks/);
  assert.equal((await readerAs('nobody').open('/checks')).statusCode, 403);
  assert.equal((await createReader(world.app).open('/checks')).statusCode, 303);
  assert.match((await readerAs('bob').open('/edit')).body, /2 findings of the rules/);
  const search = async (name: Name, text: string) => {
    const { body } = await readerAs(name).open(`/search?of=id&p=${encodeURIComponent(text)}`);
    return JSON.parse(body).sort();
  };
  assert.deepEqual(await search('boss', 'finding:blanks'), [book, article, secret]);
  assert.deepEqual(await search('edda', 'finding:blanks'), [book, article]);
  assert.deepEqual(await search('bob', 'finding:* and title:one'), [book]);
  assert.deepEqual(await search('edda', 'finding:inside'), [], 'what is hidden is not told');
  assert.deepEqual(await search('nobody', 'finding:blanks'), []);
  assert.match((await readerAs('bob').open('/checks/blanks')).body, /href="\/search\?p=finding:blanks"/);
  const all = await world.store.database.query<{ id: string; record: number }>(
    sql`SELECT id, record_id AS record FROM check_finding WHERE rule = 'blanks' ORDER BY record_id, id`,
  );
  const bob = readerAs('bob');
  await bob.open('/checks/blanks');
  const foreign = all.find(({ record }) => record === article)!;
  const answer = await bob.force('/checks/blanks', { wish: 'ignore', finding: foreign.id });
  assert.match(String(answer.headers['location']), /changed=0/);
  const own = all.find(({ record }) => record === book)!;
  await bob.force('/checks/blanks', { wish: 'ignore', finding: own.id });
  assert.deepEqual(records(await open('bob', 'blanks')), []);
  assert.deepEqual(records(await open('bob', 'blanks', '?state=ignored')), [book]);
  await lookByRules(world.library, {});
  await bob.force('/checks/blanks', { wish: 'reopen', finding: own.id });
  const edda = readerAs('edda');
  await edda.open('/checks/blanks');
  assert.equal(
    (await edda.force('/checks/blanks', { wish: 'fix-all' })).statusCode,
    409,
    'changing many is another right',
  );
  await bob.open('/checks/blanks');
  const made = await bob.force('/checks/blanks', { wish: 'fix-all' });
  const address = String(made.headers['location']);
  assert.match(address, /^\/edit\/many\/\d+$/);
  const page = await bob.open(address);
  assert.match(page.body, /1 of 1 selected records/);
  assert.deepEqual(await lines(book), ['245__ $$aOne ', '595__ $$ainside ', '980__ $$aBOOK'], 'nothing is written yet');
  await bob.force(address, { wish: 'apply', change: '0', record: String(book), shown: String(book) });
  await work();
  assert.deepEqual(await lines(book), ['245__ $$aOne', '595__ $$ainside ', '980__ $$aBOOK'], 'what is hidden stays');
  await lookByRules(world.library, {});
  assert.deepEqual(records(await open('boss', 'blanks')), [book, article, secret]);
  await deleteRecord(world.store.database, analyzerOf(world.library.snapshot().site), article, 'test');
  await world.library.refresh();
  assert.deepEqual(records(await open('edda', 'blanks')), [], 'a deleted record is not listed, before the next run');
  await lookByRules(world.library, {});
  const left = await world.store.database.query(sql`SELECT 1 FROM check_finding WHERE record_id = ${article}`);
  assert.equal(left.length, 0);
});

test('what comes in is refused, waits or is told of; the editor blocks only what is refused', async () => {
  const none = recordOf(field('500', 'no title'), field('980', 'BOOK'));
  const odd = recordOf(field('245', 'Odd'), field('980', 'ODD'));
  const blank = recordOf(field('245', 'Blank '), field('980', 'BOOK'));
  const sent = await send(world, 'POST', '/api/records?mode=insert', world.token('edda'), xmlOf(none, odd, blank));
  const { results } = sent.json();
  assert.deepEqual(
    results.map(({ outcome, code }: Record<string, unknown>) => [outcome, code]),
    [
      ['refused', 'REPERIO_RECORD_CHECK'],
      ['held', 'CHECK'],
      ['inserted', undefined],
    ],
  );
  assert.match(results[0].message, /^Record 1 is refused by rule title: 245__a is missing/);
  assert.match(results[0].hint, /Give it a title/);
  assert.deepEqual(results[1].findings, ['rule kind: 980__a: "ODD" is not one of the values allowed']);
  assert.match(results[2].warnings.join(), /rule blanks.*rule books/s);
  await world.library.refresh();
  const { id } = results[2];
  const held = await readerAs('boss').open(`/held/${results[1].held}`);
  assert.match(held.body, /ODD&quot; is not one of the values|"ODD" is not one/);
  const tag = { 'if-match': '"1"' };
  const put = await send(world, 'PUT', `/api/records/${id}`, { ...world.token('edda'), ...tag }, xmlOf(odd));
  assert.equal(put.statusCode, 202, put.body);
  const patch = await send(
    world,
    'PATCH',
    `/api/records/${id}`,
    { ...world.token('edda'), ...tag },
    xmlOf(recordOf(dataField('245', ' ', ' ', [{ code: 'b', value: 'no title' }]))),
  );
  assert.deepEqual([patch.statusCode, patch.json().code], [422, 'REPERIO_RECORD_CHECK'], 'with the rest of the record');
  assert.deepEqual((await lines(id))[0], '245__ $$aBlank ');
  const edda = readerAs('edda');
  await edda.open(`/record/${id}/edit`);
  const text = (title: string) => `245__ $$${title}\n980__ $$aODD\n`;
  const refused = await edda.force(`/record/${id}/edit`, { do: 'save', base: '1', text: text('bno title') });
  assert.equal(refused.statusCode, 422);
  assert.match(refused.body, /245__a is missing\. \(title\) Give it a title\./);
  assert.doesNotMatch(refused.body, /595/, 'who is not shown a field is not told that it is missing');
  const saved = await edda.force(`/record/${id}/edit`, { do: 'save', base: '1', text: text('aTitle ') });
  assert.equal(saved.statusCode, 303);
  const checked = await edda.force(`/record/${id}/edit`, { do: 'check', base: '2', text: text('aTitle ') });
  assert.match(checked.body, /Line 2, column 1:<\/b> 980__a: “ODD” is not one of the values allowed\. \(kind\)/);
});

test('a rule that is changed looks at all records again, and one that is gone leaves nothing', async () => {
  await applySite(
    world.store.database,
    `${source}${rules.replace('what: trailing-space', 'what: nfc').replace(/ {2}- \{name: inside.*\n/, '')}`,
  );
  await world.library.refresh();
  const { records } = await lookByRules(world.library, {});
  assert.ok(records >= 4);
  const rows = await world.store.database.query<{ rule: string }>(
    sql`SELECT DISTINCT rule FROM check_finding ORDER BY rule`,
  );
  assert.deepEqual(
    rows.map(({ rule }) => rule),
    ['books', 'kind'],
  );
});

test('duplicates are told to who may change both records, merged or said to be other works, also after a kill', async () => {
  const work = (title: string, kind: string, ...more: readonly (readonly [string, string])[]) =>
    world.write(
      field('100', 'Doe, Jane'),
      field('245', title),
      dataField('260', ' ', ' ', [{ code: 'c', value: '2001' }]),
      field('980', kind),
      ...more.map(([tag, value]) => field(tag, value)),
    );
  const one = await work('The étude of boats', 'BOOK');
  const two = await work('The Étude of Boats.', 'BOOK');
  const three = await work('The etude of boats', 'SECRET');
  await work('Another thing altogether', 'BOOK', ['595', 'x']);
  const isbn = [
    await work('Of ponds and of lakes', 'BOOK', ['020', '978-3-16-148410-0']),
    await work('Of ponds and of lakes', 'ARTICLE', ['020', '316148410X']),
  ];
  const { database } = world.store;
  // Killed behind its first part: nothing of it is lost, and nothing is told twice.
  const stop = new AbortController();
  await assert.rejects(
    findDuplicates(database, world.library.snapshot(), {
      signal: stop.signal,
      tell: () => stop.abort(new Error('killed')),
      atOnce: 3,
    }),
    /killed/,
  );
  const [again, beside] = await Promise.all([
    lookForDuplicates(world.library, {}),
    lookForDuplicates(world.library, {}),
  ]);
  assert.equal(Math.min(again.records, beside.records), 0, 'two at once take turns');
  const groups = (body: string) => [...body.matchAll(/<h2>Records ([\d, ]+)<\/h2>/g)].map((found) => found[1]);
  const seen = async (name: Name) => groups((await readerAs(name).open('/duplicates')).body);
  assert.deepEqual((await seen('boss')).sort(), [`${isbn[0]}, ${isbn[1]}`, `${one}, ${two}, ${three}`].sort());
  assert.deepEqual((await seen('edda')).sort(), [`${isbn[0]}, ${isbn[1]}`, `${one}, ${two}`].sort());
  assert.deepEqual(await seen('bob'), [`${one}, ${two}`]);
  assert.equal((await readerAs('nobody').open('/duplicates')).statusCode, 403);
  const bob = readerAs('bob');
  const page = await bob.open('/duplicates');
  assert.match(page.body, /1 group of records/);
  assert.doesNotMatch(page.body, new RegExp(`href="/merge/|/record/${three}"|Look for duplicates now`));
  assert.match((await bob.open('/edit')).body, /1 group of records may be the same/);
  assert.match((await readerAs('boss').open('/duplicates?ln=fr')).body, /titre 100\s%, auteurs 100\s%, même année/);
  assert.match((await readerAs('boss').open('/duplicates')).body, new RegExp(`href="/merge/${one}/${two}"`));
  assert.equal(
    (await bob.force('/duplicates', { wish: 'not-same', a: String(one), b: String(three) })).statusCode,
    404,
  );
  await bob.open('/duplicates');
  await bob.force('/duplicates', { wish: 'not-same', a: String(two), b: String(one) });
  assert.deepEqual(await seen('bob'), []);
  await lookForDuplicates(world.library, {});
  assert.deepEqual(await seen('bob'), [], 'it is remembered');
  assert.match((await readerAs('edda').open('/duplicates')).body, /Not the same, as somebody said[\s\S]*bob/);
  await bob.open('/duplicates');
  await bob.force('/duplicates', { wish: 'same', a: String(one), b: String(two) });
  assert.deepEqual(await seen('bob'), [`${one}, ${two}`]);
  await deleteRecord(database, analyzerOf(world.library.snapshot().site), two, 'test');
  await world.library.refresh();
  assert.deepEqual(await seen('bob'), [], 'one that is deleted is not listed');
  assert.equal((await lookForDuplicates(world.library, {})).records, 1);
});
