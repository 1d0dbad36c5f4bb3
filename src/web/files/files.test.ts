import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { ContentStore } from '../../files/content.ts';
import { addFile, allFiles } from '../../files/documents.ts';
import { localStore } from '../../files/local-store.ts';
import { openContentStore } from '../../files/open.ts';
import { field } from '../../formats/test-records.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { createSession } from '../../people/sessions.ts';
import { createToken } from '../../people/tokens.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPeople } from '../test-people.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-files-'));
const records = [
  { leader: '', fields: [field('245__', '$aOpen book'), field('980__', '$aBOOK')] },
  { leader: '', fields: [field('245__', '$aClosed paper'), field('980__', '$aSECRET')] },
  { leader: '', fields: [field('245__', '$aMany measurements'), field('980__', '$aBOOK')] },
];
let store: TestDatabase;
let people: WebPeople;
const apps = new Map<string, FastifyInstance>();
let editor: Readonly<Record<string, string>>;
let reviewer: Readonly<Record<string, string>>;
let nobody: Readonly<Record<string, string>>;
let readToken: Readonly<Record<string, string>>;

function appWith(name: string, content: ContentStore, changes: Partial<WebFiles> = {}): FastifyInstance {
  const files: WebFiles = {
    ...{ database: store.database, store: content, delivery: 'stream', accelPrefix: '/protected/', limit: 1_000_000 },
    ...changes,
  };
  const app = createApp(memoryLibrary(testSite, records), { people, files });
  apps.set(name, app);
  return app;
}

const appOf = (name: string): FastifyInstance => apps.get(name)!;

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  const role = (name: string, action: 'runbibdocfile' | 'viewrestrdoc', on: Record<string, string>) =>
    createRole(
      store.database,
      operator,
      name,
      { description: '', may: [{ action, arguments: on }], rules: '' },
      anyRole,
    );
  await role('editors', 'runbibdocfile', {});
  await role('reviewers', 'viewrestrdoc', { status: 'draft' });
  await people.access.refresh();
  const add = (name: string, roles: readonly string[]) =>
    addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: undefined, roles },
      ...{ state: 'active', origin: 'operator' },
    });
  const token = async (person: number, scopes: readonly ('read' | 'edit')[]) => {
    const { secret } = await createToken(
      store.database,
      operator,
      { id: person, name: 'x' },
      { name: 'x', scopes, expires: undefined },
    );
    return { authorization: `Bearer ${secret}` };
  };
  const cookie = async (person: number) => {
    const { secret } = await createSession(store.database, {
      person,
      remember: false,
      address: '127.0.0.1',
      agent: '',
    });
    return { cookie: `reperio=${secret}` };
  };
  const edda = await add('edda', ['editors']);
  editor = await token(edda, ['read', 'edit']);
  readToken = await token(edda, ['read']);
  reviewer = await cookie(await add('rita', ['reviewers']));
  nobody = await cookie(await add('nobody', []));
  const local = localStore(join(folder, 'files'), async () => true);
  appWith('local', local);
  appWith('sendfile', local, { delivery: 'x-sendfile' });
  appWith('accel', local, { delivery: 'x-accel' });
});
after(async () => {
  for (const app of apps.values()) await app.close();
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function put(
  app: FastifyInstance,
  name: string,
  bytes: Buffer | string,
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
  record = 1,
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `/api/records/${record}/files?${new URLSearchParams({ name, ...more })}`,
    headers: { 'content-type': 'application/octet-stream', ...('cookie' in headers ? {} : editor), ...headers },
    payload: Buffer.from(bytes),
  });
}

async function get(
  app: FastifyInstance,
  name: string,
  headers: Readonly<Record<string, string>> = {},
  query = '',
  record = 1,
): Promise<LightMyRequestResponse> {
  return app.inject({ url: `/record/${record}/files/${encodeURIComponent(name)}${query}`, headers });
}

