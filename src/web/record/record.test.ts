import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createArticleApp } from '../test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

test('a page has its meta tags and structured data that is JSON', async () => {
  const { body } = await get('/record/1');
  assert.match(body, /<meta name="citation_author" content="Ellis, John">/);
  assert.match(body, /<meta name="DC.date" content="1999">/);
  const data = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(body)?.[1];
  assert.equal(JSON.parse(data!)['@id'], 'https://library.example/record/1');
});

test('what is not there, not open, or no number is 404 alike', async () => {
  const pages = await Promise.all(['3', '7', '999', '0', 'x', '99999999999'].map((id) => get(`/record/${id}`)));
  for (const answer of pages) assert.equal(answer.statusCode, 404);
  assert.equal(
    pages[0]!.body.replaceAll('/record/3', '').replace(/record 3/gi, ''),
    pages[2]!.body.replaceAll('/record/999', '').replace(/record 999/gi, ''),
  );
  assert.equal((await get('/record/3/export/xm')).statusCode, 404);
});

test('a deleted record is 410', async () => {
  const answer = await get('/record/4');
  assert.equal(answer.statusCode, 410);
  assert.match(answer.body, /Record 4 was deleted on/);
});

test('a record reached by its collection’s name only has a page', async () => {
  assert.equal((await get('/record/5')).statusCode, 200);
});

const accepted: readonly (readonly [accept: string, type: RegExp])[] = [
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', /^text\/html/],
  ['*/*', /^text\/html/],
  ['application/json', /^application\/json/],
  ['application/x-bibtex', /^application\/x-bibtex/],
  ['application/marcxml+xml', /^application\/marcxml\+xml/],
  ['application/oai_dc+xml', /^text\/xml/],
  ['text/html;q=0.5, application/json', /^application\/json/],
];
for (const [accept, type] of accepted) {
  test(`a client that accepts ${accept} gets ${type.source}`, async () => {
    const answer = await get('/record/1', { accept });
    assert.match(answer.headers['content-type'] as string, type);
    assert.match(answer.headers.vary as string, /Accept/);
  });
}

test('three thousand authors: twenty first, then pages of them, all small', async () => {
  const page = await get('/record/6');
  assert.match(page.body, /all 3,000 authors/);
  assert.equal(page.body.match(/Author, Number \d+<\/a>/g)?.length, 20);
  const last = await get('/record/6/authors?page=15');
  assert.match(last.body, /Author, Number 2999</);
  for (const url of [
    '/record/6',
    '/record/6/authors',
    '/record/6/marc',
    '/search?p=many',
    '/search?p=many&of=hd',
    '/search?p=many&of=hm',
  ]) {
    assert.ok((await get(url)).body.length < 60_000, url);
  }
  assert.equal((await get('/record/6/export/xm')).body.match(/tag="700"/g)?.length, 3000);
});
