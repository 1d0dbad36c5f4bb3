import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { openTestDatabase } from '../../../test/support/database.ts';
import { field } from '../../formats/test-records.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPeople } from '../test-people.ts';
import { exampleOf } from './example.ts';
import { operationsOf } from './operations.ts';
import { misfits } from './test-misfits.ts';
import { writeSchemas } from './write-schemas.ts';

const siteText = `
site: {name: Library of Tests, languages: [en, fr], hidden-paths: ["595"]}
fields:
  anyfield: {index: {union: [title, author], stem: english}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  firstauthor: {paths: ["100__a"], index: {tokenizer: author}}
  year: {paths: ["260__c"], index: {tokenizer: year}}
  collection: {paths: ["980__%"], index: {tokenizer: text}}
sort:
  title: {by: title}
  author: {by: firstauthor}
  year: {by: year}
rank:
  wrd: {method: relevance, name: relevance}
facets:
  year: {kind: year}
  author: {field: author}
  collection: {kind: collection}
collections:
  - name: Library of Tests
    children:
      - {name: Articles, query: 'collection:ARTICLE', names: {fr: Des articles}}
      - {name: Secrets, query: 'collection:SECRET', restricted: true}
  - {name: Outside, query: 'collection:OUTSIDE'}
`;

function record(kind: string, title: string, ...more: readonly Field[]): MarcRecord {
  return { leader: '', fields: [field('245__', `$a${title}`), field('980__', `$a${kind}`), ...more] };
}

const records: readonly MarcRecord[] = [
  record(
    'ARTICLE',
    'Bosons everywhere',
    field('100__', '$aEllis, John'),
    field('595__', '$ahush'),
    field('260__', '$c1999'),
  ),
  record('SECRET', 'Bosons in secret', field('100__', '$aEllsworth, Secret')),
  record('ARTICLE', 'Deleted', field('980__', '$cDELETED')),
  record('OUTSIDE', 'Bosons outside'),
  ...Array.from({ length: 40 }, (_, i) =>
    record('ARTICLE', `Paper number ${(i * 7) % 40}`, field('260__', `$c${1970 + (i % 5)}`)),
  ),
];

const { site, problems } = parseSite(siteText);
let app: FastifyInstance;
before(() => {
  assert.deepEqual(problems, []);
  app = createApp(memoryLibrary(site!, records), { baseUrl: 'https://library.example' });
});
after(() => app.close());

const get = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> =>
  app.inject({ url: url.replace('https://library.example', ''), headers });

/** The paths in a tree as Fastify draws it. */
function routesOf(tree: string): readonly string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part, methods] = /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === undefined) return [];
    const depth = indent.length / 4;
    above.length = depth;
    above.push(part);
    return methods === undefined ? [] : [above.join('')];
  });
}

test('every address is in the document, and everything in the document is an address', async () => {
  const store = await openTestDatabase();
  const people = await testPeople(store);
  const uploads = { database: store.database, limit: 1_000 };
  const whole = createApp(memoryLibrary(site!, records), { baseUrl: 'https://library.example', people, uploads });
  try {
    const document = (await whole.inject('/api/openapi.json')).json();
    const described = Object.keys(document.paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
    const routes = routesOf(whole.printRoutes({ commonPrefix: false })).filter((path) => /^\/api(\/|$)/.test(path));
    for (const path of routes) assert.ok(described.includes(path), `describe ${path} in src/web/api/operations.ts`);
    for (const path of described)
      assert.ok(routes.includes(path), `src/web/api/operations.ts describes ${path}, which is no address`);
    assert.equal(document.openapi, '3.1.0');
    const names = document.paths['/api/search'].get.parameters.map(({ name }: { name: string }) => name);
    assert.ok(names.includes('facet.author'));
    const referred = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name = ''] of referred) assert.ok(Object.hasOwn(document.components.schemas, name), name);
    assert.match((await whole.inject('/api')).body, /POST \/api\/login/);
    const refused = await whole.inject({ method: 'POST', url: '/api/login', payload: { name: 'x', password: 'y' } });
    assert.equal(refused.statusCode, 401);
    assert.deepEqual(misfits('Problem', refused.json()), []);
    assert.deepEqual(misfits('SignIn', exampleOf('SignIn')), []);
    for (const name of Object.keys(writeSchemas)) assert.deepEqual(misfits(name, exampleOf(name)), [], name);
    assert.deepEqual(Object.keys(document.paths['/api/records/{id}']).sort(), ['delete', 'get', 'patch', 'put']);
  } finally {
    await whole.close();
    await people.access.close();
    await store.release();
  }
});

