import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { dataField, type MarcRecord } from '../../marc/record.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

const field = (tag: string, value: string, code = 'a') => dataField(tag, ' ', ' ', [{ code, value }]);
const paper = (title: string, ...more: MarcRecord['fields']): MarcRecord => ({
  leader: '',
  fields: [field('245', title), ...more, field('980', 'ARTICLE')],
});

test('a record that cannot be read is left out of every list, which the log says', async () => {
  const library = memoryLibrary(defaultSite(), [paper('First'), paper('Second'), paper('Third')], 'broken');
  const lines: { readonly record?: number; readonly msg: string }[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => lines.push(JSON.parse(line)) });
  const app = createApp(
    {
      ...library,
      stored: async (ids, bytes) => {
        const { rows, taken } = await library.stored(ids, bytes);
        return { rows: rows.map((row) => (row.id === 2 ? { ...row, marc: '["' } : row)), taken };
      },
    },
    { logger },
  );
  const lists = [
    '/search?of=xm',
    '/search?of=js',
    '/search?of=hd',
    '/search?of=hm',
    '/feed',
    '/rss',
    '/api/search',
    '/api/records',
  ];
  for (const path of lists) {
    const { statusCode, body } = await app.inject(path);
    assert.equal(statusCode, 200, path);
    for (const other of [/First|record\/1/, /Third|record\/3/]) assert.match(body, other, path);
    assert.doesNotMatch(body, /Second/, path);
  }
  assert.deepEqual(
    lines.map(({ record, msg }) => [record, msg]),
    lists.map(() => [2, 'record left out']),
  );
  await app.close();
});

test('lists of large records end where they have become long, and say where they go on', async () => {
  const abstracts = Array.from({ length: 12 }, (_, i) => field('520', `${i} ${'words '.repeat(16_000)}`));
  const many = Array.from({ length: 30 }, (_, i) => paper(`Paper ${i + 1}`, ...abstracts));
  const app = createApp(memoryLibrary(defaultSite(), many, 'large'));
  for (const first of ['/api/search?size=500&sf=title', '/api/search?size=500', '/api/records?size=500']) {
    const seen: number[] = [];
    let parts = 0;
    for (let path: string | null = first; path !== null; ) {
      const { body } = await app.inject(path);
      assert.ok(body.length < 10e6, `${body.length} characters`);
      const { records, next }: { records: { recid: number }[]; next: string | null } = JSON.parse(body);
      seen.push(...records.map(({ recid }) => recid));
      path = next === null ? null : next.replace(/^https?:\/\/[^/]+/, '');
      parts++;
    }
    assert.ok(parts > 2, first);
    assert.equal(new Set(seen).size, 30, first);
    assert.equal(seen.length, 30);
  }
  const seen = new Set<string>();
  let pages = 0;
  const notes = Array.from({ length: 50 }, (_, i) => field('500', `${i} ${'note '.repeat(700)}`));
  const noted = createApp(
    memoryLibrary(
      defaultSite(),
      Array.from({ length: 200 }, () => paper('Paper', ...notes)),
      'noted',
    ),
  );
  for (let path: string | undefined = '/search?of=hm&rg=200'; path !== undefined; pages++) {
    const { body }: { readonly body: string } = await noted.inject(path);
    for (const [, id] of body.matchAll(/href="\/record\/(\d+)\/marc"/g)) seen.add(id!);
    path = /<a href="([^"]+)" rel="next nofollow">/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  }
  assert.equal(seen.size, 200);
  assert.ok(pages > 1);
  await app.close();
  await noted.close();
});

test('a record of very many fields is shown as far as it is read, and is in no format whole', async () => {
  const fields = Array.from({ length: 120_000 }, (_, i) => field('500', `note ${i}`));
  const app = createApp(memoryLibrary(defaultSite(), [paper('Small'), paper('Endless', ...fields)], 'endless'));
  for (const tab of ['', '/marc', '/references', '/authors']) {
    const { statusCode, body } = await app.inject(`/record/2${tab}`);
    assert.equal(statusCode, 200);
    assert.match(body, /The record is very large: .* of it is not shown here\./);
  }
  assert.doesNotMatch((await app.inject('/record/1')).body, /very large/);
  const answer = await app.inject('/record/2/export/js');
  assert.equal(answer.statusCode, 422);
  assert.match(answer.body, /Record 2 is too large to be written in this format here\./);
  assert.equal((await app.inject('/api/records/2')).json().code, 'REPERIO_RECORD_TOO_LARGE');
  for (const list of ['/search?of=hd', '/search?of=hm', '/feed', '/rss'])
    assert.match((await app.inject(list)).body, /Endless|record\/2/, list);
  assert.equal((await app.inject('/search?of=js')).json().length, 1);
  assert.equal((await app.inject('/search?of=xm')).body.match(/<record>/g)?.length, 2, 'as it is stored it goes out');
  await app.close();
});
