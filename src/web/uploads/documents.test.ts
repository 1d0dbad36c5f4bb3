import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { workOnJobs } from '../../jobs/queue/work.ts';
import { jobKinds } from '../../library/job-kinds.ts';
import { controlField, dataField, type Field } from '../../marc/record.ts';
import { readRecord } from '../../records/history.ts';
import type { WriteMode } from '../../records/modes.ts';
import type { UploadedRecord } from '../../records/upload.ts';
import { readUpload, readUploadRecords } from '../../records/uploads.ts';
import { field, type Name, openTestUploads, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

let world: TestUploads;
let work: Promise<void>;
const stop = new AbortController();
let inbox: string;

before(async () => {
  world = await openTestUploads({ REPERIO_WORKERS: '1', REPERIO_BASE_URL: 'http://library.example' });
  inbox = join(world.folder, 'inbox');
  mkdirSync(join(inbox, 'taken'), { recursive: true });
  for (const name of ['logo.gif', 'head.gif', 'rss.png', 'paper.pdf', 'icon.gif', 'taken/other.txt'])
    writeFileSync(join(inbox, name), `bytes of ${name}`);
  const { store } = world;
  const kinds = jobKinds(store.database, store.url, world.settings);
  work = workOnJobs({ database: store.database, url: store.url, node: 'n', kinds, places: 1, signal: stop.signal });
});
after(async () => {
  stop.abort();
  await work;
  await world.close();
});

const instruction =
  (tag: string) =>
  (...subfields: readonly string[]): Field =>
    dataField(
      tag,
      ' ',
      ' ',
      subfields.map((one) => ({ code: one.charAt(0), value: one.slice(1).replace('INBOX', inbox) })),
    );
const [fft, bdr, bdm] = [instruction('FFT'), instruction('BDR'), instruction('BDM')];

/** Sends records as an upload, and waits for its job. */
async function upload(
  name: Name,
  mode: WriteMode,
  ...records: readonly (readonly Field[])[]
): Promise<readonly UploadedRecord[]> {
  const body = xmlOf(...records.map((fields) => recordOf(...fields)));
  const reply = await send(world, 'POST', `/api/records?mode=${mode}`, world.token(name), body);
  assert.equal(reply.statusCode, 202, reply.body);
  return await ended(reply.json().upload);
}
async function ended(id: number): Promise<readonly UploadedRecord[]> {
  await waitFor('the end', async () => (await readUpload(world.store.database, id))?.ended !== undefined);
  await world.library.refresh();
  return await readUploadRecords(world.store.database, id, { after: 0, limit: 100 });
}
const book = (...more: readonly Field[]): readonly Field[] => [field('245', 'A book'), field('980', 'BOOK'), ...more];
const change = (id: number, ...more: readonly Field[]): readonly Field[] => [controlField('001', String(id)), ...more];
async function added(...more: readonly Field[]): Promise<number> {
  const [one] = await upload('edda', 'insert', book(...more));
  assert.equal(one?.outcome, 'inserted', one?.message);
  return one!.id;
}
/** 8564_ of a record, without its address. */
async function links(id: number): Promise<readonly string[]> {
  const { record } = await readRecord(world.store.database, id);
  assert.doesNotMatch(JSON.stringify(record), /FFT|BDR|BDM|inbox/);
  return record.fields
    .filter(({ tag }) => tag === '856')
    .map(({ subfields }) =>
      subfields.map(({ code, value }) => `${code}${value.replace(`/record/${id}/files/`, '')}`).join(' '),
    );
}
const bytes = async (url: string, name: Name | undefined = undefined): Promise<string | number> => {
  const reply = await send(world, 'GET', url, name === undefined ? {} : world.token(name));
  return reply.statusCode === 200 ? reply.body : reply.statusCode;
};

test('files come with a new record, and its links lead to them, with address in exports', async () => {
  const id = await added(
    fft('aINBOX/logo.gif', 'nCIDIESSE', 'tMain', 'dThis is a description', 'zThis is a comment'),
    fft('aINBOX/rss.png', 'nCIDIESSE', 'f.jpeg', 'dThis is a description', 'zA second comment', 's2006-05-04 03:02:01'),
    fft('aINBOX/paper.pdf', 'xINBOX/icon.gif'),
  );
  assert.deepEqual(await links(id), [
    'uCIDIESSE.gif yThis is a description zThis is a comment',
    'uCIDIESSE.jpeg yThis is a description zA second comment',
    'upaper.gif?subformat=icon xicon',
    'upaper.pdf',
  ]);
  assert.equal(await bytes(`/record/${id}/files/CIDIESSE.jpeg`), 'bytes of rss.png');
  assert.equal(await bytes(`/record/${id}/files/paper.gif?subformat=icon`), 'bytes of icon.gif');
  assert.equal(await bytes(`/record/${id}/files/paper.gif`), 404);
  const exported = (await send(world, 'GET', `/record/${id}/export/xm`, {})).body;
  assert.match(exported, new RegExp(`>http://library.example/record/${id}/files/CIDIESSE.gif<`));
  const page = (await send(world, 'GET', `/record/${id}`, {})).body;
  assert.equal(
    page.split('CIDIESSE.gif').length,
    3,
    'a document is named once, as a link: in its address and its text',
  );
  assert.match(page, /4 May 2006|May 4, 2006/);
  // Loaded again as it was exported: nothing changes, and the links are not doubled.
  const again = await send(world, 'POST', '/api/records?mode=replace', world.token('edda'), exported);
  assert.equal(again.json().results[0].outcome, 'unchanged', again.body);
});

test('correct makes versions, keeps texts when asked, renames, reverts, and deletes', async () => {
  const id = await added(fft('aINBOX/logo.gif', 'dOne', 'zWhy'), fft('aINBOX/rss.png'));
  const correct = async (...fields: readonly Field[]) => {
    const [one] = await upload('edda', 'correct', change(id, ...fields));
    assert.equal(one?.outcome, 'replaced', one?.message);
  };
  await correct(fft('aINBOX/head.gif', 'nlogo', 'dTwo', 'zKEEP-OLD-VALUE', 'mpatata'));
  assert.deepEqual(await links(id), ['upatata.gif yTwo zWhy', 'urss.png']);
  assert.equal(await bytes(`/record/${id}/files/patata.gif`), 'bytes of head.gif');
  assert.equal(await bytes(`/record/${id}/files/patata.gif?version=1`), 'bytes of logo.gif');
  await correct(fft('npatata', 'tREVERT', 'v1'));
  assert.equal(await bytes(`/record/${id}/files/patata.gif?version=3`), 'bytes of logo.gif');
  await correct(fft('npatata', 'f.gif', 'dThree'));
  assert.deepEqual(await links(id), ['upatata.gif yThree zWhy', 'urss.png']);
  await correct(fft('npatata', 'tDELETE-FILE', 'v2', 'f.gif'));
  assert.equal(await bytes(`/record/${id}/files/patata.gif?version=2`), 404);
  await correct(fft('npatata', 'tPURGE'));
  assert.equal(await bytes(`/record/${id}/files/patata.gif?version=1`), 404);
  assert.equal(await bytes(`/record/${id}/files/patata.gif`), 'bytes of logo.gif');
  await correct(fft('nrss', 'tDELETE'));
  assert.deepEqual([await links(id), await bytes(`/record/${id}/files/rss.png`)], [['upatata.gif yThree zWhy'], 404]);
  assert.doesNotMatch((await send(world, 'GET', `/api/records/${id}/files`, world.token('boss'))).body, /rss|DELETED/);
  // Its name is free again.
  await correct(fft('aINBOX/paper.pdf', 'nrss'));
  await correct(fft('npatata', 'tEXPUNGE'), fft('nrss', 'oHIDDEN'));
  assert.deepEqual([await links(id), await bytes(`/record/${id}/files/rss.pdf`, 'boss')], [[], 404]);
  const [unchanged] = await upload('edda', 'correct', change(id, fft('tFIX-MARC')));
  assert.equal(unchanged?.outcome, 'unchanged');
  const events = (await send(world, 'GET', `/api/records/${id}/file-events`, world.token('boss'))).json().events;
  const actions = events.map(({ action, name }: { action: string; name: string }) => `${action} ${name}`).reverse();
  assert.deepEqual(actions, [
    'add logo',
    'add rss',
    'revise logo',
    'rename logo',
    'revert patata',
    'describe patata',
    'delete-file patata',
    'purge patata',
    'delete rss',
    'add rss',
    'describe rss',
    'expunge patata',
  ]);
});

test('append adds formats; replace replaces all; what cannot be done refuses its record alone', async () => {
  const id = await added(fft('aINBOX/logo.gif'));
  assert.equal((await upload('edda', 'append', change(id, fft('aINBOX/rss.png', 'nlogo'))))[0]?.outcome, 'replaced');
  assert.deepEqual(await links(id), ['ulogo.gif', 'ulogo.png']);
  const results = await upload(
    'edda',
    'append',
    change(id, fft('aINBOX/head.gif', 'nlogo')),
    change(id, fft('nlogo', 'tDELETE')),
    change(id, field('500', 'Good')),
    change(id, fft('aINBOX/none.gif')),
    change(id, fft('aINBOX/taken/other.txt')),
    change(id, fft('a/etc/passwd')),
    change(id, fft('ahttps://ada:s3cret@files.example/x.pdf?key=s3cret')),
    change(id, bdm('nlogo', 'mgAJ9cQFVAWFxAlUBYnEDcy4=')),
  );
  assert.deepEqual(
    results.map(({ outcome, code }) => code ?? outcome),
    [
      ...[
        'REPERIO_DOCUMENT_THERE',
        'REPERIO_DOCUMENT_MODE',
        'replaced',
        'REPERIO_FETCH_FAILED',
        'REPERIO_FETCH_REFUSED',
      ],
      ...['REPERIO_FETCH_REFUSED', 'REPERIO_FETCH_REFUSED', 'REPERIO_DOCUMENT_FIELD'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(results), /s3cret|ada/);
  assert.match(
    results[6]?.message ?? '',
    /^Record 7 \(001 \d+\): https:\/\/files\.example\/x\.pdf\?… is not fetched: it is not below .* The operator names/,
  );
  const dry = await send(
    world,
    'POST',
    '/api/records?mode=append&dry-run=1',
    world.token('edda'),
    xmlOf(recordOf(...change(id, fft('a/etc/passwd')))),
  );
  assert.equal((await ended(dry.json().upload))[0]?.code, 'REPERIO_FETCH_REFUSED');
  assert.match(results[7]?.message ?? '', /pickle of Python/);
  await upload('edda', 'replace', [...change(id), ...book(fft('aINBOX/logo.gif', 'dOnly'))]);
  assert.deepEqual(await links(id), ['ulogo.gif yOnly'], 'logo.png was another format of it');
  const [replaced] = await upload('edda', 'replace', [...change(id), ...book(fft('aINBOX/paper.pdf'))]);
  assert.deepEqual([replaced?.outcome, await links(id)], ['replaced', ['upaper.pdf']]);
  // A record that is replaced without such fields keeps its documents and their links.
  const plain = await send(
    world,
    'POST',
    '/api/records?mode=replace',
    world.token('edda'),
    xmlOf(recordOf(...change(id), field('245', 'New'), field('980', 'BOOK'))),
  );
  assert.deepEqual([plain.json().results[0].outcome, await links(id)], ['replaced', ['upaper.pdf']]);
  assert.equal((await upload('edda', 'delete', change(id, fft('npaper'))))[0]?.code, 'REPERIO_DOCUMENT_MODE');
});

test('a restricted document is shown and named to nobody who may not see it, nor changed by them', async () => {
  const [one] = await upload(
    'boss',
    'insert',
    book(
      fft('aINBOX/paper.pdf', 'nsalaries', 'rthesis', 'dSecret'),
      fft('aINBOX/logo.gif', 'nforbob', 'remail:bob@home.example'),
      fft('aINBOX/head.gif', 'nforeditors', 'rrole: editors'),
    ),
  );
  const id = one!.id;
  assert.deepEqual(await links(id), []);
  const named = async (name: Name | undefined, url: string): Promise<boolean> =>
    /salaries|Secret/.test(String((await send(world, 'GET', url, name === undefined ? {} : world.token(name))).body));
  for (const url of [
    `/record/${id}`,
    `/record/${id}/export/xm`,
    `/api/records/${id}/files`,
    `/record/${id}/files`,
    `/api/records/${id}/file-events`,
  ])
    for (const name of [undefined, 'bob', 'edda'] as const)
      assert.equal(await named(name, url), false, `${url} ${name}`);
  assert.equal(await named('boss', `/api/records/${id}/files`), true);
  assert.deepEqual(
    await Promise.all(
      [undefined, 'edda', 'bob', 'boss'].map((name) => bytes(`/record/${id}/files/forbob.gif`, name as Name)),
    ),
    [404, 404, 'bytes of logo.gif', 'bytes of logo.gif'],
  );
  assert.equal(await bytes(`/record/${id}/files/foreditors.gif`, 'edda'), 'bytes of head.gif');
  for (const order of [fft('nsalaries', 'r'), fft('nsalaries', 'tDELETE'), fft('aINBOX/head.gif', 'nsalaries')])
    assert.equal((await upload('edda', 'correct', change(id, order)))[0]?.code, 'REPERIO_FILE_RESTRICTED');
  // Who is not shown it cannot have replaced it.
  await upload('bob', 'replace', [...change(id), ...book(fft('aINBOX/rss.png'))]);
  assert.equal(await bytes(`/record/${id}/files/salaries.pdf`, 'boss'), 'bytes of paper.pdf');
  await upload('boss', 'correct', change(id, fft('nsalaries', 'r')));
  assert.deepEqual(await links(id), ['urss.png', 'usalaries.pdf ySecret']);
});

test('TMP: names hold within one upload, and relate documents of its records', async () => {
  const [first, second] = await upload(
    'edda',
    'insert',
    book(fft('aINBOX/paper.pdf', 'iTMP:one', 'vTMP:v')),
    book(
      fft('aINBOX/rss.png', 'iTMP:two', 'w{"a": {"b": 1, "c": 2}}'),
      bdr('iTMP:one', 'vTMP:v', 'jTMP:two', 'tis_extracted_from', 'm{"n": {"k": 1}}'),
      bdm('iTMP:two', 'm{"a": {"b": null}}'),
    ),
  );
  assert.deepEqual([first?.outcome, second?.outcome, second?.message], ['inserted', 'inserted', undefined]);
  const rows = await world.store.database.query(sql`
    SELECT one.record_id AS from, first_version AS version, two.name AS name, document_relation.type, more
    FROM document_relation JOIN document one ON one.id = first_id JOIN document two ON two.id = second_id`);
  assert.deepEqual(rows, [
    { from: first!.id, version: 1, name: 'rss', type: 'is_extracted_from', more: { n: { k: 1 } } },
  ]);
  const notes = await world.store.database.query(sql`SELECT more FROM document_note`);
  assert.deepEqual(notes, [{ more: { a: { c: 2 } } }]);
  const [later] = await upload('edda', 'correct', change(second!.id, bdr('nrss', 'jTMP:one', 'tx')));
  assert.equal(later?.code, 'REPERIO_NO_DOCUMENT');
  await upload('edda', 'correct', change(second!.id, bdr('r1', 'dDELETE')));
  assert.deepEqual(await world.store.database.query(sql`SELECT FROM document_relation`), []);
});

test('documents are sent on the page, for the records that their names say', async () => {
  const id = await world.write(field('245', 'Page'), field('980', 'BOOK'));
  const other = await world.write(field('245', 'Not for Bob'), field('980', 'ARTICLE'));
  const page = (await send(world, 'GET', '/upload', world.session('bob'))).body;
  const token = /name="form" value="([^"]*)"/.exec(page)![1]!;
  const post = async (name: Name, form: string, mode: string, files: Readonly<Record<string, string>>) => {
    const data = new FormData();
    data.set('form', form);
    data.set('mode', mode);
    for (const [file, content] of Object.entries(files)) data.append('documents', new Blob([content]), file);
    const body = new Response(data);
    const headers = { ...world.session(name), 'content-type': body.headers.get('content-type')! };
    return world.app.inject({
      method: 'POST',
      url: '/upload/documents',
      headers,
      payload: Buffer.from(await body.arrayBuffer()),
    });
  };
  const sent = await post('bob', token, 'append', {
    [`${id}-thesis.pdf`]: 'thesis',
    [`000${id}.tar.gz`]: 'all',
    [`${other}-x.pdf`]: 'x',
  });
  assert.equal(sent.statusCode, 303, sent.body);
  const results = await ended(Number(/\d+/.exec(String(sent.headers.location))![0]));
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['replaced', 'refused'],
  );
  assert.deepEqual([await links(id), await links(other)], [[`u${id}.tar.gz`, 'uthesis.pdf'], []]);
  const revised = await post('bob', token, 'revise', { [`${id}-thesis.pdf`]: 'better' });
  await ended(Number(/\d+/.exec(String(revised.headers.location))![0]));
  assert.deepEqual(await Promise.all(['', '?version=1'].map((v) => bytes(`/record/${id}/files/thesis.pdf${v}`))), [
    'better',
    'thesis',
  ]);
  const wrong = await post('bob', token, 'append', { 'thesis.pdf': 'x' });
  assert.match(wrong.body, /does not begin with the number of a record/);
  for (const [name, form] of [
    ['bob', 'x'],
    ['nobody', token],
    ['bob', ''],
  ] as const)
    assert.equal((await post(name, form, 'append', { [`${id}-a.pdf`]: 'x' })).statusCode, 403);
});
