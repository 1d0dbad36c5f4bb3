import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { UserError } from '../../errors/errors.ts';
import { type DocumentWatch, watchDocuments } from '../../files/changes.ts';
import type { ContentStore } from '../../files/content.ts';
import { addFile } from '../../files/documents.ts';
import { localStore } from '../../files/local-store.ts';
import { splitFileName } from '../../files/names.ts';
import { receive } from '../../files/receive.ts';
import { field } from '../../formats/test-records.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { createSession } from '../../people/sessions.ts';
import { parseSite } from '../../site/parse.ts';
import { openThumbnails } from '../../thumbnails/kept.ts';
import { makeThumbnails } from '../../thumbnails/maker.ts';
import { pdf, png, svg } from '../../thumbnails/test-pictures.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { webErrors } from '../http/errors.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPeople } from '../test-people.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-web-thumbnails-'));
const { site } = parseSite(`
extends: default
site: {name: Pictures, admin: admin@library.example}
collections:
  - name: Pictures
    children:
      - {name: Photographs, query: '980__a:PICTURE', view: gallery, children: [{name: Old, query: '260__c:1850'}]}
      - {name: Papers, query: '980__a:PAPER'}
      - {name: Closed, query: '980__a:CLOSED', restricted: true}
roles: {keepers: {may: [{action: viewrestrcoll, collection: Closed}]}}
`);
const titled = (title: string, kind: string, year = '1990') => ({
  leader: '',
  fields: [field('245__', `$a${title}`), field('260__', `$c${year}`), field('980__', `$a${kind}`)],
});
const records = [
  titled('Harbour at dawn', 'PICTURE', '1850'),
  titled('On harbours', 'PAPER'),
  titled('A harbour that few may see', 'CLOSED'),
  titled('Harbour without picture', 'PICTURE'),
];
let store: TestDatabase;
let people: WebPeople;
let content: ContentStore;
let documents: DocumentWatch;
let app: FastifyInstance;
let still: FastifyInstance;
const headers: Record<'keeper' | 'reviewer', Readonly<Record<string, string>>> = { keeper: {}, reviewer: {} };
const ending = new AbortController();
let drawing: Promise<void>;
/** That lists and documents have cost. */
let statements = 0;

async function add(record: number, name: string, bytes: Buffer, status = '', description = ''): Promise<void> {
  const kept = await receive(content, Readable.from([bytes]), 1e9);
  const file = { record, ...splitFileName(name), ...kept, status, description, person: undefined };
  await store.database.transaction((transaction) => addFile(transaction, content, file, () => true));
  await documents.look();
}

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  const mayReview = { description: '', may: [{ action: 'viewrestrdoc', arguments: { status: 'draft' } }], rules: '' };
  await createRole(store.database, operator, 'reviewers', mayReview as Parameters<typeof createRole>[3], anyRole);
  await people.access.refresh();
  for (const [name, role] of [
    ['keeper', 'keepers'],
    ['reviewer', 'reviewers'],
  ] as const) {
    const person = await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: undefined, roles: [role] },
      ...{ state: 'active', origin: 'operator' },
    });
    const session = { person, remember: false, address: '127.0.0.1', agent: '' };
    headers[name] = { cookie: `reperio=${(await createSession(store.database, session)).secret}` };
  }
  content = localStore(join(folder, 'files'), async () => true);
  documents = await watchDocuments(store.database);
  const thumbnails = openThumbnails(folder);
  const counted = Object.assign(Object.create(store.database) as typeof store.database, {
    query: (...asked: Parameters<typeof store.database.query>) => {
      statements++;
      return store.database.query(...asked);
    },
  });
  const files = {
    ...{ database: counted, store: content, delivery: 'stream' as const, accelPrefix: '', limit: 1e6 },
    ...{ thumbnails, thumbnailPatience: 60_000, changes: () => documents.now() },
  };
  app = createApp(memoryLibrary(site!, records), { people, files });
  // Its own folder, in which nobody draws.
  const nobody = { thumbnails: openThumbnails(join(folder, 'still')), thumbnailPatience: 0 };
  still = createApp(memoryLibrary(site!, records, '2'), { people, files: { ...files, ...nobody } });
  const options = { thumbnails, store: content, limit: 1e9, signal: ending.signal, onTrouble: () => undefined };
  drawing = makeThumbnails(options);
});
after(async () => {
  ending.abort();
  await drawing;
  documents.close();
  await app.close();
  await still.close();
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, more: Readonly<Record<string, string>> = {}, of = app): Promise<LightMyRequestResponse> =>
  of.inject({ url, headers: more });
/** What of a page shows thumbnails. */
const shownIn = ({ body }: LightMyRequestResponse): readonly string[] =>
  [...body.matchAll(/<img src="\/record\/(\d+)\/thumbnails\/([^"?]+)\?/g)].map(([, id, name]) => `${id} ${name}`);