describe('documents', () => {
  test('have versions and formats; the same bytes again change nothing', async () => {
    const app = appOf('local');
    const first = await put(app, 'thesis.pdf', 'first');
    assert.equal(first.statusCode, 201);
    assert.equal(first.json().sha256 ?? first.json().digest, createHash('sha256').update('first').digest('hex'));
    assert.equal((await put(app, 'thesis.pdf', 'first')).json().isNew, false);
    assert.equal((await put(app, 'thesis.tex', 'source')).json().version, 1);
    assert.equal((await put(app, 'thesis.pdf', 'second')).json().version, 2);
    assert.equal((await get(app, 'thesis.pdf')).body, 'second');
    assert.equal((await get(app, 'thesis.pdf', {}, '?version=1')).body, 'first');
    assert.equal((await get(app, 'thesis.tex')).body, 'source');
    const shown = (await app.inject('/record/1')).body;
    const address = /<meta name="citation_pdf_url" content="([^"]*)">/.exec(shown)?.[1] ?? '';
    assert.match(address, /\/record\/1\/files\/thesis\.pdf$/);
    assert.match(shown, /"contentUrl":"[^"]*thesis\.pdf"/);
    for (const [format, line] of [
      ['ris', `L1  - ${address}`],
      ['dc', `<dc:relation>${address}<`],
    ])
      assert.ok((await app.inject(`/record/1/export/${format}`)).body.includes(line!), format);
    const { files } = (await app.inject('/api/records/1/files')).json() as {
      files: { name: string; version: number }[];
    };
    assert.deepEqual(
      files.map(({ name, version }) => `${name} ${version}`),
      ['thesis.pdf 2', 'thesis.pdf 1', 'thesis.tex 1'],
    );
    const page = (await app.inject('/record/1')).body;
    assert.match(page, /<h2>Documents<\/h2>[\s\S]*href="\/record\/1\/files\/thesis\.pdf"/);
    assert.match(page, /1 older version/);
  });

  test('are named in exports of many records, with two statements, to those who may see them', async () => {
    const app = appOf('local');
    await put(app, 'listed.pdf', 'listed');
    await put(app, 'listed.pdf', 'listed again');
    await put(app, 'figures.png', 'no pdf');
    await put(app, 'hushed.pdf', 'hushed', { status: 'draft' }, editor, 3);
    const list = async (query: string, headers: Readonly<Record<string, string>> = {}) =>
      await app.inject({ url: `/search?${query}`, headers });
    const pdfs = (body: string) => [...body.matchAll(/L1 {2}- \S*(\/record\S*)/g)].map(([, address]) => address);
    const asGuest = pdfs((await list('of=ris')).body);
    assert.ok(asGuest.includes('/record/1/files/listed.pdf'));
    assert.equal(asGuest.length, new Set(asGuest).size);
    assert.ok(!asGuest.some((address) => address!.includes('hushed') || address!.includes('.png')));
    assert.ok(pdfs((await list('of=ris', reviewer)).body).includes('/record/3/files/hushed.pdf'));
    assert.match((await list('of=dc')).body, /<dc:relation>[^<]*\/record\/1\/files\/listed\.pdf</);
    // What is alone says the same.
    const alone = pdfs((await app.inject('/record/1/export/ris')).body);
    assert.deepEqual(asGuest.filter((address) => address!.startsWith('/record/1/')).toSorted(), alone.toSorted());
    // One that was kept is not taken for the newest, since the index knows nothing of files.
    const { headers } = await list('of=ris');
    assert.equal((await list('of=ris', { 'if-none-match': String(headers.etag) })).statusCode, 200);
    assert.doesNotMatch((await list('of=xm')).body, /listed\.pdf/);
    await store.database.query(sql`
      DELETE FROM file USING document WHERE document.id = document_id AND document.name = 'hushed'`);
    await store.database.query(sql`DELETE FROM document WHERE name = 'hushed'`);
  });

  test('that a reader has kept are drawn anew when a file was added', async () => {
    const app = appOf('local');
    const before = await app.inject('/record/1');
    const held = { 'if-none-match': String(before.headers.etag) };
    assert.equal((await app.inject({ url: '/record/1', headers: held })).statusCode, 304);
    await put(app, 'fresh.txt', 'fresh');
    const after = await app.inject({ url: '/record/1', headers: held });
    assert.equal(after.statusCode, 200);
    assert.match(after.body, /fresh\.txt/);
  });

  test('are very many: the record shows the first ones, and pages of their own have all that one may see', async () => {
    const app = appOf('local');
    const insert = (count: number, status: string) =>
      store.database.transaction(async (transaction) => {
        await transaction.query(sql`
        INSERT INTO document (record_id, name, status) SELECT 3, ${status || 'run'} || lpad(number::text, 4, '0'), ${status} FROM generate_series(1, ${count}::integer) AS number`);
        await transaction.query(sql`
        INSERT INTO file (document_id, version, format, digest, bytes)
        SELECT id, version, 'csv', sha256(name::bytea), 20 FROM document, generate_series(1, CASE WHEN name = 'run0001' THEN 2 ELSE 1 END) AS version
        WHERE record_id = 3 AND status = ${status}`);
      });
    await insert(230, '');
    await insert(70, 'draft');
    const names = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
      const answer = await app.inject({ url, headers });
      assert.equal(answer.statusCode, 200);
      return [...answer.body.matchAll(/href="\/record\/3\/files\/([^"]+)"/g)].map(([, name]) => name!);
    };
    const panel = await app.inject('/record/3');
    assert.match(panel.body, /href="\/record\/3\/files">all 231 files</);
    assert.equal((await names('/record/3')).length, 50);
    const all = [...(await names('/record/3/files')), ...(await names('/record/3/files?page=2'))];
    assert.equal(all.length, 231);
    assert.equal(new Set(all).size, 231);
    assert.equal(all.at(-1), 'run0001.csv?version=1', 'older versions are last');
    assert.deepEqual(await names('/record/3/files?page=9'), await names('/record/3/files?page=2'));
    assert.match((await app.inject({ url: '/record/3', headers: reviewer })).body, />all 301 files</);
    assert.equal((await names('/record/3/files', reviewer))[0], 'draft0001.csv');
    // One that may not be seen changes nothing of what is told to others.
    await store.database.query(
      sql`UPDATE document SET description = 'secret' WHERE record_id = 3 AND status = 'draft'`,
    );
    assert.equal((await app.inject('/record/3')).headers.etag, panel.headers.etag);
    await store.database.query(sql`UPDATE document SET description = 'told' WHERE record_id = 3 AND name = 'run0002'`);
    assert.notEqual((await app.inject('/record/3')).headers.etag, panel.headers.etag);
    assert.notEqual((await app.inject('/record/2/files')).statusCode, 200);
  });

  test('are added by who may, with a good name, bytes and no more than allowed; nothing is left of what is refused', async () => {
    const app = appOf('local');
    for (const headers of [nobody, readToken, { authorization: '' }])
      assert.ok([401, 403].includes((await put(app, 'x.pdf', 'x', {}, headers)).statusCode), JSON.stringify(headers));
    assert.equal((await put(app, 'x.pdf', 'x', { description: 'a\u0001b' })).statusCode, 400);
    assert.equal((await put(app, 'x.pdf', 'x', { status: 'y'.repeat(2000) })).statusCode, 400);
    for (const name of [
      'a\u2066b',
      '',
      '../etc/passwd',
      'a/b.pdf',
      '.htaccess',
      'x\u202efdp.exe',
      ' x',
      'a'.repeat(300),
    ])
      assert.equal((await put(app, name, 'x')).statusCode, 400, name);
    assert.equal((await put(app, 'big.bin', Buffer.alloc(1_000_001))).statusCode, 413);
    assert.equal((await put(app, 'x.pdf', 'x', {}, {}, 99)).statusCode, 404);
    for (const [type, payload] of [
      ['application/json', '{}'],
      ['application/json', 'null'],
      ['application/x-www-form-urlencoded', 'x=y'],
      ['text/plain', 'x'],
    ] as const) {
      const headers = { ...editor, 'content-type': type };
      const wrong = await app.inject({ method: 'POST', url: '/api/records/1/files?name=x.pdf', headers, payload });
      assert.equal(wrong.statusCode, 415, type);
      assert.match(wrong.body, /application\/octet-stream/, type);
    }
    assert.deepEqual(readdirSync(join(folder, 'files', 'incoming')), []);
  });

  test('of a record that one may not see, and those that are restricted, are not there', async () => {
    const app = appOf('local');
    await store.database.query(sql`INSERT INTO document (record_id, name) VALUES (2, 'secret')`);
    await store.database.query(sql`
      INSERT INTO file (document_id, version, format, digest, bytes)
      SELECT document.id, 1, 'pdf', file.digest, file.bytes FROM document, file WHERE document.name = 'secret' LIMIT 1`);
    assert.equal((await get(app, 'secret.pdf', {}, '', 2)).statusCode, 404);
    assert.equal((await app.inject('/api/records/2/files')).statusCode, 404);
    await put(app, 'draft.pdf', 'not for all', { status: 'draft', description: 'Before review.' });
    for (const headers of [{}, nobody, editor]) {
      assert.equal((await get(app, 'draft.pdf', headers)).statusCode, 404);
      assert.doesNotMatch((await app.inject({ url: '/record/1', headers })).body, /draft\.pdf/);
      assert.doesNotMatch((await app.inject({ url: '/api/records/1/files', headers })).body, /draft/);
    }
    const answer = await get(app, 'draft.pdf', reviewer);
    assert.equal(answer.body, 'not for all');
    assert.match(String(answer.headers['cache-control']), /private/);
    // Whoever adds, and may not see it, neither opens it to all nor learns of its bytes.
    for (const more of [{ status: '' }, { description: 'mine' }] as readonly Record<string, string>[])
      assert.equal((await put(app, 'draft.pdf', 'x', more)).statusCode, 403);
    // The status stays when a new version comes without one.
    await store.database.transaction((transaction) =>
      addFile(
        transaction,
        localStore(join(folder, 'files'), async () => true),
        {
          ...{
            record: 1,
            document: 'draft',
            format: 'pdf',
            digest: createHash('sha256').update('first').digest('hex'),
          },
          ...{ bytes: 5, status: undefined, description: undefined, person: undefined },
        },
        () => true,
      ),
    );
    assert.equal((await get(app, 'draft.pdf')).statusCode, 404);
  });

  test('whose bytes were removed while they were sent are told of, and come when they are sent again', async () => {
    const local = localStore(join(folder, 'files'), async () => true);
    let isGone = true;
    const store: ContentStore = { ...local, size: async (digest) => (isGone ? undefined : local.size(digest)) };
    const app = appWith('gone meanwhile', store);
    const key = { 'idempotency-key': 'gone meanwhile' };
    const refused = await put(app, 'meanwhile.txt', 'meanwhile', {}, key);
    assert.equal(refused.statusCode, 503);
    assert.equal(refused.json().code, 'REPERIO_FILE_GONE');
    assert.equal((await get(app, 'meanwhile.txt')).statusCode, 404);
    isGone = false;
    assert.equal((await put(app, 'meanwhile.txt', 'meanwhile', {}, key)).statusCode, 201);
    assert.equal((await get(app, 'meanwhile.txt')).body, 'meanwhile');
  });

  test('whose name PostgreSQL could not hold are not there', async () => {
    for (const name of ['a\0b.pdf', '\u{10ffff}', 'a'.repeat(1_900)])
      assert.equal((await get(appOf('local'), name)).statusCode, 404, JSON.stringify(name));
  });

  test('run no script, and what a browser could take for a page is saved', async () => {
    const app = appOf('local');
    await put(app, 'page.html', '<script>alert(1)</script>');
    await put(app, 'drawing.svg', '<svg onload="alert(1)"/>');
    for (const name of ['page.html', 'drawing.svg']) {
      const { headers } = await get(app, name);
      assert.match(String(headers['content-disposition']), /^attachment;/);
      assert.match(String(headers['content-security-policy']), /sandbox/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
    assert.match(
      String((await get(app, 'thesis.pdf')).headers['content-disposition']),
      /^inline; filename="thesis\.pdf"/,
    );
  });

  test('the same request sent again under its key is done once, another one under it is refused', async () => {
    const app = appOf('local');
    const key = { 'idempotency-key': 'k-1' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => put(app, 'once.txt', 'once', {}, key)));
    assert.deepEqual(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size, 1);
    assert.equal(answers[0]!.statusCode, 201);
    assert.equal((await put(app, 'other.txt', 'other', {}, key)).statusCode, 422);
    const rows = await store.database.query(
      sql`SELECT FROM document JOIN file ON document_id = id WHERE name = 'once'`,
    );
    assert.equal(rows.length, 1);
  });
});

