import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { field } from '../../formats/test-records.ts';
import { dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { parseSite } from '../../site/parse.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const { site } = parseSite(`extends: default
site: {name: L, hidden-paths: ["595", "500__x"]}
collections:
  - name: L
    children:
      - {name: Books, query: '980__a:"BOOK"'}
      - {name: Papers, query: '980__a:"PAPER"'}
      - {name: Secret, query: '980__a:"SECRET"', restricted: true}
      - {name: Sealed, query: 'recid:4', restricted: true}
roles:
  editor: {may: [{action: runbibedit}]}
  bookish: {may: [{action: runbibedit, collection: Books}]}
  boss: {may: everything}
`);

const record = (kind: string, title: string, ...more: readonly Field[]): MarcRecord => ({
  leader: '00000nam a2200000 a 4500',
  fields: [field('245__', `$a${title}`), ...more, field('980__', `$a${kind}`)],
});

/** Not all of it is read. */
const tooMany = Array.from({ length: 100_001 }, (_, i) => ({ code: 'a', value: String(i) }));

let store: TestDatabase;
let people: WebPeople & { readonly access: { close(): Promise<void> } };
let app: FastifyInstance;
const readers: Record<string, Reader> = {};

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  app = createApp(
    memoryLibrary(
      site!,
      [
        record('BOOK', 'A lamp', field('500__', '$anote$xzqxjvkwnow'), field('700__', '$aNew, N')),
        record('PAPER', 'A paper'),
        record('SECRET', 'zqxjvkwtitle'),
        record('PAPER', 'zqxjvkwsealed', field('980__', '$cDELETED')),
      ],
      'history',
      [
        [
          record('BOOK', 'A lmap', field('500__', '$anote$xzqxjvkwold'), field('595__', '$azqxjvkwpaid')),
          record('SECRET', 'zqxjvkwonce secret'),
        ],
        [record('PAPER', 'A papre'), undefined, undefined],
        [record('SECRET', 'zqxjvkwtitle', dataField('500', ' ', ' ', tooMany))],
      ],
    ),
    { people },
  );
  for (const name of ['editor', 'bookish', 'boss', 'nobody']) {
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles: name === 'nobody' ? [] : [name] },
      ...{ state: 'active', origin: 'operator' },
    });
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    await reader.send('/account/sign-in', { name, password: testPassword });
    readers[name] = reader;
  }
  readers['guest'] = createReader(app);
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

test('versions are for those who may edit the record; others are told nothing of them', async () => {
  const status = async (name: string, address: string) => (await readers[name]!.open(address)).statusCode;
  for (const name of ['guest', 'nobody'])
    for (const address of ['/record/1/history', '/record/1/history/1', '/record/3/history', '/record/99/history'])
      assert.equal(await status(name, address), 403, `${name} ${address}`);
  for (const name of ['guest', 'nobody'])
    assert.doesNotMatch((await readers[name]!.open('/record/1')).body, /\/record\/1\/history/);
  for (const name of ['editor', 'bookish', 'boss'])
    assert.match((await readers[name]!.open('/record/1')).body, /href="\/record\/1\/history"[^>]*>History/);
  assert.equal(await status('bookish', '/record/2/history'), 403, 'of another collection');
  assert.equal(await status('editor', '/record/2/history'), 200);
  assert.equal(await status('editor', '/record/3/history'), await status('editor', '/record/99/history'));
  assert.equal(await status('editor', '/record/1/history/9'), 404);
});

test('a version that was in a restricted collection, and hidden fields of any, are shown to those only who may see them', async () => {
  for (const name of ['editor', 'bookish']) {
    const list = (await readers[name]!.open('/record/1/history')).body;
    assert.deepEqual(
      [...list.matchAll(/href="\/record\/1\/history\/(\d)"/g)].map(([, revision]) => revision),
      ['3', '1'],
      name,
    );
    for (const more of ['2', '3?with=2', '1?with=2', '2?of=xm'])
      assert.equal((await readers[name]!.open(`/record/1/history/${more}`)).statusCode, 404, more);
    for (const more of ['', '/1', '/3', '/3?with=1', '/1?with=3', '/1?of=xm', '/1?of=tm', '/3?of=xm']) {
      const { statusCode, body } = await readers[name]!.open(`/record/1/history${more}`);
      assert.equal(statusCode, 200, more);
      assert.doesNotMatch(body, /zqxjvkw/, `${name} ${more}`);
    }
  }
  const boss = readers['boss']!;
  const old = await boss.open('/record/1/history/1?of=xm');
  assert.match(old.body, /zqxjvkwpaid/);
  assert.match(String(old.headers['cache-control']), /private/);
  assert.match((await boss.open('/record/1/history/2')).body, /zqxjvkwonce secret/);
});

test('a version says who made it and how, and what is otherwise in it, field by field', async () => {
  const editor = readers['editor']!;
  const list = (await editor.open('/record/1/history')).body;
  assert.match(list, /<td>ada<\/td><td>load of <bdi>some\.xml<\/bdi> \(<code>replace<\/code>\)/);
  const boss = readers['boss']!;
  assert.match((await boss.open('/record/1/history')).body, /<td>version 1 restored<\/td>/);
  assert.match((await boss.open('/record/1/history?ln=fr')).body, /<td>version 1 rétablie<\/td>/);
  assert.match(list, />3<\/a> <span class="muted">current/);
  const { body } = await editor.open('/record/1/history/3?with=1');
  assert.match(body, /<h3>Changes since version 1<\/h3>/);
  const text = body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  assert.match(text, /245 __ − removed \$\$a A lmap/);
  assert.match(text, /245 __ \+ added \$\$a A lamp/);
  assert.match(text, /700 __ \+ added \$\$a New, N/);
  assert.match(body, /<del><b>\$\$a<\/b> <bdi>A lmap<\/bdi><\/del>/);
  assert.match(body, /<ins><b>\$\$a<\/b> <bdi>New, N<\/bdi><\/ins>/);
  assert.doesNotMatch(
    body.split('MARC of this version')[0]!,
    /<th scope="row">500/,
    'what is otherwise in it is hidden',
  );
  assert.match(body, /<h2>MARC of this version<\/h2>/);
  assert.match(text, / by [a-z]+: load of /);
  const french = (await editor.open('/record/1/history/3?with=1&ln=fr')).body;
  assert.match(french, /Modifications depuis la version 1/);
  assert.match(french.replace(/<[^>]+>/g, ''), / par [a-z]+\u00a0: chargement de /);
});

test('where versions between are gone, those that are left are listed, shown and compared with each other', async () => {
  const editor = readers['editor']!;
  const list = (await editor.open('/record/2/history?ln=en')).body;
  assert.deepEqual(
    [...list.matchAll(/href="\/record\/2\/history\/(\d)"/g)].map(([, revision]) => revision),
    ['4', '1'],
  );
  assert.match(list, />4<\/a> <span class="muted">current/);
  assert.doesNotMatch(list, /load of/, 'what wrote the versions that are gone did not write the one after them');
  const { statusCode, body } = await editor.open('/record/2/history/4');
  assert.equal(statusCode, 200);
  assert.match(body, /<h3>Changes since version 1<\/h3>/);
  assert.match(body, /max="4"/);
  assert.match((await editor.open('/record/2/history/1')).body, /A papre/);
  for (const more of ['2', '3', '4?with=2']) {
    assert.equal((await editor.open(`/record/2/history/${more}`)).statusCode, 404, more);
  }
});

test('a record of a collection that is restricted by numbers is nothing to others when it is deleted too', async () => {
  for (const name of ['guest', 'editor']) {
    const [sealed, none] = [await readers[name]!.open('/record/4'), await readers[name]!.open('/record/99')];
    assert.equal(sealed.statusCode, none.statusCode, name);
  }
  assert.equal((await readers['boss']!.open('/record/4')).statusCode, 410);
});

test('a version that is too large to be read whole is compared with none: the rest would stand there as removed', async () => {
  const { statusCode, body } = await readers['boss']!.open('/record/3/history/2?ln=en');
  assert.equal(statusCode, 200);
  assert.match(body, /The record is very large/);
  assert.doesNotMatch(body, /Changes since version|No difference/);
});

test('each line of a record has the version since which it is so, as far as the reader may see them', async () => {
  const lines = async (name: string) => {
    const { body } = await readers[name]!.open('/record/1/history?lines=1&ln=en');
    assert.match(body, /Who changed each line/);
    const rows = [...body.matchAll(/<th scope="row"[^>]*><bdi dir="ltr">([^<]*)<\/bdi><\/th>.*?history\/(\d)"/gs)];
    return Object.fromEntries(rows.map(([, text, revision]) => [text!, Number(revision)]));
  };
  const editor = await lines('editor');
  assert.equal(editor['245__ $$aA lamp'], 3);
  assert.equal(editor['500__ $$anote'], 1, 'what is hidden in it was changed, which they do not learn');
  assert.equal(editor['980__ $$aBOOK'], 1);
  assert.ok(!Object.keys(editor).some((text) => text.includes('zqxjvkw')));
  const boss = await lines('boss');
  assert.equal(boss['500__ $$anote$$xzqxjvkwnow'], 3);
  assert.equal(boss['980__ $$aBOOK'], 3, 'it was a paper in between');
});