describe('thumbnails', () => {
  test('a library without documents asks for none: the list costs no statement more', async () => {
    assert.equal(documents.now(), '0');
    statements = 0;
    const none = await get('/search?p=harbour&of=hb');
    assert.equal(statements, 0);
    assert.equal(none.body.includes('thumbnail'), false);
  });

  test('are drawn for whoever asks first, with the headers of the document', async () => {
    await add(1, 'dawn.png', png(640, 320), '', 'The harbour at dawn');
    await add(2, 'paper.pdf', pdf());
    for (const [address, document] of [
      ['/record/1/thumbnails/dawn.png?size=small', '/record/1/files/dawn.png'],
      ['/record/2/thumbnails/paper.pdf', '/record/2/files/paper.pdf'],
    ] as const) {
      const [answer, original] = [await get(address), await get(document)];
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.headers['content-type'], 'image/webp');
      assert.equal(answer.rawPayload.toString('latin1', 8, 12), 'WEBP');
      for (const name of ['cache-control', 'content-security-policy', 'x-content-type-options', 'vary'] as const)
        assert.equal(answer.headers[name], original.headers[name], name);
      const held = { 'if-none-match': String(answer.headers['etag']) };
      assert.equal((await get(address, held)).statusCode, 304);
      assert.equal((await get(address.replace(/\?.*|$/, '?size=large'), held)).statusCode, 200);
    }
  });

  test('a size that there is not is told by name, to those only who may see the document', async () => {
    const wrong = await get('/record/1/thumbnails/dawn.png?size=huge');
    assert.equal(wrong.statusCode, 400);
    assert.match(wrong.body, /no thumbnails of the size &quot;huge&quot;/);
    assert.equal((await get('/record/1/thumbnails/none.png?size=huge')).statusCode, 404);
    assert.equal((await get('/record/3/thumbnails/none.png?size=huge')).statusCode, 404);
  });

  test('what nobody draws in time, or at all, has an icon that nobody keeps', async () => {
    await add(4, 'broken.png', Buffer.from('no picture'));
    for (const answer of [
      await get('/record/1/thumbnails/dawn.png', {}, still),
      await get('/record/4/thumbnails/broken.png'),
    ]) {
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.headers['content-type'], 'image/svg+xml');
      assert.equal(answer.headers['cache-control'], 'private, no-store');
      assert.equal(answer.headers['etag'], undefined);
    }
    await store.database.query(sql`DELETE FROM document WHERE record_id = 4`);
  });

  test('a drawing with a script has none, and stays a download', async () => {
    await add(2, 'figure.svg', svg);
    assert.equal((await get('/record/2/thumbnails/figure.svg')).statusCode, 404);
    assert.match(String((await get('/record/2/files/figure.svg')).headers['content-disposition']), /^attachment/);
    assert.deepEqual(shownIn(await get('/record/2')), ['2 paper.pdf']);
  });
});

