import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { idFormat } from '../../formats/format-names.ts';
import { exportFormats } from '../../formats/formats.ts';
import { field } from '../../formats/test-records.ts';
import { longestQuestion } from '../../search/request.ts';
import { conditionsHelped } from '../../search/search.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

const paper = { leader: '', fields: [field('245__', '$aA paper'), field('980__', '$aARTICLE')] };
const app = createApp(memoryLibrary(defaultSite(), [paper]));
after(() => app.close());

const address = (path: string, args: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(args)}`;
const long = 'a'.repeat(longestQuestion);

test('a question of more characters than are read is refused, with its length and what to do', async () => {
  const page = await app.inject(address('/search', { p: `${long}b` }));
  assert.equal(page.statusCode, 414);
  assert.match(page.body, /<h1[^>]*>Query too long<\/h1>/);
  assert.match(page.body, /The query is too long: it has 4001 characters, and at most 4000 are allowed\./);
  assert.match(page.body, /Ask for less at a time/);
  const french = await app.inject(address('/search', { p: `${long}b`, ln: 'fr' }));
  assert.match(french.body, /Requête trop longue/);
  const forPrograms = [idFormat, ...exportFormats].flatMap(({ code, aliases }) => [code, ...aliases]);
  for (const code of [...forPrograms, '245__a']) {
    const list = await app.inject(address('/search', { p: `${long}b`, of: code }));
    assert.equal(list.statusCode, 414);
    assert.match(list.body, /^error: The query is too long: it has 4001 characters/, code);
  }
  const api = await app.inject(address('/api/search', { p: `${long}b` }));
  assert.equal(api.statusCode, 414);
  assert.equal(api.json().code, 'REPERIO_QUESTION_TOO_LONG');
});

test('all conditions count together, wherever they are asked', async () => {
  const half = long.slice(longestQuestion / 2);
  const askedIn = async (args: Readonly<Record<string, string>>, path = '/search'): Promise<number> =>
    (await app.inject(address(path, args))).statusCode;
  assert.equal(await askedIn({ p: long }), 200);
  assert.equal(await askedIn({ p: half, p1: half }), 200);
  assert.equal(await askedIn({ p: half, p1: half, p2: 'b' }), 414);
  assert.equal(await askedIn({ p: half, title: half, p3: 'b' }), 414);
  assert.equal(await askedIn({ p: half, aas: '2', p1: half }), 414);
  for (const path of ['/search/facet', '/feed', '/rss']) {
    assert.equal(await askedIn({ p: `${long}b`, code: 'author' }, path), 414, path);
  }
  assert.equal(await askedIn({ p: `${long}b`, action: 'browse' }), 414);
});

test('the first parts of a question that finds nothing are helped with, and the page says so', async () => {
  const words = (count: number): string =>
    Array.from({ length: count }, (_, i) => (i === 0 ? 'paper' : `word${i}`)).join(' ');
  const rows = (body: string): number =>
    /Each part on its own finds:.*?<\/table>/s.exec(body)?.[0].match(/<tr>/g)?.length ?? 0;
  const few = await app.inject(address('/search', { p: words(conditionsHelped) }));
  assert.equal(rows(few.body), conditionsHelped);
  assert.doesNotMatch(few.body, /only the first/);
  const many = await app.inject(address('/search', { p: words(300) }));
  assert.equal(rows(many.body), conditionsHelped);
  assert.match(many.body, /The query has 300 parts: only the first 20 are examined here\./);
});

test('of many remarks the first are shown, and how many there are', async () => {
  const several = (await app.inject(address('/api/search', { p: "'a ".repeat(50) }))).json().notices;
  assert.equal(several.length, 20);
  assert.deepEqual([several[19].kind, several[19].message], ['more-notices', 'There are 31 more notices.']);
});

test('a facet that the site has not is in no link of a search, and the page says so', async () => {
  const { body } = await app.inject(address('/search', { p: 'paper', 'facet.nonsense': 'x', 'facet.year': '1999' }));
  assert.match(body, /There is no facet nonsense: the values chosen in it were ignored\./);
  // Choosing a language or a theme leads back to the address as it was.
  const links = [...body.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href).filter((href) => !/ln=/.test(href));
  assert.ok(links.length > 10);
  for (const href of links) assert.doesNotMatch(href, /facet\.nonsense/);
  assert.match(body, /facet\.year=1999/);
});

test('an argument that stands there too often is refused by its name, in the words of the reader', async () => {
  const repeated: readonly [string, string][] = [
    ['sf', `sf=${'245__a,'.repeat(6)}`],
    ['c', 'c=Articles&'.repeat(101)],
    ['ot', 'ot=100,245&'.repeat(51)],
    ['em', `em=${'B,'.repeat(21)}`],
    ['title, author', 'title=a&author=b&'.repeat(11)],
  ];
  for (const [name, query] of repeated) {
    const page = await app.inject(`/search?${query}`);
    assert.equal(page.statusCode, 400, name);
    assert.match(page.body, new RegExp(`The address has \\d+ values of ${name}; at most \\d+ are allowed\\.`));
    const french = await app.inject(`/search?ln=fr&${query}`);
    assert.match(french.body, new RegExp(`L’adresse a \\d+ valeurs de ${name}\\s; \\d+ au plus sont admises\\.`));
    assert.equal((await app.inject(`/feed?${query}`)).statusCode, 400);
  }
  const api = await app.inject(`/api/search?${repeated[0]![1]}`);
  assert.deepEqual([api.statusCode, api.json().code], [400, 'REPERIO_REPEATED_TOO_OFTEN']);
  assert.equal((await app.inject(`/record/1/export/xm?${repeated[2]![1]}`)).statusCode, 400);
  assert.equal((await app.inject('/search?sf=245__a,100__a,author,title,year&c=Articles&c=Articles')).statusCode, 200);
});
