import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { field } from '../../formats/test-records.ts';
import { controlField, type Field, type MarcRecord } from '../../marc/record.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import { readRecord } from '../../records/history.ts';
import { openTestEditor, type TestEditor, textIn } from './test-editor.ts';

let editor: TestEditor;
before(async () => {
  editor = await openTestEditor();
});
after(() => editor.close());

const record = (kind: string, title: string, ...more: readonly Field[]): MarcRecord => ({
  leader: '00000nam a2200000 a 4500',
  fields: [
    ...more.filter(({ tag }) => tag < '245'),
    field('245__', `$a${title}`),
    ...more.filter(({ tag }) => tag > '245'),
    field('980__', `$a${kind}`),
  ],
});
const reader = (name: string) => editor.reader(name);
const count = async (): Promise<number> =>
  (await editor.store.database.query<{ n: number }>(sql`SELECT count(*)::int AS n FROM record`))[0]!.n;
const text = '=LDR  00000nam\\a2200000\\a\\4500\n245__ $$aA new lamp\n980__ $$aBOOK\n';
const draftOf = (location: unknown): number => Number(/draft=(\d+)$/.exec(String(location))?.[1]);

test('a new record begins with nothing, a copy without what names the other one, or a template', async () => {
  const [id, secret] = await editor.add(
    record(
      'BOOK',
      'Original',
      controlField('003', 'XX'),
      field('0247_', '$a10.1/x$2DOI'),
      field('0247_', '$aw3$2urn'),
      field('035__', '$aocm1'),
      field('595__', '$azqxjvkw'),
    ),
    record('SECRET', 'S'),
  );
  assert.equal((await reader('guest').open('/record/new')).statusCode, 303);
  assert.equal((await reader('nobody').open('/record/new')).statusCode, 403);
  assert.match((await reader('ada').open('/record/new')).body, /template=empty/);
  assert.match(textIn((await reader('ada').open('/record/new?template=empty')).body), /^=LDR/);
  const copy = textIn((await reader('ada').open(`/record/new?from=${id}`)).body);
  assert.equal(copy, '=LDR  00000nam\\a2200000\\a\\4500\n0247_ $$aw3$$2urn\n245__ $$aOriginal\n980__ $$aBOOK\n');
  for (const from of [secret, 999, 'x'])
    assert.equal((await reader('ada').open(`/record/new?from=${from}`)).statusCode, 404);

  await reader('ada').open('/edit/templates?change=new');
  const kept = await reader('ada').send('/edit/templates', {
    name: ' Thesis ',
    text: '008__ {today8}s\n500__ $$a{me} {today} {other}\n',
  });
  assert.equal(kept.headers.location, '/edit/templates?done=saved');
  const filled = textIn((await reader('ada').open('/record/new?template=1')).body);
  assert.match(filled, /^008__ \d{6}s\n500__ \$\$aada \d{4}-\d\d-\d\d \{other\}\n$/);
  assert.equal((await reader('bob').open('/record/new?template=1')).statusCode, 404, 'it is hers alone');
  await reader('ada').open('/edit/templates?change=1');
  await reader('ada').send('/edit/templates', { name: 'Thesis', text, shared: '1' });
  assert.equal(textIn((await reader('bookish').open('/record/new?template=1')).body), text);
  assert.equal((await reader('bookish').open('/edit/templates?change=1')).statusCode, 403);
  assert.equal((await reader('bookish').force('/edit/templates', { template: '1', do: 'remove' })).statusCode, 403);
  await reader('ada').open('/edit/templates?change=new');
  const nameless = await reader('ada').send('/edit/templates', { name: ' ', text });
  assert.equal(nameless.statusCode, 422);
  assert.equal(textIn(nameless.body), text);
});

test('a new record is written once, however often its form is sent, and only where one may edit', async () => {
  await reader('bookish').open('/record/new?template=empty');
  const away = await reader('bookish').send('/record/new', { text: text.replace('BOOK', 'PAPER'), do: 'save' });
  assert.equal(away.statusCode, 403);
  assert.match(textIn(away.body), /PAPER/);
  const before = await count();
  const saved = await reader('bookish').send('/record/new', { text, do: 'save' });
  assert.match(String(saved.headers.location), /^\/record\/\d+$/);
  const again = await reader('bookish').send('/record/new', { text, do: 'save' });
  assert.equal(again.headers.location, saved.headers.location);
  assert.equal(await count(), before + 1);
  assert.match((await reader('guest').open(String(saved.headers.location))).body, /A new lamp/);
  const numbered = await reader('ada').force('/record/new', { text: `001__ 1\n${text}`, do: 'save', key: 'k' });
  assert.equal(numbered.statusCode, 409);
  assert.match(numbered.body, /a new record gets its own/);
});