describe('who may see them', () => {
  test('exactly who may see the document: everywhere', async () => {
    await add(2, 'draft.png', png(20, 20), 'draft');
    await add(3, 'closed.png', png(30, 20));
    const asked = [
      ['/record/2/thumbnails/draft.png', '/record/2/files/draft.png', 'reviewer'],
      ['/record/3/thumbnails/closed.png', '/record/3/files/closed.png', 'keeper'],
    ] as const;
    for (const [thumbnail, document, who] of asked)
      for (const [name, more] of [['guest', {}] as const, ...Object.entries(headers)]) {
        const [one, other] = [await get(thumbnail, more), await get(document, more)];
        assert.equal(one.statusCode, name === who ? 200 : 404, `${thumbnail} for ${name}`);
        assert.equal(one.statusCode, other.statusCode);
        assert.equal(one.headers['cache-control'], other.headers['cache-control']);
        const plain = (text: string): string =>
          text.replaceAll(/thumbnails/g, 'files').replaceAll(/name="token" value="[^"]*"/g, '');
        if (name !== who) assert.equal(plain(one.body), plain(other.body));
      }
  });

  test('in hits, on records, in the API and in feeds', async () => {
    const list = '/search?p=harbour&of=hb&so=a';
    assert.deepEqual(shownIn(await get(list)), ['1 dawn.png', '2 paper.pdf']);
    assert.deepEqual(shownIn(await get(list, headers.reviewer)), ['1 dawn.png', '2 draft.png']);
    assert.deepEqual(shownIn(await get(`${list}&cc=Closed`, headers.keeper)), ['3 closed.png']);
    assert.deepEqual(shownIn(await get('/record/2', headers.reviewer)), ['2 paper.pdf', '2 draft.png']);
    const thumbnails = async (more = {}): Promise<readonly string[]> => {
      const { files } = (await get('/api/records/2/files', more)).json() as { files: { thumbnail?: string }[] };
      return files.flatMap(({ thumbnail }) => thumbnail?.replace(/.*thumbnails\//, '') ?? []);
    };
    assert.deepEqual(await thumbnails(), ['paper.pdf?size=large']);
    assert.deepEqual(await thumbnails(headers.reviewer), ['draft.png?size=large', 'paper.pdf?size=large']);
    for (const address of ['/feed?p=harbour', '/rss?p=harbour', '/api/search?p=harbour', '/record/2?of=xm'])
      assert.equal((await get(address)).body.includes('draft'), false, address);
  });
});

describe('lists of records', () => {
  test('are drawn anew when a document comes, or is closed', async () => {
    const address = '/search?p=harbour&of=hb';
    const before = await get(address);
    const held = { 'if-none-match': String(before.headers['etag']) };
    assert.equal((await get(address, held)).statusCode, 304);
    await add(4, 'new.png', png(10, 10));
    const shown = await get(address, held);
    assert.equal(shown.statusCode, 200);
    assert.ok(shownIn(shown).includes('4 new.png'));
    await add(4, 'new.png', png(10, 10), 'draft');
    const closed = await get(address, { 'if-none-match': String(shown.headers['etag']) });
    assert.equal(shownIn(closed).includes('4 new.png'), false);
  });

  test('read the documents of all hits at once, and go on without a database', async () => {
    statements = 0;
    const { body } = await get('/search?p=harbour&of=hb');
    assert.equal(statements, 1);
    assert.match(
      body,
      /<img src="[^"]*" width="112" height="84" loading="lazy" decoding="async" alt="The harbour at dawn">/,
    );
    const away = Object.assign(Object.create(store.database), {
      query: async () => {
        throw new UserError(webErrors.noDatabase);
      },
    });
    const files = { database: away, store: content, delivery: 'stream' as const, accelPrefix: '', limit: 1 };
    const outage = createApp(memoryLibrary(site!, records, '3'), {
      files: { ...files, thumbnails: openThumbnails(folder) },
    });
    const list = await get('/search?p=harbour&of=hb', {}, outage);
    assert.equal(list.statusCode, 200);
    assert.match(list.body, / at dawn</);
    await outage.close();
  });

  test('are galleries where the site file says so, in what is below, and where a reader asks', async () => {
    const isGallery = ({ body }: LightMyRequestResponse): boolean => body.includes('<ol class="gallery"');
    assert.deepEqual(
      await Promise.all(
        [
          '/search?cc=Photographs',
          '/search?cc=Old',
          '/search?c=Old',
          '/search?cc=Papers',
          '/search?p=harbour',
          '/search?p=harbour&of=hp',
          '/search?cc=Photographs&of=hb',
        ].map(async (address) => isGallery(await get(address))),
      ),
      [true, true, true, false, false, true, false],
    );
    const gallery = await get('/search?cc=Photographs&rg=1');
    assert.match(gallery.body, /href="\/search\?cc=Photographs&amp;jrec=2&amp;rg=1"/, 'the next page is one too');
    const list = await get('/search?cc=Photographs&rg=1&of=hb');
    assert.match(list.body, /href="\/search\?cc=Photographs&amp;[^"]*jrec=2[^"]*of=hb"/, 'and of the list the list');
    assert.match(gallery.body, /Harbour without picture/);
    assert.deepEqual(shownIn(await get('/search?cc=Photographs')), ['1 dawn.png']);
  });
});