test('every answer fits its schema, examples too', async () => {
  for (const { answer, example, path } of operationsOf(site!, false)) {
    const reply = await get(encodeURI(example));
    assert.equal(reply.statusCode, 200, path);
    if (answer === undefined) continue;
    assert.deepEqual(misfits(answer, reply.json()), [], path);
    assert.deepEqual(misfits(answer, exampleOf(answer)), [], path);
  }
  for (const url of ['/api/search?facets=1&size=50', '/api/records?size=50', '/api/records/1', '/api/suggest?q=p']) {
    const name = operationsOf(site!, false).find(({ path }) => url.split('?')[0]!.startsWith(path.replace('{id}', '')))!
      .answer!;
    assert.deepEqual(misfits(name, (await get(url)).json()), [], url);
  }
  assert.notDeepEqual(misfits('SearchAnswer', { total: 'many' }), []);
  assert.notDeepEqual(
    misfits('SearchAnswer', { ...(exampleOf('SearchAnswer') as object), records: [{ recid: 'x' }] }),
    [],
  );
});

for (const order of ['', '&so=a', '&sf=title', '&sf=title&so=a', '&sf=year', '&sf=year&so=a', '&rm=wrd']) {
  test(`following "next" gives every record once, in order (${order || 'newest first'})`, async () => {
    const whole = (await get(`/search?p=number${order}&of=id`)).json();
    const seen: number[] = [];
    let url: string | null = `/api/search?p=number${order}&size=7&fields=recid`;
    for (let pages = 0; url !== null && pages < 20; pages++) {
      const body: { total: number; records: { recid: number }[]; next: string | null } = (await get(url)).json();
      assert.equal(body.total, 40);
      seen.push(...body.records.map(({ recid }) => recid));
      url = body.next;
    }
    assert.deepEqual(seen, whole);
  });
}

test('a harvester has the newest first by so=d, whatever the page would show', async () => {
  const ids = async (address: string): Promise<readonly number[]> =>
    (await get(address)).json().records.map(({ recid }: { readonly recid: number }) => recid);
  const newest = await ids('/api/search?p=paper+number+7&size=200&fields=recid&so=d');
  assert.deepEqual(
    newest,
    newest.toSorted((a, b) => b - a),
  );
  assert.deepEqual(newest, (await get('/search?p=paper+number+7&so=d&of=id')).json());
});

test('all records by number, also those reached by name only, and none that are hidden', async () => {
  const seen: number[] = [];
  let url: string | null = '/api/records?size=9&fields=recid';
  while (url !== null) {
    const body: { records: { recid: number }[]; next: string | null; total: number } = (await get(url)).json();
    assert.equal(body.total, 42);
    seen.push(...body.records.map(({ recid }) => recid));
    url = body.next;
  }
  assert.deepEqual(seen, [1, 4, ...Array.from({ length: 40 }, (_, i) => i + 5)]);
});

test('a cursor of another question or of nobody is refused', async () => {
  const { next } = (await get('/api/search?p=number&size=2')).json();
  const cursor = new URL(next).searchParams.get('cursor')!;
  for (const url of [
    `/api/search?p=paper&size=2&cursor=${cursor}`,
    `/api/search?p=number&sf=title&cursor=${cursor}`,
    '/api/search?p=number&cursor=abc',
    '/api/search?p=number&cursor=',
    `/api/search?p=number&cursor=${'A'.repeat(40)}`,
  ]) {
    const reply = await get(url);
    assert.equal(reply.statusCode, 400, url);
    assert.equal(reply.json().code, 'REPERIO_CURSOR_WRONG');
  }
});

test('wrong parameters are named in a problem document', async () => {
  for (const [url, title] of [
    ['/api/search?q=x', /^The parameter q is not known/],
    ['/api/search?size=0', /^The parameter size must be >= 1/],
    ['/api/search?size=many', /^The parameter size is "many" and must be a whole number/],
    ['/api/search?fields=recid,nothing', /^The parameter fields has nothing, which is not a key/],
    ['/api/search?facets=2', /^The parameter facets must be <= 1/],
    ['/api/suggest', /^The parameter q is missing/],
    ['/api/records?cursr=x', /^The parameter cursr is not known; did you mean cursor/],
    ['/api/search?__proto__=1', /^The parameter __proto__ is not known/],
  ] as const) {
    const reply = await get(url);
    assert.equal(reply.statusCode, 400, url);
    assert.match(reply.headers['content-type'] as string, /^application\/problem\+json/);
    assert.deepEqual(misfits('Problem', reply.json()), []);
    assert.match(reply.json().title, title);
  }
});

