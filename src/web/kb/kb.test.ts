import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { addBase, setPlaces } from '../../knowledge/bases.ts';
import { importEntries, setEntry } from '../../knowledge/entries.ts';
import { applyKnowledge, applySite } from '../../library/apply-site.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { readRecord } from '../../records/history.ts';
import { currentSite, currentSource } from '../../site/versions.ts';
import { createReader } from '../test-reader.ts';
import { field, type Name, openTestUploads, readerOf, type TestUploads } from '../uploads/test-uploads.ts';

let world: TestUploads;

before(async () => {
  world = await openTestUploads();
});
after(() => world.close());

const readerAs = (name: Name) => readerOf(world, name);
const exported = async (query: string, name?: Name) => {
  const headers = name === undefined ? {} : world.session(name);
  return await world.app.inject({ url: `/kb/export?${query}`, headers });
};
const none = { knowledge: {}, libraryBases: [] };

test('a base is made, written and deleted on pages by who may; nobody else learns of them', async () => {
  assert.equal((await createReader(world.app).open('/kb')).statusCode, 303);
  assert.equal((await readerAs('edda').open('/kb')).statusCode, 403);
  const boss = readerAs('boss');
  await boss.open('/kb/new');
  assert.equal((await boss.force('/kb', { name: 'a/b', kind: 'written' })).statusCode, 422);
  const made = await boss.send('/kb', { name: 'journals', kind: 'written', description: '<i>x</i>' });
  assert.equal(made.headers['location'], '/kb/journals', made.body);
  assert.equal((await boss.force('/kb', { name: 'journals', kind: 'written' })).statusCode, 409);
  await boss.open('/kb/journals');
  const set = (more: Readonly<Record<string, string>>) => boss.force('/kb/journals', { do: 'entry', ...more });
  assert.equal((await set({ key: 'PRL', value: 'Phys. Rev. Lett.' })).statusCode, 303);
  assert.equal(
    (await set({ key: 'PRL', value: 'Other', was: 'Seen before' })).statusCode,
    409,
    'another one changed it',
  );
  const empty = await set({ key: '', value: 'kept' });
  assert.equal(empty.statusCode, 422);
  assert.match(empty.body, /name="value" type="text" value="kept"/);
  const text = 'key,value\nPRD,"Phys. Rev., D"\nPRL,Phys. Rev. Lett.\nNPB,Nucl. Phys.';
  assert.equal(
    (await boss.force('/kb/journals', { do: 'import', text })).headers['location'],
    '/kb/journals?done=imported',
  );
  const page = await boss.open('/kb/journals?q=phys&ln=fr');
  assert.match(page.body, /3 entrées/);
  assert.match(page.body, /&lt;i&gt;x&lt;\/i&gt;/);
  assert.match((await boss.open('/kb/journals?key=PRL&ln=en')).body, /name="was" value="Phys. Rev. Lett."/);
  assert.equal((await boss.force('/kb/journals', { do: 'remove-entry', key: 'NPB' })).statusCode, 303);
  assert.equal((await boss.force('/kb/journals', { do: 'remove-entry', key: 'NPB' })).statusCode, 422);
});

test('programs read it as those of Invenio do', async () => {
  assert.equal((await exported('kbname=journals')).body, 'PRL---Phys. Rev. Lett.\nPRD---Phys. Rev., D\n');
  assert.deepEqual((await exported('kbname=journals&format=json&term=LETT')).json(), [
    { label: 'Phys. Rev. Lett.', value: 'PRL' },
  ]);
  assert.deepEqual((await exported('kbname=journals&format=jquery&term=phys&searchtype=e')).json(), []);
  assert.equal((await exported('kbname=journals&format=kba&limit=1')).body, 'Phys. Rev. Lett.\n');
  assert.equal((await exported('kbname=journals&format=kbr&searchkey=prd')).body, 'PRD---Phys. Rev., D\n');
  assert.match((await exported('kbname=journals&format=skos')).body, /<skos:altLabel>PRL<\/skos:altLabel>/);
  assert.equal((await exported('kbname=journal')).statusCode, 404);
  assert.match((await exported('kbname=journal')).body, /did you mean journals/);
  for (const bad of ['', 'kbname=', 'kbname=journals&searchtype=x', 'kbname=journals&limit=0'])
    assert.equal((await exported(bad)).statusCode, 400, bad);
});

