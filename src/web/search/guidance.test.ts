import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createArticleApp } from '../test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

test('when a word finds nothing its neighbours are offered, with counts, in its place', async () => {
  const { body } = await get('/search?p=title:measurd+quarks');
  assert.match(body, /title:measurd finds nothing/);
  assert.match(
    body,
    /href="\/search\?p=title%3Ameasured\+and\+quarks"[^>]*>measured<\/a><\/th><td class="number">1 record</,
  );
});

test('a question without its signs is answered and said; machines get what they asked for', async () => {
  const { body } = await get('/search?p=quarks_measured');
  assert.match(body, /There is no exact match for quarks_measured: quarks and measured was searched for instead/);
  assert.match(body, /<h1>1 record for /);
  // Exports that the page links to have the same records.
  assert.match(body, /href="\/search\?p=quarks\+and\+measured&amp;rg=-9999&amp;of=xm"/);
  assert.match(body, /name="p" value="quarks_measured"/);
  assert.match((await get('/search?p=quarks_measured&ap=0')).body, /<h1>0 records for /);
  assert.deepEqual((await get('/search?p=quarks_measured&of=id')).json(), []);
  assert.deepEqual((await get('/search?p=quarks_measured&of=id&ap=1')).json(), []);
});

test('another spelling is offered with its count, unless alternatives are not wanted', async () => {
  assert.match(
    (await get('/search?p=quraks+measured')).body,
    /Did you mean <a href="\/search\?p=quarks\+measured"[^>]*>quarks measured<\/a>\? \(1 record\)/,
  );
  assert.doesNotMatch((await get('/search?p=quraks+measured&ap=0')).body, /Did you mean/);
  assert.doesNotMatch((await get('/search?p=secrte')).body, /Did you mean/);
});

test('what is found elsewhere is counted: in the whole library, without filters, in collections outside the tree', async () => {
  assert.match((await get('/search?p=boson&cc=Outside&title=Bosons')).body, /cc=Outside|The whole library/);
  const elsewhere = (await get('/search?p=quarks&cc=Outside')).body;
  assert.match(elsewhere, /href="\/search\?p=quarks"[^>]*>The whole library<\/a><\/th><td class="number">1 record</);
  assert.match((await get('/search?p=title:outside')).body, /href="[^"]*cc=Outside"[^>]*>Outside<\/a>/);
});

test('neighbours and counts know nothing of records that the reader may not see', async () => {
  for (const text of [
    'secreta',
    'title:secre',
    'title:"secret boson"',
    'collection:secre',
    'hiddem',
    '595__a:hiddem',
    'title:collectiom',
  ]) {
    const { body } = await get(`/search?p=${encodeURIComponent(text)}`);
    assert.match(body, /<h1>0 records for /);
    assert.doesNotMatch(body, /dir="auto">[^<]*(secret|hidden|collection)[^<]*<\/a>/, text);
  }
});

describe('suggestions', () => {
  test('are JSON of what visible records have, of one kind or all', async () => {
    const answer = await get('/api/suggest?q=quar&kind=title');
    assert.equal(answer.statusCode, 200);
    assert.match(answer.headers['content-type'] as string, /^application\/json/);
    const [only, none] = (await get('/api/suggest?q=meas')).json().suggestions;
    assert.equal(none, undefined);
    const { url, ...rest } = only;
    assert.deepEqual(rest, { kind: 'title', text: 'Measured quarks', query: 'title:"measured quarks"', count: 1 });
    assert.match(url, /\/search\?p=title%3A%22measured\+quarks%22$/);
    assert.equal((await get('/api/suggest?q=paper&size=3')).json().suggestions.length, 3);
    assert.deepEqual((await get('/api/suggest?q=paper&cc=Outside')).json().suggestions, []);
    assert.equal((await get('/api/suggest?q=outs&cc=Outside')).json().suggestions.length, 1);
  });

  test('know nothing of records that the reader may not see', async () => {
    for (const query of [
      '/api/suggest?q=secret',
      '/api/suggest?q=outside',
      '/api/suggest?q=secret&cc=Secrets',
      '/api/suggest?q=in%20no',
    ])
      assert.deepEqual((await get(query)).json().suggestions, [], query);
  });

  test('of a kind that is none are a problem', async () => {
    const answer = await get('/api/suggest?q=x&kind=recipe');
    assert.equal(answer.statusCode, 400);
    assert.match(answer.headers['content-type'] as string, /problem\+json/);
  });
});
