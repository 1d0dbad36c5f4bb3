import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { exportFormats } from '../formats/formats.ts';
import { field } from '../formats/test-records.ts';
import { SegmentDamaged } from '../index/segment/errors.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { parseSite } from '../site/parse.ts';
import type { Site } from '../site/site.ts';
import { createApp } from './app.ts';
import { memoryLibrary } from './memory-library.ts';

const siteText = `
site:
  name: Library of Tests
  languages: [en, fr]
  admin: admin@library.example
  hidden-paths: ["595"]
fields:
  anyfield: {index: {union: [title, author, abstract, keyword], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a", "700__a"], index: {tokenizer: author}}
  abstract: {paths: ["520__a"], index: {tokenizer: text, stem: english, pairs: true}}
  keyword: {paths: ["6531_a"], index: {tokenizer: text, stem: english}}
  year: {paths: ["260__c"], index: {tokenizer: year}}
  collection: {paths: ["980__%"], index: {tokenizer: text}}
collections:
  - name: Library of Tests
    children:
      - {name: "Articles & Notes", query: 'collection:ARTICLE', names: {fr: "Articles et notes"}}
      - {name: Secrets, query: 'collection:SECRET', restricted: true}
    virtual: []
  - {name: Outside, query: 'collection:OUTSIDE'}
`;

function testSite(): Site {
  const { site, problems } = parseSite(siteText.replace('    virtual: []\n', ''));
  assert.deepEqual(problems, []);
  return site!;
}

function article(title: string, ...more: readonly Field[]): MarcRecord {
  return { leader: '', fields: [field('245__', `$a${title}`), field('980__', '$aARTICLE'), ...more] };
}

const manyAuthors = Array.from({ length: 3000 }, (_, i) =>
  field('700__', `$aAuthor, Number ${i}$uInstitute of Very Long Names ${i % 50}`),
);
const records: readonly (MarcRecord | undefined)[] = [
  article(
    'Bosons and <script>alert(1)</script>',
    field('100__', '$aEllis, John'),
    field('520__', '$aA boson was seen.'),
    field('595__', '$ahidden words'),
    field('260__', '$c1999'),
  ),
  article('Measured quarks', field('260__', '$c2001'), field('6531_', '$aboson production')),
  { leader: '', fields: [field('245__', '$aSecret bosons'), field('980__', '$aSECRET')] },
  undefined,
  { leader: '', fields: [field('245__', '$aOutside boson'), field('980__', '$aOUTSIDE')] },
  article('Many authors', ...manyAuthors),
  { leader: '', fields: [field('245__', '$aIn no collection boson')] },
  ...Array.from({ length: 30 }, (_, i) => article(`Paper number ${i + 1}`, field('260__', `$c${1970 + i}`))),
];

let app: FastifyInstance;
const get = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<LightMyRequestResponse> =>
  app.inject({ url, headers });

before(() => {
  app = createApp(memoryLibrary(testSite(), records), { baseUrl: 'https://library.example' });
});
after(() => app.close());