test('a dynamic base has the values of records that who asks may see, never hidden ones', async () => {
  await world.write(field('245', 'One'), field('650', 'Öpen'), field('595', 'inside'), field('980', 'BOOK'));
  await world.write(field('245', 'Two'), field('650', 'Opera'), field('980', 'ARTICLE'));
  await world.write(field('245', 'Three'), field('650', 'Opaque'), field('980', 'SECRET'));
  const { database } = world.store;
  await database.transaction(async (transaction) => {
    const make = (name: string, path: string, question: string) =>
      addBase(transaction, none, name, { kind: 'dynamic', path, question, by: undefined });
    await make('subjects', '650__a', '');
    await make('of books', '650__a', '980__a:BOOK');
    await make('of one', '650__a', 'title:%');
    await make('hidden', '595__a', '');
    await setPlaces(transaction, 'subjects', ['650__a']);
  });
  const values = async (name: string, who?: Name, more = '') =>
    (await exported(`kbname=${encodeURIComponent(name)}&format=json${more}`, who)).json();
  assert.deepEqual(await values('subjects'), ['Opera', 'Öpen']);
  assert.deepEqual(await values('subjects', 'boss'), ['Opaque', 'Opera', 'Öpen']);
  assert.deepEqual(await values('of books'), ['Öpen']);
  assert.deepEqual(await values('of one', undefined, '&term=two'), ['Opera'], 'the term in the question');
  assert.deepEqual(await values('subjects', undefined, '&term=open&searchtype=sw'), ['Öpen']);
  assert.deepEqual(await values('hidden'), []);
  assert.deepEqual(await values('hidden', 'boss'), ['inside']);
  // In the editor, as it is written in records.
  const suggested = async (who: Name) => {
    const answer = await world.app.inject({ url: '/edit/suggest?path=650%25%25a&q=op', headers: world.session(who) });
    return (answer.json().values as { text: string }[]).map(({ text }) => text).sort();
  };
  assert.deepEqual(await suggested('edda'), ['Opera', 'Öpen']);
  assert.deepEqual(await suggested('boss'), ['Opaque', 'Opera', 'Öpen']);
});

test('the editor suggests what stands in a base before what stands in records; a taxonomy by any of its labels', async () => {
  const { database } = world.store;
  await database.transaction(async (transaction) => {
    await setPlaces(transaction, 'journals', ['245a']);
    await addBase(transaction, none, 'terms', { kind: 'taxonomy', by: undefined });
    const entries = [
      { key: 'parton', value: 'quark', concept: 'q' },
      { key: 'quark', value: 'quark', concept: 'q' },
    ];
    await importEntries(transaction, { base: 'terms', by: undefined }, entries, { replace: false });
    await setPlaces(transaction, 'terms', ['245a']);
  });
  const suggested = async (q: string) => {
    const answer = await world.app.inject({
      url: `/edit/suggest?path=245%25%25a&q=${q}`,
      headers: world.session('boss'),
    });
    return answer.json().values;
  };
  assert.deepEqual(await suggested('par'), [{ text: 'quark', base: 'terms', key: 'parton' }]);
  assert.deepEqual(await suggested('PRL'), [{ text: 'Phys. Rev. Lett.', base: 'journals', key: 'PRL' }]);
  assert.deepEqual(await suggested('tw'), [{ text: 'Two', count: 1 }]);
  await database.transaction((transaction) =>
    setEntry(transaction, { base: 'journals', by: 'x' }, { key: 'PRL', value: 'Physical Review Letters' }),
  );
  assert.equal((await suggested('PRL'))[0].text, 'Physical Review Letters', 'as it is now');
});

