import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { controlField, type Field, type MarcRecord } from '../../marc/record.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import { readRecord } from '../../records/history.ts';
import { deleteRecord, writeRecords } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import { openTestEditor, type TestEditor, textIn } from './test-editor.ts';

let editor: TestEditor;
before(async () => {
  editor = await openTestEditor();
});
after(() => editor.close());

const record = (kind: string, title: string, ...more: readonly Field[]): MarcRecord => ({
  leader: '00000nam a2200000 a 4500',
  fields: [field('245__', `$a${title}`), ...more, field('980__', `$a${kind}`)],
});
async function made(...given: Parameters<typeof record>): Promise<number> {
  return (await editor.add(record(...given)))[0]!;
}
const now = async (id: number): Promise<string> =>
  toCompleteTextMarc((await readRecord(editor.store.database, id)).record);
const addressOf = (id: number): string => `/record/${id}/edit`;

/** Opens the editor and gives its text. */
async function opened(name: string, id: number): Promise<string> {
  const { statusCode, body } = await editor.reader(name).open(addressOf(id));
  assert.equal(statusCode, 200, body);
  return textIn(body);
}

test('the editor is for those who may edit the record; others learn nothing of it', async () => {
  const [book, paper, secret] = [await made('BOOK', 'B'), await made('PAPER', 'P'), await made('SECRET', 'S')];
  const status = async (name: string, id: number) => (await editor.reader(name).open(addressOf(id))).statusCode;
  for (const id of [book, secret, 9999]) {
    assert.equal(await status('guest', id), 303);
    assert.equal(await status('nobody', id), 403);
  }
  assert.equal(await status('bookish', book), 200);
  assert.equal(await status('bookish', paper), 403);
  for (const name of ['ada', 'bookish']) assert.equal(await status(name, secret), 404);
  assert.equal(await status('boss', secret), 200);
  // Back to what else waits for them: in the head of the editor, beside the menu.
  assert.match((await editor.reader('bookish').open(addressOf(book))).body, /<header><h1>.*<a href="\/edit">/);
  const link = /href="\/record\/\d+\/edit"/;
  for (const [name, sees] of [
    ['ada', true],
    ['bookish', true],
    ['nobody', false],
    ['guest', false],
  ] as const)
    assert.equal(link.test((await editor.reader(name).open(`/record/${book}`)).body), sees, name);
  assert.doesNotMatch((await editor.reader('bookish').open(`/record/${paper}`)).body, link);
  const sent = await editor.reader('nobody').force(addressOf(book), { text: 'x', do: 'save', base: '1' });
  assert.equal(sent.statusCode, 403);
});

test('a record is saved as it was typed, with who and how in its history, and found at once', async () => {
  const id = await made('BOOK', 'A lmap');
  const text = await opened('ada', id);
  assert.equal(text, await now(id));
  const answer = await editor
    .reader('ada')
    .send(addressOf(id), { text: text.replace('lmap', 'lamp').replaceAll('\n', '\r\n'), do: 'save' });
  assert.equal(answer.statusCode, 303);
  assert.equal(answer.headers.location, `/record/${id}`);
  assert.match((await editor.reader('guest').open(`/record/${id}`)).body, /A lamp/);
  await editor.library.refresh();
  assert.match((await editor.reader('guest').open('/search?p=lamp&of=id')).body, new RegExp(String(id)));
  assert.match((await editor.reader('ada').open(`/record/${id}/history`)).body, /<td>ada<\/td><td>edited<\/td>/);
  const again = await editor.reader('ada').force(addressOf(id), { text: await now(id), do: 'save', base: '2' });
  assert.equal(again.headers.location, `/record/${id}/edit?done=unchanged`);
});

test('a form that was saved, gone back to and changed is saved again', async () => {
  const id = await made('BOOK', 'First');
  const text = await opened('ada', id);
  const sent = { do: 'save', base: '1', key: 'one-form' };
  for (const title of ['Second', 'Second', 'Third']) {
    const answer = await editor
      .reader('ada')
      .force(addressOf(id), { ...sent, base: title === 'Third' ? '2' : '1', text: text.replace('First', title) });
    assert.equal(answer.statusCode, 303, answer.body);
  }
  assert.match(await now(id), /Third/);
  assert.equal((await readRecord(editor.store.database, id)).revision, 3, 'sent twice, it is saved once');
});