describe('search', () => {
  test('a page has its hits, marks the words, and escapes what records say', async () => {
    const answer = await get('/search?p=boson');
    assert.equal(answer.statusCode, 200);
    assert.match(answer.headers['content-type'] as string, /text\/html/);
    assert.match(answer.body, /<h1>2 records<\/h1>/);
    assert.match(answer.body, /<mark>Bosons<\/mark> and &lt;script&gt;/);
    assert.doesNotMatch(answer.body, /<script>alert/);
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
    for (const url of [
      '/record/1',
      '/record/1/marc',
      '/search?p=recid:1&of=hm',
      '/search?p=recid:1&of=hd',
      ...exportFormats.flatMap(({ code }) => [`/record/1/export/${code}`, `/search?p=recid:1&of=${code}`]),
      '/search?p=recid:1&of=595__a',
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
    assert.match(answer.body, /^error: No format is called nonsense\.\nhint: The formats are .*xm or marcxml/);
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
});

describe('records', () => {
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
});

describe('the application', () => {
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
    const library = memoryLibrary(testSite(), records);
    const broken = createApp({ ...library, records: () => Promise.reject(new Error('inner words')) });
    const answer = await broken.inject('/record/1');
    assert.equal(answer.statusCode, 500);
    assert.doesNotMatch(answer.body, /inner words/);
    assert.ok(answer.body.includes(answer.headers['x-request-id'] as string));
    await broken.close();
  });

  test('a damaged byte of the index is mended and the reader does not see it', async () => {
    const library = memoryLibrary(testSite(), records);
    const mended: string[] = [];
    const hurt = createApp({
      ...library,
      snapshot: () => {
        if (mended.length === 0) throw new SegmentDamaged('abc', 'terms', 12, 'the checksum is wrong');
        return library.snapshot();
      },
      mend: async (segment) => {
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
});

describe('guidance', () => {
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
    assert.match(body, /No exact match for quarks_measured: quarks and measured was searched for instead/);
    assert.match(body, /<h1>1 record<\/h1>/);
    // Exports that the page links to have the same records.
    assert.match(body, /href="\/search\?p=quarks\+and\+measured&amp;rg=-9999&amp;of=xm"/);
    assert.match(body, /name="p" value="quarks_measured"/);
    assert.match((await get('/search?p=quarks_measured&ap=0')).body, /<h1>0 records<\/h1>/);
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
      assert.match(body, /<h1>0 records<\/h1>/);
      assert.doesNotMatch(body, /dir="auto">[^<]*(secret|hidden|collection)[^<]*<\/a>/, text);
    }
  });
});

describe('forms and states', () => {
  test('sc=1 shows the first hits of each collection of the first level, with an overview', async () => {
    const split = createApp(
      memoryLibrary(
        parseSite(`
site: {name: Split, languages: [en], admin: a@b.example}
fields:
  anyfield: {index: {union: [title], stem: english}}
  title: {paths: ["245__a"], index: {tokenizer: text, stem: english}}
collections:
  - name: Split
    children:
      - {name: Books, query: '980:"BOOK"'}
      - {name: Papers, query: '980:"PAPER"'}
      - {name: Maps, query: '980:"MAP"'}
      - {name: Secrets, query: '980:"SECRET"', restricted: true}
`).site!,
        [
          ...Array.from({ length: 7 }, (_, i) => ({
            leader: '',
            fields: [field('245__', `$aQuark ${i}`), field('980__', '$aPAPER')],
          })),
          { leader: '', fields: [field('245__', '$aA quark book'), field('980__', '$aBOOK')] },
          { leader: '', fields: [field('245__', '$aA secret quark'), field('980__', '$aSECRET')] },
        ],
      ),
    );
    const { body } = await split.inject('/search?p=quark&sc=1');
    const headings = [...body.matchAll(/<h2 id="part-\d">([^<]*)<\/h2>/g)].map(([, name]) => name);
    assert.deepEqual(headings, ['Books', 'Papers']);
    assert.match(body, /<a href="#part-2">Papers<\/a> <span class="number muted">7</);
    assert.equal(body.match(/<li class="hit">/g)?.length, 6);
    assert.match(body, /href="\/search\?p=quark&amp;cc=Papers"[^>]*>All 7 records in Papers</);
    assert.match(
      (await split.inject('/search?p=quark')).body,
      /href="\/search\?p=quark&amp;sc=1"[^>]*>Split by collection</,
    );
    assert.doesNotMatch(body, /secret/i);
    await split.close();
  });

  test('a condition is added to the search, which is then a question like any other', async () => {
    const { body } = await get('/search?p=paper&aas=2&p1=quarks&f1=title&op1=o');
    assert.match(body, /<h1>31 records<\/h1>/);
    assert.match(body, /name="p" value="paper \|title:quarks"/);
    assert.match(body, /<code id="permalink">https:\/\/library\.example\/search\?p=paper\+%7Ctitle%3Aquarks<\/code>/);
    assert.match(
      body,
      /<input type="hidden" name="aas" value="2"><input type="hidden" name="p" value="paper \|title:quarks">/,
    );
  });

  test('a record page offers the visible records most like it', async () => {
    const { body } = await get('/record/1');
    assert.match(body, /<h2>Similar records<\/h2>[\s\S]*href="\/record\/2"[^>]*>Measured quarks<\/a>/);
    assert.match(body, /href="\/search\?p=recid%3A1&amp;rm=wrd"/);
    assert.doesNotMatch(body, /Secret bosons|Outside boson|no collection/);
  });

  test('the link of a page is the page', async () => {
    const address = '/search?p=paper&f=title&facet.year=1990&sf=title&so=a&jrec=11&rg=5&d1=1999';
    const { body } = await get(address);
    const link = /<code id="permalink">https:\/\/library\.example([^<]*)<\/code>/
      .exec(body)![1]!
      .replaceAll('&amp;', '&');
    const read = (text: string) => [...new URLSearchParams(text.split('?')[1])].sort();
    assert.deepEqual(read(link), read(address));
  });

  test('em leaves out what is not wanted, and links go on so', async () => {
    const all = (await get('/search?p=paper')).body;
    const bare = (await get('/search?p=paper&em=B')).body;
    for (const part of [/<header class="top">/, /<footer/, /<form/, /<h1>30 records/]) {
      assert.match(all, part);
      assert.doesNotMatch(bare, part);
    }
    assert.match(bare, /<ol class="hits"/);
    assert.match(bare, /rel="next"[^>]*>|em=B/);
    assert.match((await get('/search?p=paper&em=S,I')).body, /<form class="find"[\s\S]*<h1>30 records/);
    assert.doesNotMatch((await get('/search?p=paper&em=S,I')).body, /<ol class="hits"/);
  });

  test('the advanced form offers collections that are open to all, and browses', async () => {
    const { body } = await get('/search?aas=1&p1=paper&cc=Articles+%26+Notes&dt=m&d1=1999');
    assert.match(body, /<option value="Articles &amp; Notes" selected>/);
    assert.doesNotMatch(body, /<option value="Secrets"/);
    assert.match(body, /<option value="m" selected>/);
    assert.match((await get('/search?aas=1&p1=number&f1=title&action_browse=1')).body, /title: all values in order/);
  });
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

describe('browsing', () => {
  test('lists the terms around a text with counts, links to searches and to the pages before and after', async () => {
    const { statusCode, body } = await get('/search?action=browse&p=number&f=title&rg=4');
    assert.equal(statusCode, 200);
    assert.match(body, /<h1>title: all values in order<\/h1>/);
    assert.match(body, /number is not among them/);
    const rows = [
      ...body.matchAll(/href="([^"]*)" rel="nofollow" dir="auto">([^<]*)<\/a><\/th><td class="number">(\d+)</g),
    ];
    assert.deepEqual(
      rows.map(([, , label, count]) => [label, count]),
      [
        ['many authors', '1'],
        ['measured quarks', '1'],
        ['paper number 1', '1'],
        ['paper number 10', '1'],
      ],
    );
    const found = await get(rows[1]![1]!.replaceAll('&amp;', '&'));
    assert.match(found.body, /<h1>1 record<\/h1>/);
    const next = /href="([^"]*)" rel="next nofollow"/.exec(body)![1]!.replaceAll('&amp;', '&');
    assert.match((await get(next)).body, /paper number 11/);
    const before = /href="([^"]*)" rel="prev nofollow"/.exec(body)![1]!.replaceAll('&amp;', '&');
    assert.match((await get(before)).body, /bosons and/);
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
    assert.match((await get('/search?action=browse&p=secret&cc=Secrets')).body, /open only to some people/);
  });
});