test('a task replaces by a base what the preview showed, whatever becomes of the base', async () => {
  const id = await world.write(field('245', 'Four'), field('773', 'PRD'), field('773', 'prd'), field('980', 'BOOK'));
  const boss = readerAs('boss');
  await boss.open('/edit/many');
  const task = 'actions: [{ on: 773, do: map-by-knowledge, subfield: a, base: journals, ignore-case: true }]';
  const unknown = await boss.force('/edit/many', { numbers: String(id), task: task.replace('journals', 'jornals') });
  assert.match(unknown.body, /did you mean journals/);
  const dynamic = await boss.force('/edit/many', { numbers: String(id), task: task.replace('journals', 'subjects') });
  assert.equal(dynamic.statusCode, 409);
  await boss.open('/edit/many');
  const page = await boss.sendAndFollow('/edit/many', { numbers: String(id), task });
  assert.match(page.body, /\$\$aPRD → \$\$aPhys\. Rev\., D/);
  await world.store.database.transaction((transaction) =>
    setEntry(transaction, { base: 'journals', by: 'x' }, { key: 'PRD', value: 'Something else' }),
  );
  const { jobKinds } = await import('../../library/job-kinds.ts');
  const { database, url } = world.store;
  await boss.open('/edit/many/1');
  assert.match(String((await boss.force('/edit/many/1', { wish: 'apply', change: '0' })).headers['location']), /jobs/);
  const [job] = await database.query<{ id: number; given: Record<string, unknown> }>(
    sql`UPDATE job SET state = 'done' WHERE state = 'waiting' RETURNING id, arguments AS given`,
  );
  const kind = jobKinds(database, url, world.settings).find((one) => one.name === 'change-set')!;
  await kind.run({
    ...{ id: job!.id, name: '', person: 'boss', arguments: job!.given, checkpoint: undefined },
    ...{ signal: new AbortController().signal, log: () => undefined, tell: () => undefined },
    ...{ keep: async () => undefined, attach: async () => undefined, file: () => Promise.reject(new Error('none')) },
  });
  const lines = (await readRecord(database, id)).record.fields.map(lineOf);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('773')),
    ['773__ $$aPhys. Rev., D', '773__ $$aprd'],
  );
});

test('the site uses a base of the library as it was applied; a change is applied when somebody says so', async () => {
  const { database } = world.store;
  const { source } = await currentSource(database);
  const text = source
    .replace(
      'title: {paths: ["245__%"], index: {tokenizer: text,',
      (start) => `${start} synonyms: {base: terms, match: exact},`,
    )
    .concat('knowledge: {terms: library}\n');
  await assert.rejects(applySite(database, text.replaceAll('terms', 'nothing')), /no knowledge base of this name/);
  await assert.rejects(applySite(database, text.replaceAll('terms', 'subjects')), /dynamic/);
  await applySite(database, text);
  assert.deepEqual((await currentSite(database)).site.knowledge['terms'], { parton: 'quark', quark: 'quark' });
  await world.library.refresh();
  const boss = readerAs('boss');
  assert.match((await boss.open('/kb/terms')).body, /The site file uses it as it is here/);
  const more = [
    { key: 'gluon', value: 'gluon' },
    { key: 'glue', value: 'gluon' },
  ];
  await database.transaction((transaction) =>
    importEntries(transaction, { base: 'terms', by: undefined }, more, { replace: false }),
  );
  assert.match((await boss.open('/kb/terms')).body, /indexed by this base/);
  assert.match((await boss.open('/kb/terms?apply=1')).body, /records would be indexed again/);
  assert.deepEqual(Object.keys((await currentSite(database)).site.knowledge['terms']!), ['parton', 'quark'], 'not yet');
  assert.equal((await boss.force('/kb/terms', { do: 'remove' })).statusCode, 409);
  assert.equal((await boss.force('/kb/terms', { do: 'apply' })).headers['location'], '/kb/terms?done=applied');
  assert.deepEqual((await currentSite(database)).site.knowledge['terms'], { gluon: 'gluon', glue: 'gluon' });
  assert.equal((await applyKnowledge(database)).changed, false);
  assert.equal((await boss.force('/kb/journals', { do: 'remove' })).headers['location'], '/kb?done=gone');
  assert.equal((await boss.open('/kb/journals')).statusCode, 404);
});