describe('removing', () => {
  const remove = (
    name: string,
    { query = '', record = 1, headers = editor }: { query?: string; record?: number; headers?: typeof editor } = {},
  ) =>
    appOf('local').inject({
      method: 'DELETE',
      url: `/api/records/${record}/files/${encodeURIComponent(name)}${query}`,
      headers,
    });

  test('one version or all of them go, other formats stay, bytes are kept, and the log names who did it', async () => {
    const app = appOf('local');
    for (const bytes of ['r1', 'r2', 'r3']) await put(app, 'gone.pdf', bytes);
    await put(app, 'gone.tex', 'source');
    const one = await remove('gone.pdf', { query: '?version=3' });
    assert.deepEqual([one.statusCode, one.json()], [200, { record: 1, name: 'gone.pdf', versions: [3] }]);
    assert.equal((await get(app, 'gone.pdf')).body, 'r2', 'the version before it is the newest now');
    assert.deepEqual((await remove('gone.pdf')).json().versions, [2, 1]);
    assert.equal((await get(app, 'gone.pdf')).statusCode, 404);
    assert.doesNotMatch((await app.inject('/record/1')).body, /gone\.pdf/);
    assert.equal((await get(app, 'gone.tex')).body, 'source');
    assert.equal((await remove('gone.tex')).statusCode, 200);
    assert.deepEqual(await store.database.query(sql`SELECT FROM document WHERE name = 'gone'`), []);
    const digest = createHash('sha256').update('r1').digest('hex');
    assert.equal(await localStore(join(folder, 'files'), async () => true).size(digest), 2);
    const [entry] = await store.database.query(
      sql`SELECT actor, subject, detail FROM audit WHERE action = 'file removed' ORDER BY id LIMIT 1`,
    );
    assert.deepEqual(entry, { actor: 'edda', subject: 'record 1: gone.pdf', detail: { versions: [3] } });
  });

  test('is in the description of the API', async () => {
    const { paths } = (await appOf('local').inject('/api/openapi.json')).json();
    const { delete: described } = paths['/api/records/{id}/files/{name}'];
    assert.equal(described.responses[200].content['application/json'].schema.$ref, '#/components/schemas/RemovedFile');
    assert.match((await appOf('local').inject('/api')).body, /curl -X DELETE/);
  });

  test('is for who may add and see the document; all others learn nothing', async () => {
    const app = appOf('local');
    await put(app, 'kept.pdf', 'kept');
    for (const headers of [nobody, readToken, {}])
      assert.ok([401, 403].includes((await remove('kept.pdf', { headers })).statusCode), JSON.stringify(headers));
    const answers = [await remove('draft.pdf'), await remove('never.pdf')];
    assert.deepEqual(
      answers.map(({ statusCode, body }) => [statusCode, body.replaceAll(/draft|never|"instance":"[^"]*"/g, '')]).at(0),
      answers.map(({ statusCode, body }) => [statusCode, body.replaceAll(/draft|never|"instance":"[^"]*"/g, '')]).at(1),
    );
    assert.equal(answers[0]!.statusCode, 404);
    assert.equal((await get(app, 'draft.pdf', reviewer)).statusCode, 200);
    assert.equal((await remove('secret.pdf', { record: 2 })).statusCode, 404);
    assert.equal((await remove('kept.pdf', { query: '?version=9' })).json().code, 'REPERIO_NO_FILE_VERSION');
    for (const version of ['', '0', 'x', '1x'])
      assert.equal((await remove('kept.pdf', { query: `?version=${version}` })).statusCode, 400, version);
    assert.equal((await remove('kept.PDF')).statusCode, 404);
    assert.equal((await get(app, 'kept.pdf')).body, 'kept');
  });

  test('sent again under its key gets the same answer, and takes nothing that came since', async () => {
    const app = appOf('local');
    await put(app, 'again.txt', 'first');
    const headers = { ...editor, 'idempotency-key': 'remove-1' };
    const first = await remove('again.txt', { headers });
    assert.equal(first.statusCode, 200);
    await put(app, 'again.txt', 'second');
    assert.equal((await remove('again.txt', { headers })).body, first.body);
    assert.equal((await get(app, 'again.txt')).body, 'second');
  });
});

describe('delivery', () => {
  const bytes = randomBytes(100_000);

  test('ranges and conditions', async () => {
    const app = appOf('local');
    await put(app, 'data.bin', bytes);
    const whole = await get(app, 'data.bin');
    assert.ok(whole.rawPayload.equals(bytes));
    const tag = String(whole.headers.etag);
    const part = await get(app, 'data.bin', { range: 'bytes=10-19' });
    assert.equal(part.statusCode, 206);
    assert.equal(part.headers['content-range'], 'bytes 10-19/100000');
    assert.ok(part.rawPayload.equals(bytes.subarray(10, 20)));
    assert.ok((await get(app, 'data.bin', { range: 'bytes=-5' })).rawPayload.equals(bytes.subarray(-5)));
    assert.equal((await get(app, 'data.bin', { range: 'bytes=100000-' })).statusCode, 416);
    assert.equal((await get(app, 'data.bin', { 'if-none-match': tag })).statusCode, 304);
    assert.equal((await get(app, 'data.bin', { range: 'bytes=0-1', 'if-range': '"other"' })).statusCode, 200);
    const head = await app.inject({ method: 'HEAD', url: '/record/1/files/data.bin' });
    assert.equal(head.headers['content-length'], '100000');
    assert.equal(head.rawPayload.length, 0);
    let reads = 0;
    const counting = appWith('counting', {
      ...localStore(join(folder, 'files'), async () => true),
      read: async () => {
        reads++;
        throw new Error('nobody should read');
      },
    });
    assert.equal((await counting.inject({ method: 'HEAD', url: '/record/1/files/data.bin' })).statusCode, 200);
    assert.equal(reads, 0);
  });

  test('by Apache and nginx: they are told where, and only for who may', async () => {
    const path = (await get(appOf('sendfile'), 'data.bin')).headers['x-sendfile'];
    assert.ok(readFileSync(String(path)).equals(bytes));
    const accel = String((await get(appOf('accel'), 'data.bin')).headers['x-accel-redirect']);
    assert.match(accel, /^\/protected\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}$/);
    for (const name of ['sendfile', 'accel']) {
      const refused = await get(appOf(name), 'draft.pdf');
      assert.equal(refused.statusCode, 404);
      assert.equal(refused.headers['x-sendfile'] ?? refused.headers['x-accel-redirect'], undefined);
    }
  });
});

describe('the folder of files', () => {
  test('takes the same file from two nodes at once, and is found damaged when it is', async () => {
    const shared = join(folder, 'shared');
    const nodes = [1, 2].map((node) =>
      appWith(
        `node ${node}`,
        localStore(shared, async () => true),
      ),
    );
    const bytes = randomBytes(50_000);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => put(nodes[at % 2]!, `copy-${at}.bin`, bytes)),
    );
    for (const { statusCode, body } of answers) assert.equal(statusCode, 201, body);
    assert.deepEqual(readdirSync(join(shared, 'incoming')), []);
    const digest = createHash('sha256').update(bytes).digest('hex');
    assert.ok(readFileSync(localStore(shared, async () => true).path(digest)!).equals(bytes));
    let files = 0;
    for await (const page of allFiles(store.database)) files += page.length;
    assert.ok(files > 10);
  });
});

describe('an S3-compatible store', () => {
  const S3rver = createRequire(import.meta.url)('s3rver') as new (
    options: object,
  ) => {
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  };
  let server: InstanceType<typeof S3rver>;
  let content: ContentStore;
  before(async () => {
    server = new S3rver({
      ...{ address: '127.0.0.1', port: 0, silent: true, directory: join(folder, 's3') },
      configureBuckets: [{ name: 'library', configs: [] }],
    });
    const { port } = await server.run();
    content = openContentStore(store.database, {
      ...{ dataFolder: folder, files: 's3://library/files', s3Endpoint: `http://127.0.0.1:${port}` },
      ...{ s3Region: 'us-east-1', s3Key: 'S3RVER', s3Secret: 'S3RVER' },
    });
  });
  after(() => server.close());

  test('keeps what was sent, gives parts of it, and addresses that are good without us', async () => {
    const app = appWith('s3', content);
    const bytes = randomBytes(300_000);
    assert.equal((await put(app, 'far.bin', bytes)).statusCode, 201);
    assert.ok((await get(app, 'far.bin')).rawPayload.equals(bytes));
    assert.ok((await get(app, 'far.bin', { range: 'bytes=5-9' })).rawPayload.equals(bytes.subarray(5, 10)));
    const digest = createHash('sha256').update(bytes).digest('hex');
    assert.equal(await content.size(digest), 300_000);
    assert.equal(await content.size('0'.repeat(64)), undefined);
    const redirecting = appWith('redirect', content, { delivery: 'redirect' });
    const answer = await get(redirecting, 'far.bin');
    assert.equal(answer.statusCode, 302);
    const there = await fetch(String(answer.headers.location));
    assert.equal(there.status, 200);
    assert.match(String(there.headers.get('content-disposition')), /attachment; filename="far\.bin"/);
    assert.ok(Buffer.from(await there.arrayBuffer()).equals(bytes));
    await put(app, 'draft-far.bin', bytes, { status: 'draft' });
    assert.equal((await get(redirecting, 'draft-far.bin')).statusCode, 404);
  });

  test('that refuses us or is away is said in a sentence, and nothing is attached', async () => {
    const settings = { dataFolder: folder, files: 's3://library/files', s3Region: 'us-east-1', s3Key: 'S3RVER' };
    const away = createServer().listen(0);
    const port = (away.address() as { port: number }).port;
    away.close();
    const gone = appWith(
      'gone',
      openContentStore(store.database, { ...settings, s3Endpoint: `http://127.0.0.1:${port}`, s3Secret: 'x' }),
    );
    const answer = await put(gone, 'never.bin', 'never');
    assert.equal(answer.statusCode, 503);
    assert.match(answer.json().title, /file store does not answer/);
    assert.equal((await get(appOf('local'), 'never.bin')).statusCode, 404);
    assert.throws(
      () => openContentStore(store.database, { ...settings, s3Endpoint: undefined, s3Secret: undefined }),
      /s3-endpoint is not set/,
    );
  });
});

test('in the place of a document that cannot be read is an error, with nothing of a document about it', async () => {
  const app = appOf('local');
  await put(app, 'vanished.csv', 'a,b');
  const whole = await get(app, 'vanished.csv');
  const content = localStore(join(folder, 'files'), async () => true);
  rmSync(content.path(createHash('sha256').update('a,b').digest('hex'))!);
  const page = await app.inject({ url: '/record/99' });
  const ranges: readonly Readonly<Record<string, string>>[] = [
    {},
    { range: 'bytes=1-2' },
    { range: 'bytes=1-2', 'if-range': String(whole.headers['etag']) },
  ];
  for (const headers of ranges) {
    const answer = await get(app, 'vanished.csv', headers);
    assert.equal(answer.statusCode, 500);
    assert.match(answer.body, /<html/);
    assert.equal(Number(answer.headers['content-length']), answer.rawPayload.length);
    const names = ['content-disposition', 'content-range', 'accept-ranges', 'last-modified', 'etag'];
    assert.deepEqual(
      names.filter((name) => name in answer.headers),
      [],
    );
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['content-security-policy'], page.headers['content-security-policy']);
  }
});
