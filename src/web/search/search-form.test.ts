import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { parseSite } from '../../site/parse.ts';
import { createApp } from '../app.ts';
import { createArticleApp } from '../test-articles.ts';
import { memoryLibrary } from '../test-library.ts';

const { app, get } = createArticleApp();
after(() => app.close());

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

test('other views of a search carry only what the reader chose, and have its order', async () => {
  const hrefs = async (address: string): Promise<readonly string[]> =>
    [...(await get(address)).body.matchAll(/href="(\/search\?[^"]*)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
  const links = await hrefs('/search?p=paper');
  const views = links.filter((href) => /[?&](?:of|sc)=/.test(href));
  assert.ok(views.length > 10);
  for (const href of views) assert.doesNotMatch(href, /[?&](?:rm|so|sf)=/, href);
  assert.ok((await hrefs('/search?p=paper&so=d')).includes('/search?p=paper&so=d&of=hd'));
  assert.ok((await hrefs('/search?p=paper&sf=title')).includes('/search?p=paper&sf=title&of=hd'));
  const order = async (address: string): Promise<string | undefined> =>
    /<summary>(Order: [^<]*|[^<]*(?:relevan|newest)[^<]*)<\/summary>/i.exec((await get(address)).body)?.[1];
  assert.ok(await order('/search?p=paper'));
  for (const view of ['&of=hd', '&sc=1'])
    assert.equal(await order(`/search?p=paper${view}`), await order('/search?p=paper'), view);
  assert.notEqual(await order('/search?p=paper&so=d'), await order('/search?p=paper'));
});

test('a condition is added to the search, which is then a question like any other', async () => {
  const { body } = await get('/search?p=paper&aas=2&p1=quarks&f1=title&op1=o');
  assert.match(body, /<h1>31 records for /);
  assert.match(body, /name="p" value="paper \|title:quarks"/);
  assert.match(body, /<code id="permalink">https:\/\/library\.example\/search\?p=paper\+%7Ctitle%3Aquarks<\/code>/);
  // The one form has it whole, for a further condition.
  assert.match(body, /<span>Search<\/span><input type="text" name="p" value="paper \|title:quarks">/);
  assert.equal(body.match(/<form class="advanced"/g)?.length, 1);
});

test('a record page offers the visible records most like it', async () => {
  const { body } = await get('/record/1');
  assert.match(body, /<h2>Similar records<\/h2>[\s\S]*href="\/record\/2"[^>]*>Measured quarks<\/a>/);
  assert.match(body, /href="\/search\?p=recid%3A1&amp;rm=wrd"/);
  assert.doesNotMatch(body, /Secret bosons|Outside boson|no collection/);
});

test('the link of a page is the page', async () => {
  const address = '/search?p=paper&f=title&facet.year=1970-%3E1999&sf=title&so=a&jrec=2&rg=1&d1=1999';
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

test('a condition of the advanced form is in title, heading and a chip that takes it away', async () => {
  const { body } = await get('/search?p1=paper&f1=title&p2=boson&op1=n');
  assert.match(body, /<title>title: paper and not boson: search/);
  assert.match(body, /<h1>[^<]* for <span dir="auto">title: paper and not boson<\/span><\/h1>/);
  assert.match(
    body,
    /href="\/search\?p1=boson&amp;op1=n[^"]*"[^>]*><b>title<\/b> <span>paper<\/span>|<b>title<\/b> <span>paper</,
  );
  assert.match(body, /<input type="date" name="d1" value="">/);
  assert.equal(body.match(/<summary>Add a row<\/summary>/g)?.length, 4);
  assert.doesNotMatch(body, /<option value="anyfield"/);
});

test('a place beyond the end shows the last page, and says so', async () => {
  const { body } = await get('/search?p=paper&jrec=999');
  assert.match(body, /21–30 of 30/);
  assert.match(body, /There is no result 999: the last page is shown\./);
  assert.match(body, /<li class="hit">/);
  assert.match((await get('/search?p=paper&jrec=999&ln=fr')).body, /Il n’y a pas de résultat 999/);
});

test('what is no date is named', async () => {
  assert.match((await get('/search?p=paper&d1=2020-13-45')).body, /2020-13-45 is not a date: it was ignored\./);
  const answer = await get('/api/search?p=paper&d2=2020-13-45');
  assert.deepEqual(
    answer.json().notices.map(({ kind }: { kind: string }) => kind),
    ['left-out-date'],
  );
});

test('records like one are headed by its title and are without itself', async () => {
  const { body } = await get('/search?p=recid:1&rm=wrd');
  assert.match(body, /<h1>Records like <a href="\/record\/1"/);
  assert.match(body, /<title>Records like /);
  assert.doesNotMatch(body, /<h2[^>]*><a href="\/record\/1[?"]/);
  assert.ok((await get('/search?p=recid:1&rm=wrd&of=id')).json().includes(1));
});

test('the advanced form offers collections that are open to all, and browses', async () => {
  const { body } = await get('/search?aas=1&p1=paper&cc=Articles+%26+Notes&dt=m&d1=1999');
  assert.match(body, /<option value="Articles &amp; Notes" selected>/);
  assert.doesNotMatch(body, /<option value="Secrets"/);
  assert.match(body, /<option value="m" selected>/);
  assert.match(
    (await get('/search?aas=1&p1=number&f1=title&action_browse=1')).body,
    /title: all values in alphabetical order/,
  );
});