test('what is not there, hidden, deleted or not possible is a problem document', async () => {
  const texts = await Promise.all(
    ['2', '999'].map(async (id) => (await get(`/api/records/${id}`)).body.replace(id, 'N')),
  );
  assert.equal(texts[0], texts[1]);
  for (const [url, status, code] of [
    ['/api/records/2', 404, 'REPERIO_API_NO_RECORD'],
    ['/api/records/x', 404, 'REPERIO_API_NO_RECORD'],
    ['/api/records/3', 410, 'REPERIO_API_DELETED'],
    ['/api/nothing', 404, 'REPERIO_API_UNKNOWN'],
  ] as const) {
    const reply = await get(url);
    assert.equal(reply.statusCode, status, url);
    assert.equal(reply.json().code, code);
  }
  const post = await app.inject({ method: 'POST', url: '/api/search' });
  assert.equal(post.statusCode, 405);
  assert.equal(post.headers.allow, 'GET, HEAD');
});

test('nothing of an invisible record is in any answer', async () => {
  for (const url of [
    '/api/search?p=bosons&facets=1',
    '/api/search?p=595__a:hush',
    '/api/search?cc=Secrets',
    '/api/records?size=500',
    '/api/records/1',
    '/api/records/2',
    '/api/collections',
    '/api/suggest?q=ells',
    '/api/suggest?q=bosons',
    '/api/suggest?q=hush',
  ]) {
    const { body } = await get(url);
    assert.doesNotMatch(body, /in secret|Ellsworth|"hush"/i, url);
  }
  assert.equal((await get('/api/search?p=bosons')).json().total, 1);
  assert.deepEqual(
    (await get('/api/collections')).json().collections[0].children.map(({ name }: { name: string }) => name),
    ['Articles'],
  );
  assert.equal((await get('/api/search?cc=Secrets')).json().notices[0].kind, 'restricted');
});

test('a record comes in the format that is asked for, and 304 when it is held', async () => {
  const reply = await get('/api/records/1', { accept: 'application/marcxml+xml' });
  assert.match(reply.headers['content-type'] as string, /^application\/marcxml\+xml/);
  assert.match(reply.body, /<subfield code="a">Bosons everywhere/);
  const json = await get('/api/records/1');
  assert.equal(json.json().title.title, 'Bosons everywhere');
  const tag = json.headers.etag as string;
  assert.equal((await get('/api/records/1', { 'if-none-match': tag })).statusCode, 304);
  assert.notEqual(reply.headers.etag, tag);
  assert.equal((await app.inject({ method: 'HEAD', url: '/api/records/1' })).body, '');
});

test('fields choose keys, and numbers alone need no statement', async () => {
  const reply = await get('/api/search?p=bosons&fields=title');
  assert.deepEqual(reply.json().records, [{ recid: 1, title: { title: 'Bosons everywhere' } }]);
  assert.match(
    (await get('/api/search?p=bosons&fields=recid')).headers['server-timing'] as string,
    /sql;dur=0\.00;desc="0"/,
  );
});

test('facets are counted, and choices limit', async () => {
  const body = (await get('/api/search?facets=1&facet.year=1971')).json();
  assert.equal(body.total, 8);
  const years = body.facets.find(({ code }: { code: string }) => code === 'year').values;
  assert.deepEqual(years.map(({ value, count }: { value: string; count: number }) => [value, count]).slice(0, 2), [
    ['1970', 8],
    ['1971', 8],
  ]);
});

test('suggestions begin with what was typed, also as browsers want them', async () => {
  assert.deepEqual(
    (await get('/api/suggest?q=ell')).json().suggestions.map(({ text }: { text: string }) => text),
    ['Ellis, John'],
  );
  const [typed, texts, , urls] = (await get('/api/suggest?q=boson&form=opensearch')).json();
  assert.equal(typed, 'boson');
  assert.deepEqual(texts, ['Bosons everywhere']);
  assert.match(urls[0], /^https:\/\/library\.example\/record\/1$/);
  assert.equal((await get('/api/suggest?q=paper&size=3')).json().suggestions.length, 3);
});

test('the page names every address and its parameters, in both languages', async () => {
  const { body } = await get('/api');
  for (const { path, parameters } of operationsOf(site!, false)) {
    assert.ok(body.includes(`GET ${path}`), path);
    for (const name of Object.keys(parameters.properties)) assert.ok(body.includes(`<code>${name}</code>`), name);
  }
  assert.match((await get('/api?ln=fr')).body, /API pour les programmes/);
  assert.ok(body.length < 60_000);
});
