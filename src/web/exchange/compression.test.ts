import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createArticleApp } from '../test-articles.ts';
import { codingFor } from './compression.ts';

const { app } = createArticleApp();
after(() => app.close());
const ask = (url: string, accepted?: string) =>
  app.inject({ url, headers: accepted === undefined ? {} : { 'accept-encoding': accepted } });

test('a page is compressed as the client likes, and is the same page', async () => {
  const plain = await ask('/help/search');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.match(String(plain.headers['vary']), /Accept-Encoding/);
  const br = await ask('/help/search', 'gzip, deflate, br');
  const gzip = await ask('/help/search', 'gzip');
  assert.equal(br.headers['content-encoding'], 'br');
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(brotliDecompressSync(br.rawPayload).toString(), plain.body);
  assert.equal(gunzipSync(gzip.rawPayload).toString(), plain.body);
  assert.ok(br.rawPayload.length < plain.rawPayload.length / 3);
  assert.equal(Number(br.headers['content-length']), br.rawPayload.length);
  assert.equal(br.headers.etag, plain.headers.etag);
  const held = await app.inject({
    url: '/help/search',
    headers: { 'accept-encoding': 'br', 'if-none-match': String(br.headers.etag) },
  });
  assert.equal(held.statusCode, 304);
});

test('exports, HEAD and pages that hold secrets are sent as they are', async () => {
  assert.equal((await ask('/search?of=xm&rg=100', 'br')).headers['content-encoding'], undefined);
  assert.equal((await ask('/account/sign-in', 'br')).headers['content-encoding'], undefined);
  const head = await app.inject({ method: 'HEAD', url: '/help/search', headers: { 'accept-encoding': 'br' } });
  assert.equal(head.headers['content-encoding'], undefined);
});

test('weights of codings are read', () => {
  assert.equal(codingFor('br;q=0, gzip'), 'gzip');
  assert.equal(codingFor('br;q=0.5, gzip;q=0.8'), 'gzip');
  assert.equal(codingFor('*'), 'br');
  assert.equal(codingFor('identity'), undefined);
  assert.equal(codingFor(undefined), undefined);
});