test('lines that are no fields are named by line and column, and nothing of the text is lost', async () => {
  const id = await made('BOOK', 'Kept');
  const text = `${await opened('ada', id)}500_ $$aNote\n<b>&amp;\n`;
  for (const wish of ['check', 'save', 'preview']) {
    await opened('ada', id);
    const { statusCode, body } = await editor.reader('ada').send(addressOf(id), { text, do: wish });
    assert.equal(statusCode, wish === 'save' ? 422 : 200, wish);
    assert.equal(textIn(body), text);
    assert.match(body, /Line 6, column 6:/);
    assert.match(body, /Line 7, column 1:/);
  }
  assert.doesNotMatch(await now(id), /Note/);
  const { body } = await editor
    .reader('ada')
    .force(addressOf(id), { text: text.replaceAll('Kept', 'Previewed'), do: 'preview', base: '1' });
  assert.match(body, /<h2 class="title" dir="auto">Previewed<\/h2>/);
});

test('what two people change in different fields is merged; the same field is shown in three columns', async () => {
  const id = await made('BOOK', 'Base', field('500__', '$aold'), field('700__', '$aRoe'));
  const [hers, his] = [await opened('ada', id), await opened('bob', id)];
  await editor
    .reader('bob')
    .send(addressOf(id), { text: his.replace('Roe', 'Doe').replace('$$aBase', () => '$$aHis'), do: 'save' });
  const merged = await editor
    .reader('ada')
    .send(addressOf(id), { text: hers.replace('$$aold', () => '$$anew'), do: 'save' });
  assert.equal(merged.headers.location, `/record/${id}/edit?done=merged`);
  assert.match(await now(id), /245__ \$\$aHis\n[\s\S]*500__ \$\$anew\n[\s\S]*700__ \$\$aDoe/);

  const typed = hers.replace('$$aBase', () => '$$aHers').replace('Roe', 'Poe');
  const conflict = await editor.reader('ada').force(addressOf(id), { text: typed, do: 'save', base: '1' });
  assert.equal(conflict.statusCode, 409);
  assert.equal(textIn(conflict.body), typed);
  assert.match(conflict.body, /<code>245__ \$\$aBase<\/code>/);
  assert.match(conflict.body, /<ins><code>245__ \$\$aHis<\/code><\/ins>/);
  assert.match(conflict.body, /<ins><code>245__ \$\$aHers<\/code><\/ins>/);
  assert.match(conflict.body, /ada changed the same fields as you in version 3/);
  const chosen = await editor
    .reader('ada')
    .send(addressOf(id), { do: 'resolve', 'pick-245': 'theirs', 'pick-700': 'both' });
  assert.equal(chosen.statusCode, 200);
  const together = textIn(chosen.body);
  for (const line of ['245__ $$aHis', '500__ $$anew', '700__ $$aDoe', '700__ $$aPoe'])
    assert.ok(together.includes(line), line);
  const saved = await editor.reader('ada').send(addressOf(id), { text: together, do: 'save' });
  assert.equal(saved.headers.location, `/record/${id}`);
  assert.match(await now(id), /\$\$aPoe/);
});

