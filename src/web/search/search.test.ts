import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { exportFormats } from '../../formats/formats.ts';
import { createArticleApp } from '../test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

test('a page has its hits, marks the words, and escapes what records say', async () => {
  const answer = await get('/search?p=boson');
  assert.equal(answer.statusCode, 200);
  assert.match(answer.headers['content-type'] as string, /text\/html/);
  assert.match(answer.body, /<h1>2 records for /);
  assert.match(answer.body, /<mark>Bosons<\/mark> and &lt;script&gt;/);
  assert.doesNotMatch(answer.body, /<script>alert/);
});

test('the page says which of how many hits it shows, and for what', async () => {
  const third = (await get('/search?p=paper&jrec=21&rg=10')).body;
  assert.match(third, /<h1>30 records for <span dir="auto">paper<\/span><\/h1>/);
  assert.match(third, /21–30 of 30, found in/);
  assert.match((await get('/search?p=paper&rg=7&jrec=29')).body, /29–30 of 30/);
  assert.doesNotMatch((await get('/search?p=zzyzx')).body, /–\d* of/);
  const long = (await get(`/search?p=${'paper+'.repeat(100)}&ap=0`)).body;
  assert.match(long, /<h1>30 records for <span dir="auto">[paper ]{80}…<\/span>/);
});

test('a filter says to a screen reader what it takes away', async () => {
  const body = (await get('/search?p=paper&facet.year=1999')).body;
  assert.match(body, /<a class="chip" [^>]*aria-label="Remove filter Year: 1999"/);
});

test('hits stand before the facets, and the second link of the page skips to them', async () => {
  const { body } = await get('/search?p=paper');
  const places = ['href="#main"', 'href="#hits"', 'class="results" id="hits"', 'class="facets" id="facets"'];
  const found = places.map((text) => body.indexOf(text));
  assert.deepEqual(
    found,
    found.toSorted((a, b) => a - b),
  );
  assert.ok(found[0]! > 0);
});

test('a value is excluded, and the page says which', async () => {
  const all = (await get('/search?p=paper&of=id')).json() as number[];
  const { body } = await get('/search?p=paper&facet.not.year=1999');
  assert.match(body, /Remove filter Year: not 1999/);
  const rest = (await get('/search?p=paper&of=id&facet.not.year=1999')).json() as number[];
  const those = (await get('/search?p=paper&of=id&facet.year=1999')).json() as number[];
  assert.deepEqual([...rest, ...those].sort(), all.sort());
  assert.match(
    (await get('/search?p=paper')).body,
    /<button form="without" name="facet\.not\.\w+" value="[^"]+" aria-label="not /,
  );
});

test('a hit says where the words are when title and abstract do not', async () => {
  assert.match((await get('/search?p=boson')).body, /Keywords: <\/span><mark>boson<\/mark> production/);
});

test('of=id gives all numbers newest first, or as many as asked for', async () => {
  const all = (await get('/search?p=paper&of=id')).json();
  assert.deepEqual(
    all,
    Array.from({ length: 30 }, (_, i) => 37 - i),
  );
  assert.deepEqual((await get('/search?p=paper&of=id&rg=2&jrec=3')).json(), [35, 34]);
});

test('nothing of restricted, uncollected, deleted or outside records is anywhere', async () => {
  assert.deepEqual((await get('/search?p=boson&of=id')).json(), [2, 1]);
  for (const url of [
    '/',
    '/search',
    '/search?of=xm&rg=100',
    '/feed?rg=100',
    '/search/facet?code=author',
    '/search?p=secret',
    '/collection/Articles%20%26%20Notes',
  ]) {
    assert.doesNotMatch((await get(url)).body, /Secret bosons|In no collection|Outside boson/, url);
  }
  assert.deepEqual((await get('/search?cc=Outside&of=id')).json(), [5]);
});

test('hidden fields are in no format', async () => {
  // Record 2 has its hidden field in the original script only.
  for (const url of [
    ...[1, 2].flatMap((id) => [
      `/record/${id}`,
      `/record/${id}/marc`,
      `/search?p=recid:${id}&of=hm`,
      `/search?p=recid:${id}&of=hd`,
      ...exportFormats.flatMap(({ code }) => [`/record/${id}/export/${code}`, `/search?p=recid:${id}&of=${code}`]),
    ]),
    '/search?p=recid:1&of=595__a',
    '/search?p=recid:2&of=880__a',
    '/search?p=recid:1&of=tm&ot=595__a',
    '/search?p=recid:1&of=excel&ot=595__a',
    '/search?p=recid:1&of=recjson&ot=internal_notes',
  ]) {
    const answer = await get(url);
    assert.equal(answer.statusCode, 200, url);
    assert.doesNotMatch(answer.body, /hidden words/, url);
  }
  assert.deepEqual((await get('/search?p=595__a:hidden*&of=id')).json(), []);
});

test('an unknown collection is 404 and its name is escaped', async () => {
  const answer = await get('/search?cc=%3CSCRIPT%3E');
  assert.equal(answer.statusCode, 404);
  assert.match(answer.body, /There is no collection &lt;SCRIPT&gt;/);
});

test('an unknown format is refused with those there are', async () => {
  const answer = await get('/search?of=nonsense');
  assert.equal(answer.statusCode, 400);
  assert.match(answer.body, /^error: There is no format nonsense\.\nhint: The formats are .*xm or marcxml/);
});

test('a MARC path that is none is the asker’s mistake', async () => {
  assert.equal((await get('/search?of=xm&ot=%21%21%21%21%21%21%21%21')).statusCode, 400);
});

test('a search page takes one statement at most and says so', async () => {
  const timing = (await get('/search?p=boson')).headers['server-timing'] as string;
  assert.match(timing, /^total;dur=[\d.]+, search;dur=[\d.]+, sql;dur=[\d.]+;desc="[01]"$/);
});

test('the boxes of the year picture lead to one address', async () => {
  const answer = await get('/search?p=paper&y1=1980&y2=1985');
  assert.equal(answer.statusCode, 302);
  assert.equal(answer.headers.location, '/search?p=paper&facet.year=1980-%3E1985');
  assert.match((await get(answer.headers.location as string)).body, /<h1>6 records/);
});

test('pages are numbered and their ends are links', async () => {
  const body = (await get('/search?p=paper&jrec=11')).body;
  assert.match(body, /<a href="\/search\?p=paper" rel="prev">/);
  assert.match(body, /<a href="\/search\?p=paper&amp;jrec=21" rel="next">/);
});

test('nothing found says what each word finds alone', async () => {
  const body = (await get('/search?p=boson+zzyzx')).body;
  assert.match(body, /<a href="\/search\?p=boson"[^>]*>boson<\/a><\/th><td class="number">2 records/);
  assert.match(body, /zzyzx<\/th><td class="number">0 records/);
});
