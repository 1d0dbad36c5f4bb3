import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import { deletedRecord, memoryLibrary } from '../test-library.ts';

const record = (kind: string) => ({ leader: '', fields: [field('245__', '$aTitle'), field('980__', `$a${kind}`)] });

test('sitemaps have the records that everybody may open, with their dates, and robots.txt names them', async () => {
  const records = [record('BOOK'), record('SECRET'), deletedRecord, record('ARTICLE'), record('NOTHING')];
  const app = createApp(memoryLibrary(testSite, records, 'sitemap'), { baseUrl: 'https://library.example' });
  assert.match((await app.inject('/robots.txt')).body, /\nSitemap: https:\/\/library\.example\/sitemap\.xml\n/);
  const index = await app.inject('/sitemap.xml');
  assert.match(String(index.headers['content-type']), /xml/);
  assert.deepEqual(
    [...index.body.matchAll(/<loc>([^<]+)</g)].map(([, url]) => url),
    ['https://library.example/sitemaps/0.xml'],
  );
  const file = await app.inject('/sitemaps/0.xml');
  // Of the last change of what is open: the last record of all, which nobody may open, is an hour
  // newer.
  assert.match(file.body, /<rs:md capability="resourcelist" at="2026-01-01T03:00:00Z"\/>/);
  assert.deepEqual(
    [...file.body.matchAll(/<url><loc>([^<]+)<\/loc><lastmod>([^<]+)</g)].map(([, url, date]) => [url, date]),
    [
      ['https://library.example/record/1', '2026-01-01T00:00:00Z'],
      ['https://library.example/record/4', '2026-01-01T03:00:00Z'],
    ],
  );
  const again = await app.inject({
    url: '/sitemaps/0.xml',
    headers: { 'if-none-match': String(file.headers['etag']) },
  });
  assert.equal(again.statusCode, 304);
  for (const wrong of ['1.xml', '00.xml', 'x', '999999.xml'])
    assert.equal((await app.inject(`/sitemaps/${wrong}`)).statusCode, 404, wrong);
  await app.close();
});
