import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { field } from '../../formats/test-records.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

const siteText = `
site: {name: Library of Citations, languages: [en, fr], admin: admin@library.example}
fields:
  anyfield: {index: {union: [title, author], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  year: {paths: ["260__c"], index: {tokenizer: year}}
sort:
  cited: {by: citations}
facets:
  year: {kind: year}
collections:
  - name: Library of Citations
    children:
      - {name: Papers, query: '980__a:"ARTICLE"'}
      - {name: Secrets, query: '980__a:"SECRET"', restricted: true}
`;

function testSite(): Site {
  const { site, problems } = parseSite(siteText);
  assert.deepEqual(problems, []);
  return site!;
}

interface Paper {
  readonly title: string;
  readonly author: string;
  readonly year: number;
  readonly cites?: readonly string[];
  readonly kind?: string;
}

function paper({ title, author, year, cites = [], kind = 'ARTICLE' }: Paper, number: number): MarcRecord {
  const references = cites.map((report) => field('999C5', `$r${report}`));
  return {
    leader: '',
    fields: [
      field('037__', `$aREP-${number}`),
      field('100__', `$a${author}`),
      field('245__', `$a${title}`),
      field('260__', `$c${year}`),
      field('980__', `$a${kind}`),
      ...references,
    ],
  };
}

/** Record 1 is cited by 2, 3 (by its own author), 4 and the secret 5; record 2 by 4. */
const papers: readonly Paper[] = [
  { title: 'Founding paper', author: 'Ellis, J', year: 1990 },
  { title: 'Second paper', author: 'Higgs, P', year: 1992, cites: ['REP-1'] },
  { title: 'Third paper', author: 'Ellis, J', year: 1992, cites: ['REP-1'] },
  { title: 'Fourth paper', author: 'Zumino, B', year: 1995, cites: ['REP-1', 'REP-2'] },
  { title: 'Hushed paper', author: 'Nobody, N', year: 1999, cites: ['REP-1', 'REP-2', 'REP-3'], kind: 'SECRET' },
  { title: 'Lonely paper', author: 'Zumino, B', year: 2001 },
];

let app: FastifyInstance;
const body = async (url: string): Promise<string> => (await app.inject({ url })).body;

before(() => {
  const records = papers.map((one, i) => paper(one, i + 1));
  app = createApp(memoryLibrary(testSite(), records), { baseUrl: 'https://library.example' });
});
after(() => app.close());

test('hits say how often they are cited, and are ordered by it', async () => {
  const page = await body('/search?p=paper&sf=cited');
  assert.match(page, /<a href="\/record\/1\/citations">cited 3 times<\/a>/);
  assert.match(page, /<a href="\/record\/2\/citations">cited 1 time<\/a>/);
  assert.doesNotMatch(page, /record\/6\/citations/);
  assert.deepEqual(JSON.parse(await body('/search?p=paper&sf=cited&of=id')), [1, 2, 6, 4, 3]);
  assert.match(page, /href="\/search\?p=paper&amp;sf=cited"/);
});

test('a reference to a record of the library is shown as that record, what was printed below it', async () => {
  const page = await body('/record/4/references');
  assert.match(
    page,
    /<a href="\/record\/1" dir="auto">Founding paper<\/a> <span[^>]*>1990<\/span>\s*<p class="by"[^>]*>Ellis, J</,
  );
  assert.match(page, /<p class="muted small" dir="auto"><a [^>]*>REP-1<\/a>/);
  assert.doesNotMatch(page, /Hushed/);
});

test('a record page has its citations as a tab and a picture by years', async () => {
  const page = await body('/record/1');
  assert.match(page, /<a href="\/record\/1\/citations">Citations <span class="number muted">3<\/span>/);
  assert.match(page, /href="\/search\?p=refersto%3Arecid%3A1&amp;facet.year=1992"[^>]*aria-label="1992: 2 citations"/);
  assert.doesNotMatch(await body('/record/6'), /\/record\/6\/citations/);
});