test('drafts are kept as typed, offered again to their writer alone, and gone when they are saved', async () => {
  const [id] = await editor.add(record('BOOK', 'Drafted'));
  const odd = '245__ $$aHalf a lamp\n5\n';
  await reader('ada').open(`/record/${id}/edit`);
  const kept = await reader('ada').send(`/record/${id}/edit`, { text: odd, do: 'draft' });
  const draft = draftOf(kept.headers.location);
  assert.equal(textIn((await reader('ada').open(`/record/${id}/edit?draft=${draft}`)).body), odd);
  assert.match((await reader('ada').open(`/record/${id}/edit`)).body, new RegExp(`edit\\?draft=${draft}"`));
  const overview = (await reader('ada').open('/edit')).body;
  assert.match(overview, /Half a lamp/);
  for (const name of ['bob', 'boss']) {
    assert.equal((await reader(name).open(`/record/${id}/edit?draft=${draft}`)).statusCode, 404);
    assert.doesNotMatch((await reader(name).open('/edit')).body, /Half a lamp/);
    await reader(name).force('/edit/drafts/remove', { draft: String(draft) });
  }
  await reader('ada').open(`/record/${id}/edit?draft=${draft}`);
  const good = toCompleteTextMarc((await readRecord(editor.store.database, id!)).record).replace('Drafted', 'Lit');
  await reader('ada').send(`/record/${id}/edit`, { text: good, do: 'save' });
  assert.equal((await reader('ada').open(`/record/${id}/edit?draft=${draft}`)).statusCode, 404);

  await reader('ada').open('/record/new?template=empty');
  const fresh = draftOf((await reader('ada').send('/record/new', { text: odd, do: 'draft' })).headers.location);
  assert.equal(textIn((await reader('ada').open(`/record/new?draft=${fresh}`)).body), odd);
  await reader('ada').open('/edit');
  await reader('ada').send('/edit/drafts/remove', { draft: String(fresh) });
  assert.equal((await reader('ada').open(`/record/new?draft=${fresh}`)).statusCode, 404);
});

test('a script keeps one draft, however often it asks for one, and is told when it is gone', async () => {
  await reader('bob').open('/record/new?template=empty');
  const keep = (values: Readonly<Record<string, string>>) =>
    reader('bob').force('/edit/drafts', { text, key: 'tab', ...values });
  const first: { readonly draft: number } = (await keep({})).json();
  assert.deepEqual((await keep({ text: 'retried' })).statusCode, 200);
  assert.deepEqual((await keep({})).json(), first);
  assert.deepEqual((await keep({ draft: String(first.draft), text: 'more' })).json(), first);
  assert.equal(textIn((await reader('bob').open(`/record/new?draft=${first.draft}`)).body), 'more');
  await reader('bob').force('/edit/drafts/remove', { draft: String(first.draft) });
  assert.equal((await keep({ draft: String(first.draft) })).statusCode, 404);
});

test('who has a record open is told to others who edit it, until they leave', async () => {
  const [id] = await editor.add(record('BOOK', 'Open'));
  await reader('ada').open(`/record/${id}/edit`);
  const seen = (await reader('bob').open(`/record/${id}/edit`)).body;
  assert.match(seen, /<bdi>ada<\/bdi> edits this record since <time/);
  const beat = await reader('ada').force('/edit/beat', { record: String(id) });
  assert.match(beat.json().others, /<bdi>bob<\/bdi>/);
  await reader('ada').force('/edit/beat', { record: String(id), away: '1' });
  assert.doesNotMatch((await reader('bob').open(`/record/${id}/edit`)).body, /<bdi>ada/);
  await editor.store.database.query(sql`UPDATE editing SET until = now() - interval '1 s'`);
  assert.equal((await reader('ada').force('/edit/beat', { record: String(id) })).json().others, '');
  const [secret] = await editor.add(record('SECRET', 'S'));
  await reader('boss').open(`/record/${secret}/edit`);
  assert.equal((await reader('ada').force('/edit/beat', { record: String(secret) })).json().others, '');
});