test('fields that are hidden from who edits stay, also when others changed them, and show nowhere', async () => {
  const id = await made('BOOK', 'Hidden', field('500__', '$anote$xzqxjvkwsub'), field('595__', '$azqxjvkwone'));
  const hers = await opened('ada', id);
  assert.doesNotMatch(hers, /zqxjvkw/);
  const all = await opened('boss', id);
  assert.match(all, /zqxjvkwone/);
  await editor.reader('boss').send(addressOf(id), {
    text: all.replace('zqxjvkwone', 'zqxjvkwtwo').replace('$$aHidden', () => '$$aShown'),
    do: 'save',
  });
  const both = await editor.reader('ada').send(addressOf(id), { text: `${hers}700__ $$aRoe\n`, do: 'save' });
  assert.equal(both.statusCode, 303, both.body);
  assert.match(await now(id), /zqxjvkwsub[\s\S]*zqxjvkwtwo[\s\S]*Roe|Roe[\s\S]*zqxjvkwtwo/);
  const conflict = await editor
    .reader('ada')
    .force(addressOf(id), { text: hers.replace('$$aHidden', () => '$$aMine'), do: 'save', base: '1' });
  assert.equal(conflict.statusCode, 409);
  assert.doesNotMatch(conflict.body, /zqxjvkw|595_/);
  const refused = await editor
    .reader('ada')
    .force(addressOf(id), { text: hers.replace('$$anote', () => '$$aother'), do: 'save', base: '3' });
  assert.equal(refused.statusCode, 409);
  assert.match(refused.body, /not shown to you/);
  assert.match(textIn(refused.body), /\$\$aother/);
  const bare = await made('BOOK', 'Without');
  for (const one of [id, bare]) {
    const text = `${await opened('ada', one)}595__ $$amine\n`;
    const typed = await editor.reader('ada').send(addressOf(one), { text, do: 'save' });
    assert.equal(typed.statusCode, 403);
    assert.match(typed.body, /595 is hidden from you/);
    assert.match(textIn(typed.body), /595__ \$\$amine/);
  }
  assert.match(await now(id), /zqxjvkwtwo/);
});

test('nobody learns of a version that they may not see by saying that they began with it', async () => {
  const id = await made('SECRET', 'zqxjvkwsecret', field('500__', '$azqxjvkwnote'));
  const text = await opened('boss', id);
  await editor
    .reader('boss')
    .send(addressOf(id), { text: text.replace('SECRET', 'BOOK').replaceAll(/zqxjvkw\w+/g, 'open'), do: 'save' });
  await editor.library.refresh();
  const { statusCode, body } = await editor
    .reader('ada')
    .force(addressOf(id), { text: '245__ $$aMine\n980__ $$aBOOK\n', do: 'save', base: '1' });
  assert.equal(statusCode, 409);
  assert.doesNotMatch(body, /zqxjvkw/);
  assert.match(body, /not kept any more/);
});

test('what others made of a record a moment ago decides whether it may be saved', async () => {
  const id = await made('BOOK', 'Moves');
  const text = await opened('bookish', id);
  // The index of this process does not know it yet.
  await writeRecords(editor.store.database, analyzerOf(editor.library.snapshot().site), [
    {
      record: {
        leader: '',
        fields: [controlField('001', String(id)), field('24500', '$aMoves'), field('980__', '$aSECRET')],
      },
      ...{ mode: 'replace', reason: 'test' },
    },
  ]);
  const sent = await editor.reader('bookish').send(addressOf(id), { text: `${text}500__ $$amine\n`, do: 'save' });
  assert.notEqual(sent.statusCode, 303);
  assert.doesNotMatch(await now(id), /mine/);
  await editor.library.refresh();
});

test('a record cannot be edited away from those who may edit it', async () => {
  const id = await made('BOOK', 'Stays');
  const text = await opened('bookish', id);
  const { statusCode, body } = await editor
    .reader('bookish')
    .send(addressOf(id), { text: text.replace('BOOK', 'PAPER'), do: 'save' });
  assert.equal(statusCode, 403);
  assert.match(body, /no collection whose records you may edit/);
  assert.match(textIn(body), /PAPER/);
  assert.match(await now(id), /BOOK/);
  const ownNumber = await editor
    .reader('ada')
    .force(addressOf(id), { text: text.replace(`001__ ${id}`, '001__ 77'), do: 'save', base: '1' });
  assert.equal(ownNumber.statusCode, 409);
  assert.match(ownNumber.body, new RegExp(`Field 001 says 77, but this is record ${id}`));
});

