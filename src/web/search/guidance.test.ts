import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createArticleApp } from '../test-articles.ts';

const { app, get } = createArticleApp();
after(() => app.close());

test('when a word finds nothing its neighbours are offered, with counts, in its place', async () => {
  const { body } = await get('/search?p=title:measurd+quarks&ap=0');
  assert.match(body, /Nothing was found for title:measurd/);
  assert.match(
    body,
    /href="\/search\?p=title%3Ameasured\+and\+quarks&amp;ap=0"[^>]*>measured<\/a> <span class="number muted">1</,
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

test('the hits of another spelling are shown at once, and said; never to programs', async () => {
  const { body } = await get('/search?p=quraks+measured');
  assert.match(body, /No records for <b dir="auto">quraks measured<\/b>\. Showing <b dir="auto">quarks measured<\/b>/);
  assert.match(body, /<a href="\/search\?p=quraks\+measured&amp;ap=0"[^>]*>search only for what I typed<\/a>/);
  assert.match(body, /<h1>1 record for .*quarks measured/);
  assert.match(body, /name="p" value="quraks measured"/);
  assert.match((await get('/search?p=quraks+measured&ln=fr')).body, /Voici <b dir="auto">quarks measured<\/b>/);
  assert.deepEqual((await get('/search?p=quraks+measured&of=id')).json(), []);
  const api = (await get('/api/search?p=quraks+measured')).json();
  assert.deepEqual([api.total, api.correction], [0, { query: 'quarks measured', total: 1 }]);
});

test('a colon is punctuation where it finds nothing as that of a field, and that is said', async () => {
  const notices = async (address: string) =>
    (await get(address)).json().notices.map(({ kind, text }: Record<string, string>) => `${kind} ${text}`);
  const { body } = await get('/search?p=Author:+many');
  assert.match(body, /Author: finds nothing as a field: the colon was read as punctuation\./);
  assert.match(body, /<h1>1 record for <span dir="auto">Author many</);
  assert.doesNotMatch(body, /Understood as/);
  assert.match((await get('/search?p=Author:+many&f=title&ln=fr')).body, /Author: ne trouve rien comme champ/);
  assert.match((await get('/search?p=Author:many')).body, /Author: finds nothing as a field/);
  assert.deepEqual(await notices('/api/search?p=Author:+many'), ['colon-as-sign Author:']);
  assert.deepEqual(await notices('/api/search?p=Author:+many&f=title'), ['colon-as-sign Author:']);
  // Without a blank behind it programs get what they asked for.
  assert.deepEqual(await notices('/api/search?p=Author:many'), []);
  assert.deepEqual((await get('/search?p=Author:many&of=id')).json(), []);
  assert.deepEqual((await get('/search?p=Author:+many&of=id')).json(), [6], 'a format is one of the page');
  assert.deepEqual((await get('/search?p=Author:+many&of=id&ap=0')).json(), []);
  assert.match((await get('/search?p=Author:+many&ap=0')).body, /<h1>0 records for /);
  assert.match((await get('/search?p=Author:+number')).body, /<h1>1 record for <span dir="auto">Author: number</);
});

test('an unknown field is named', async () => {
  assert.match((await get('/search?p=foo:quarks')).body, /There is no field foo: it was searched for as a word\./);
  assert.match((await get('/search?p=foo:quarks&ln=fr')).body, /Il n’y a pas de champ foo/);
  const { notices } = (await get('/api/search?p=autor:quarks')).json();
  assert.equal(notices[0].message, 'There is no field autor: it was searched for as a word. Did you mean author?');
});

test('another spelling is offered with its count, unless alternatives are not wanted', async () => {
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
    assert.deepEqual(rest, {
      kind: 'title',
      text: 'Measured quarks',
      label: 'Measured quarks',
      query: 'title:"measured quarks"',
      count: 1,
      record: 2,
    });
    assert.match(url, /\/record\/2$/);
    // Words inside titles, the last one as far as it is typed.
    for (const typed of ['quark', 'quarks mea', 'measured+quar'])
      assert.deepEqual((await get(`/api/suggest?q=${typed}`)).json().suggestions[0].record, 2, typed);
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

test('a notice says one thing, in words that are not those of a program', async () => {
  const pattern = (await get('/search?p=title:/(/')).body;
  assert.match(
    pattern,
    /title:\/\(\/ is not a valid regular expression \(missing closing \)\): nothing was searched for it/,
  );
  const french = (await get('/search?p=title:/(/&ln=fr')).body;
  assert.match(french, /title:\/\(\/ n’est pas une expression régulière valide/);
  for (const body of [pattern, french]) assert.doesNotMatch(body, /error parsing|\(\?s\)/);
  const field = (await get('/search?p=many&f=nonsense')).body;
  assert.match(field, /There is no field nonsense: all fields were searched/);
  assert.doesNotMatch(field, /Understood as/);
});