test('while one types, faults and a preview are told, in the reader’s language', async () => {
  await reader('ada').open('/record/new?template=empty');
  const look = await reader('ada').force('/edit/look?ln=fr', { text: `${text}5\n`, preview: '1', record: '0' });
  const { findings, preview } = look.json();
  assert.deepEqual(findings[0], {
    ...{ line: 4, column: 1, refuses: true },
    says: 'Une ligne commence par une étiquette de trois lettres ou chiffres, et non par «\u00a05\u00a0».',
  });
  assert.match(preview, /A new lamp/);
  assert.equal((await reader('nobody').force('/edit/look', { text })).statusCode, 403);
});

test('what waits is listed for those who may decide it', async () => {
  const [book, paper] = await editor.add(record('BOOK', 'B'), record('PAPER', 'P'));
  for (const id of [book, paper])
    await editor.store.database.query(sql`
      INSERT INTO held (record_id, mode, reason, marc, source) VALUES (${id}, 'replace', 'ASKED', '[""]', ${`load ${id}.xml`})`);
  const listed = async (name: string) =>
    [book, paper].map(async (id) => (await reader(name).open('/edit')).body.includes(`load ${id}.xml`));
  assert.deepEqual(await Promise.all(await listed('ada')), [true, true]);
  assert.deepEqual(await Promise.all(await listed('bookish')), [true, false]);
  assert.match((await reader('bookish').open('/edit')).body, /<a href="\/held\/\d+">\d+<\/a>/);
});

test('values are suggested of records only that the reader may see, names from all their fields', async () => {
  await editor.add(
    record('BOOK', 'Suggested', field('7001_', '$aÉllison, Zoe'), field('595__', '$aelzqxjvkw')),
    record('SECRET', 'Secret', field('7001_', '$aEllizqxjvkw, X')),
  );
  const values = async (name: string, path: string, q: string): Promise<readonly string[]> => {
    const answer = await reader(name).open(`/edit/suggest?${new URLSearchParams({ path, q })}`);
    assert.equal(answer.statusCode, 200);
    return answer.json().values.map(({ text: value }: { readonly text: string }) => value);
  };
  assert.deepEqual(await values('ada', '100%%a', 'elli'), ['Éllison, Zoe']);
  assert.deepEqual((await values('boss', '100%%a', 'elli')).toSorted(), ['Ellizqxjvkw, X', 'Éllison, Zoe']);
  assert.deepEqual(await values('ada', '595%%a', 'elz'), []);
  assert.deepEqual(await values('boss', '595%%a', 'elz'), ['elzqxjvkw']);
  assert.deepEqual(await values('ada', 'x', 'elli'), []);
  assert.equal((await reader('nobody').open('/edit/suggest?path=100%25%25a&q=elli')).statusCode, 403);
});

test('modules are served as their packages have them, and a page allows its import map alone', async () => {
  const page = await reader('ada').open('/record/new?template=empty');
  const policy = String(page.headers['content-security-policy']);
  const [, nonce] = /<script type="importmap" nonce="([^"]+)">/.exec(page.body) ?? [];
  assert.ok(policy.includes(`script-src 'self' 'nonce-${nonce}'`), policy);
  assert.doesNotMatch(policy, /unsafe/);
  const { imports }: { readonly imports: Readonly<Record<string, string>> } = JSON.parse(
    /<script type="importmap"[^>]*>([^<]*)</.exec(page.body)?.[1] ?? '',
  );
  for (const [name, address] of Object.entries(imports)) {
    const { statusCode, body, headers } = await reader('guest').open(address);
    assert.equal(statusCode, 200, name);
    assert.match(String(headers['cache-control']), /immutable/);
    for (const [, wanted] of body.matchAll(/^(?:import|export) .* from ['"]([^'"]+)['"];/gm))
      assert.ok(wanted! in imports, `${name} imports ${wanted}`);
  }
  assert.equal((await reader('guest').open('/edit/assets/nothing.js')).statusCode, 404);
  assert.doesNotMatch(String((await reader('ada').open('/edit')).headers['content-security-policy']), /nonce/);
});