test('the tab lists who cites, in two orders, and what is cited together', async () => {
  const titles = (page: string): readonly string[] =>
    [...page.matchAll(/<h2><a[^>]*>(\w+) paper/g)].map(([, title]) => title!);
  const newest = await body('/record/1/citations');
  assert.match(newest, /Cited by 3 records/);
  assert.match(newest, /1 of them shares an author with this record/);
  assert.deepEqual(titles(newest), ['Fourth', 'Third', 'Second']);
  assert.deepEqual(titles(await body('/record/1/citations?order=cited')), ['Second', 'Fourth', 'Third']);
  assert.match(newest, /<a href="\/record\/2" dir="auto">Second paper<\/a> <span[^>]*>together in 1 record</);
  assert.match(await body('/record/6/citations'), /No record in this library cites this one/);
  assert.match(await body('/record/1/citations?ln=fr'), /Cité par 3 notices/);
});

test('a summary has the numbers, the classes as searches, and the years', async () => {
  const page = await body('/search?p=paper&of=hcs2');
  assert.match(page, /<a href="\/search\?p=paper" rel="nofollow">Back to the records<\/a>/);
  const rows = new Map(
    [...page.matchAll(/<th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, name, cells]) => [
      name,
      [...cells!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
    ]),
  );
  assert.deepEqual(rows.get('Papers'), ['5', '5']);
  assert.deepEqual(rows.get('Citations'), ['4', '3']);
  assert.deepEqual(rows.get('Average citations per paper'), ['0.8', '0.6']);
  assert.deepEqual(rows.get('h-index'), ['1', '1']);
  assert.deepEqual(rows.get('Less known papers (1-9)'), ['2', '2']);
  assert.deepEqual(rows.get('Unknown papers (0)'), ['3', '3']);
  assert.match(page, /href="\/search\?p=paper%20AND%20cited%3A1-%3E9"/);
  assert.match(page, /href="\/search\?p=paper%20AND%20citedexcludingselfcites%3A0"/);
  assert.match(page, /aria-label="1992: 2 citations"/);
  assert.deepEqual(JSON.parse(await body('/search?p=paper+AND+cited:1->9&of=id')), [2, 1]);
  assert.match(await body('/search?p=zzyzx&of=hcs'), /No record matches/);
});

test('the rows of the advanced form become one question in the links of a summary', async () => {
  const page = await body('/search?p1=ellis&f1=author&op1=n&p2=third&as=1&m1=a&m2=a&so=a&ln=en&of=hcs');
  assert.match(page, /href="\/search\?p=author%3Aellis%20and%20not%20third%20AND%20cited%3A1-%3E9"/);
  const both = await body('/search?p=founding+third&f=title&of=hcs');
  assert.match(both, /No record matches/);
  const exact = await body('/search?p1=Founding+paper&f1=title&m1=e&of=hcs');
  assert.match(exact, /p=title%3A%22Founding%20paper%22%20AND%20cited%3A1-%3E9/);
});

test('nothing of a restricted record is in any list, count, picture or summary of citations', async () => {
  for (const url of [
    '/record/1',
    '/record/1/citations',
    '/record/1/citations?order=cited',
    '/record/2/citations',
    '/search?p=refersto:recid:1',
    '/search?p=paper&of=hcs',
    '/search?p=paper&of=hcs2',
    '/search?p=cocitedwith:2',
  ]) {
    const page = await body(url);
    assert.doesNotMatch(page, /Hushed|Nobody|1999|record\/5/, url);
  }
  assert.deepEqual(JSON.parse(await body('/search?p=refersto:recid:3&of=id')), []);
  assert.deepEqual(JSON.parse(await body('/search?p=citedby:recid:5&of=id')), []);
  assert.deepEqual(JSON.parse(await body('/search?p=cited:1%2B&of=id')), [2, 1]);
  assert.equal((await app.inject({ url: '/record/5/citations' })).statusCode, 404);
});
