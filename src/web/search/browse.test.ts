import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createArticleApp } from '../test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

describe('browsing', () => {
  test('lists the terms around a text with counts, links to searches and to the pages before and after', async () => {
    const { statusCode, body } = await get('/search?action=browse&p=number&f=title&rg=4');
    assert.equal(statusCode, 200);
    assert.match(body, /<h1>title: all values in alphabetical order<\/h1>/);
    assert.match(body, /number is not in the list/);
    const rows = [
      ...body.matchAll(/href="([^"]*)" rel="nofollow" dir="auto">([^<]*)<\/a><\/th><td class="number">(\d+)</g),
    ];
    assert.deepEqual(
      rows.map(([, , label, count]) => [label, count]),
      [
        ['Many authors', '1'],
        ['Measured quarks', '1'],
        ['Paper number 1', '1'],
        ['Paper number 10', '1'],
      ],
    );
    const found = await get(rows[1]![1]!.replaceAll('&amp;', '&'));
    assert.match(found.body, /<h1>1 record for /);
    const next = /href="([^"]*)" rel="next nofollow"/.exec(body)![1]!.replaceAll('&amp;', '&');
    assert.match((await get(next)).body, /Paper number 11/);
    const before = /href="([^"]*)" rel="prev nofollow"/.exec(body)![1]!.replaceAll('&amp;', '&');
    assert.match((await get(before)).body, /Bosons and/);
  });

  test('shows nothing of records that the reader may not see, nor of hidden paths', async () => {
    for (const field of ['', 'title', '245__a', '595__a', 'collection']) {
      for (const text of ['secret', 'outside', 'hidden']) {
        const { body } = await get(`/search?action=browse&p=${text}&f=${field}&rg=200&ln=en`);
        const terms = body.slice(body.indexOf('<table'));
        assert.doesNotMatch(terms, />[^<]*(secret|outside|hidden words)[^<]*<\/a>/i);
      }
    }
  });

  test('an unknown collection is not found, a restricted one is said', async () => {
    assert.equal((await get('/search?action=browse&p=x&cc=Nowhere')).statusCode, 404);
    assert.match((await get('/search?action=browse&p=secret&cc=Secrets')).body, /Access to the collection/);
  });
});
