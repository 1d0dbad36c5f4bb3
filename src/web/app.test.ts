import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { SegmentDamaged } from '../index/segment/errors.ts';
import { createApp } from './app.ts';
import { articleLibrary, createArticleApp } from './test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

test('pages that are there are there, in both languages', async () => {
  for (const url of [
    '/',
    '/collection/Articles%20%26%20Notes',
    '/help/search',
    '/search',
    '/record/1/references',
    '/search?aas=1',
  ]) {
    for (const language of ['en', 'fr']) {
      const answer = await get(url, { 'accept-language': `${language};q=0.9` });
      assert.equal(answer.statusCode, 200, url);
      assert.match(answer.body, new RegExp(`<html lang="${language}"`));
    }
  }
  assert.match((await get('/?ln=fr')).headers['set-cookie'] as string, /^ln=fr;/);
  assert.match((await get('/', { cookie: 'ln=fr' })).body, /Articles et notes/);
});

test('a page that is not there is 404, a method that is not possible 405', async () => {
  assert.equal((await get('/nothing/here')).statusCode, 404);
  assert.equal((await get('/%zz')).statusCode, 404);
  const post = await app.inject({ method: 'POST', url: '/search?p=x' });
  assert.equal(post.statusCode, 405);
  assert.equal(post.headers.allow, 'GET, HEAD');
  assert.equal((await app.inject({ method: 'DELETE', url: '/record/1/export/xm' })).statusCode, 405);
  assert.equal((await app.inject({ method: 'POST', url: '/nothing' })).statusCode, 404);
});

test('HEAD answers like GET without a body', async () => {
  for (const url of ['/', '/search?p=boson', '/record/1', '/search?p=boson&of=xm']) {
    const answer = await app.inject({ method: 'HEAD', url });
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.body, '');
  }
});

test('every answer is guarded, and no page has a script or style of its own', async () => {
  for (const url of ['/', '/search?p=boson', '/record/1', '/nothing', '/robots.txt']) {
    const { headers, body } = await get(url);
    assert.match(headers['content-security-policy'] as string, /default-src 'none'.*script-src 'self'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.doesNotMatch(body, /<style|<script>| style="| on\w+="/);
  }
});

test('a browser that has a page already gets 304, another reader does not', async () => {
  const tag = (await get('/search?p=boson')).headers.etag as string;
  assert.equal((await get('/search?p=boson', { 'if-none-match': tag })).statusCode, 304);
  assert.equal((await get('/search?p=boson', { 'if-none-match': tag, cookie: 'theme=dark' })).statusCode, 200);
  assert.equal((await get('/search?p=quark', { 'if-none-match': tag })).statusCode, 200);
});

test('a theme that is chosen is remembered, and only our own pages are gone back to', async () => {
  const choose = (payload: string): Promise<LightMyRequestResponse> =>
    app.inject({
      method: 'POST',
      url: '/preferences',
      payload,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const answer = await choose('theme=dark&back=%2Fsearch%3Fp%3Dboson');
  assert.equal(answer.statusCode, 303);
  assert.equal(answer.headers.location, '/search?p=boson');
  assert.match(answer.headers['set-cookie'] as string, /^theme=dark;.*HttpOnly/);
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', '/a b']) {
    assert.equal((await choose(`theme=light&back=${encodeURIComponent(back)}`)).headers.location, '/', back);
  }
  assert.match((await get('/', { cookie: 'theme=dark' })).body, /<html lang="en" dir="ltr" data-theme="dark">/);
  assert.doesNotMatch((await get('/', { cookie: 'theme="><script>' })).body, /data-theme/);
});

test('assets are named by their content, kept for ever, and compressed', async () => {
  const address = /href="(\/assets\/style-[0-9a-f]{12}\.css)"/.exec((await get('/')).body)![1]!;
  const answer = await get(address, { 'accept-encoding': 'gzip, br' });
  assert.equal(answer.headers['content-encoding'], 'br');
  assert.match(answer.headers['cache-control'] as string, /immutable/);
  assert.match((await get(address)).body, /^:root\{/);
  assert.equal((await get('/assets/style-000000000000.css')).statusCode, 404);
  assert.equal((await get('/assets/..%2Fapp.ts')).statusCode, 404);
});

test('old addresses of collections and feeds still lead somewhere', async () => {
  assert.equal((await get('/?c=Articles+%26+Notes')).headers.location, '/collection/Articles%20%26%20Notes');
  assert.match((await get('/rss?p=boson')).body, /<opensearch:totalResults>2</);
  assert.equal((await get('/collection/Library%20of%20Tests')).headers.location, '/');
  assert.equal((await get('/record/1/')).statusCode, 200);
});

test('a restricted collection says that it is, an unknown one that it is not', async () => {
  assert.equal((await get('/collection/Secrets')).statusCode, 403);
  assert.equal((await get('/collection/Nowhere')).statusCode, 404);
});

test('a feed has the newest records first', async () => {
  const { body, headers } = await get('/feed?p=boson');
  assert.match(headers['content-type'] as string, /application\/atom\+xml/);
  assert.deepEqual(
    [...body.matchAll(/<id>https:\/\/library\.example\/record\/(\d+)<\/id>/g)].map((match) => match[1]),
    ['2', '1'],
  );
});

test('a fault in the server is noted under a number and shows nothing of it', async () => {
  const library = articleLibrary();
  const broken = createApp({ ...library, stored: () => Promise.reject(new Error('inner words')) });
  const answer = await broken.inject('/record/1');
  assert.equal(answer.statusCode, 500);
  assert.doesNotMatch(answer.body, /inner words/);
  assert.ok(answer.body.includes(answer.headers['x-request-id'] as string));
  await broken.close();
});

test('a damaged byte of the index is mended and the reader does not see it', async () => {
  const library = articleLibrary();
  const mended: string[] = [];
  const hurt = createApp({
    ...library,
    snapshot: () => {
      if (mended.length === 0) throw new SegmentDamaged('abc', 'terms', 12, 'the checksum is wrong');
      return library.snapshot();
    },
    repair: async (segment) => {
      mended.push(segment);
    },
  });
  assert.equal((await hurt.inject('/search?p=boson')).statusCode, 200);
  assert.deepEqual(mended, ['abc']);
  await hurt.close();
});

test('health and robots', async () => {
  assert.equal((await get('/health/live')).body, 'ok\n');
  assert.equal((await get('/health/ready')).body, 'ready\n');
  assert.match((await get('/robots.txt')).body, /Disallow: \/search/);
  assert.match(
    (await get('/opensearchdescription')).body,
    /template="https:\/\/library\.example\/search\?p=\{searchTerms\}"/,
  );
});