test('a deleted record is offered to be brought back, and a version to be made the newest, once', async () => {
  const id = await made('BOOK', 'Gone');
  await deleteRecord(editor.store.database, analyzerOf(editor.library.snapshot().site), id, 'delete');
  await editor.library.refresh();
  const gone = await editor.reader('ada').open(addressOf(id));
  assert.equal(gone.statusCode, 410);
  assert.equal((await editor.reader('bookish').open(addressOf(id))).statusCode, 410);
  assert.doesNotMatch((await editor.reader('bookish').open(addressOf(id))).body, /restore/);
  await editor.reader('ada').open(addressOf(id));
  const back = await editor.reader('ada').send(`/record/${id}/restore`);
  assert.equal(back.headers.location, `/record/${id}`);
  const twice = await editor.reader('ada').send(`/record/${id}/restore`);
  assert.equal(twice.headers.location, `/record/${id}`);
  assert.equal((await readRecord(editor.store.database, id)).revision, 3);
  const text = await opened('ada', id);
  await editor.reader('ada').send(addressOf(id), { text: text.replace('Gone', 'Newer'), do: 'save' });
  await editor.reader('ada').open(`/record/${id}/history/3`);
  const restored = await editor.reader('ada').send(`/record/${id}/restore`);
  assert.equal(restored.statusCode, 303, restored.body);
  assert.match(await now(id), /Gone/);
  assert.equal((await editor.reader('nobody').force(`/record/${id}/restore`, { revision: '1' })).statusCode, 403);
});

test('a text that is too long is refused before anything is written', async () => {
  const id = await made('BOOK', 'Long');
  await opened('ada', id);
  const { statusCode } = await editor.reader('ada').send(addressOf(id), { text: 'x'.repeat(4_000_001), do: 'save' });
  assert.equal(statusCode, 413);
});

test('nothing is saved while the library is read-only', async () => {
  const id = await made('BOOK', 'Still');
  const text = await opened('ada', id);
  editor.level.now = { level: 'read-only', message: '', retryAfter: 60 };
  try {
    assert.equal((await editor.reader('ada').send(addressOf(id), { text, do: 'save' })).statusCode, 503);
    assert.equal((await editor.reader('ada').open(addressOf(id))).statusCode, 200);
  } finally {
    editor.level.now = { level: 'open', message: '', retryAfter: 60 };
  }
});

test('what is odd by the table of MARC 21 is a remark with its place, and stands in nobody’s way', async () => {
  const id = await made('BOOK', 'A lamp');
  const text = [
    '=LDR  00000nam\\a2200000\\a\\4500',
    '008__ 931122s1993    xxu',
    '100__ $$aEllis$$kx',
    '1007_ $$aGaillard$$9local',
    '24539 $$aA lamp',
    '=500  1\\$afine',
    '245__ $$aAgain$$zodd',
    '999C5 $$zours',
    '980__ $$aBOOK',
  ].join('\n');
  const ada = editor.reader('ada');
  await ada.open(addressOf(id));
  const look = await ada.force('/edit/look', { text, record: String(id) });
  const { findings } = JSON.parse(look.body) as {
    findings: { line: number; column: number; refuses: boolean; says: string }[];
  };
  assert.deepEqual(
    findings.map(({ line, column, says }) => `${line}:${column} ${says}`),
    [
      '2:1 Field 008 has 40 characters, and here are 18.',
      '4:1 MARC 21 has field 100 only once in a record.',
      '4:4 Indicator 1 of field 100 may be 0 1 3 or blank, not "7".',
      '5:4 Indicator 1 of field 245 may be 0 1 or blank, not "3".',
      '6:7 Indicator 1 of field 500 is blank in MARC 21, not "1".',
      '7:1 MARC 21 has field 245 only once in a record.',
      '7:15 MARC 21 has no subfield $z in field 245.',
    ],
  );
  assert.ok(findings.every(({ refuses }) => !refuses));
  await ada.open(addressOf(id));
  assert.equal((await ada.send(addressOf(id), { text, do: 'save', base: '1' })).statusCode, 303);
});
