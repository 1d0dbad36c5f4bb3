import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { openLevel } from '../../site/level.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>';
const files: Readonly<Record<string, string>> = {
  'logo.svg': svg,
  'about.en.md': '# About us\n\nOpen **every day**.\n',
  'about.fr.md': '# À propos\n\nOuvert **tous les jours**.\n',
};
const text = `extends: default
site:
  name: {en: Harbour Library, fr: Bibliothèque du port}
  languages: [en, fr]
  logo: logo.svg
  intro: {en: "Books of the *sea*. <script>alert(1)</script>", fr: "Les livres de la *mer*."}
  links:
    - {text: {en: Catalogue of the town, fr: Catalogue de la ville}, address: https://town.example/}
  pages:
    about: {en: about.en.md, fr: about.fr.md}
    imprint: {title: Imprint, text: "[bad](javascript:alert(1)) [worse](data:text/html,x) ![x](/a.png) [good](/search)", footer: false}
knowledge:
  kinds: {book: {en: Printed book, fr: Livre imprimé}}
facets: {type: {labels: kinds}}
`;

function siteOf(source: string): Site {
  const { site, problems } = parseSite(source, {
    files: (path) => (path in files ? Buffer.from(files[path]!) : undefined),
  });
  return site ?? assert.fail(JSON.stringify(problems));
}

const book = (title: string, year: number): MarcRecord => ({
  leader: '00000nam a2200000 a 4500',
  fields: [field('245__', `$a${title}`), field('260__', `$c${year}`)],
});
let versions = 0;
function pagesOf(source: string, records: readonly MarcRecord[] = [book('A lighthouse', 1990)]) {
  const app = createApp(memoryLibrary(siteOf(source), records, `appearance ${++versions}`));
  return async (url: string) => app.inject({ url });
}

test('the library has its name, logo, words, links and pages, in the language of the page', async () => {
  const get = pagesOf(text);
  const home = (await get('/')).body;
  assert.match(home, /<title>Harbour Library<\/title>/);
  assert.match(home, /Books of the <em>sea<\/em>\. &lt;script&gt;/);
  assert.match(home, /<a href="https:\/\/town\.example\/">Catalogue of the town<\/a>/);
  assert.match(home, /<a href="\/pages\/about">About us<\/a>/);
  assert.ok(!home.includes('/pages/imprint'), 'a page may stay out of the footer');
  const french = (await get('/?ln=fr')).body;
  assert.match(french, /<title>Bibliothèque du port<\/title>/);
  assert.match(french, /<a href="\/pages\/about">À propos<\/a>/);
  assert.match(french, /Catalogue de la ville/);

  const about = await get('/pages/about?ln=fr');
  assert.match(about.body, /<h1>À propos<\/h1>\s*<p>Ouvert <strong>tous les jours<\/strong>\.<\/p>/);
  assert.match(about.body, /<title>À propos · Bibliothèque du port<\/title>/);
  assert.equal((await get('/pages/nothing')).statusCode, 404);
});

test('Markdown has no tags, scripts or pictures of its own', async () => {
  const { body } = await pagesOf(text)('/pages/imprint');
  const own = /<article class="prose">([\s\S]*)<\/article>/.exec(body)![1]!;
  assert.ok(!/href="(?:javascript|data):|<img|<script/.test(own), own);
  assert.match(own, /<a href="\/search">good<\/a>/);
});

test('the logo is drawn, and whoever opens it alone runs nothing of it', async () => {
  const get = pagesOf(text);
  const address = /<img class="logo" src="(\/assets\/logo-[0-9a-f]{12}\.svg)" alt="">/.exec((await get('/')).body)![1]!;
  const answer = await get(address);
  assert.equal(answer.body, svg);
  assert.equal(answer.headers['content-type'], 'image/svg+xml');
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*sandbox/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
});

test('kinds of documents are called as the labels of the site say, in facets and in hits', async () => {
  const get = pagesOf(text);
  for (const [language, name] of [
    ['en', 'Printed book'],
    ['fr', 'Livre imprimé'],
  ]) {
    const { body } = await get(`/search?p=lighthouse&ln=${language}`);
    assert.equal(body.split(name!).length - 1, 3, 'in the facet, at what excludes it, and in the hit');
  }
});

test('collections without records are hidden, unless the site shows them', async () => {
  const collections = async (source: string): Promise<readonly string[]> => {
    const { body } = await pagesOf(source)('/');
    return [...body.matchAll(/<a href="\/collection\/([^"]+)"/g)].map((match) => decodeURIComponent(match[1]!));
  };
  assert.deepEqual(await collections('extends: default\nsite: {name: L}'), ['Books']);
  assert.ok((await collections('extends: default\nsite: {name: L, show-empty: true}')).includes('Maps'));
  const nested = `extends: default
site: {name: L}
collections:
  - name: L
    query: "material:book"
    children:
      - {name: Above, query: "material:map", children: [{name: Below, query: "material:book"}]}
      - {name: Nothing, query: "material:map", children: [{name: Nowhere, query: "material:score"}]}
`;
  assert.deepEqual(await collections(nested), ['Above', 'Below'], 'a child with records shows its parent');
});

test('an empty collection is in no menu and no answer either, and kinds have French names', async () => {
  const offered = async (source: string, language: string): Promise<readonly string[]> => {
    const { body } = await pagesOf(source)(`/search?p=lighthouse&ln=${language}`);
    const [menu] = /<select name="cc">[\s\S]*?<\/select>/.exec(body) ?? [''];
    return [...menu.matchAll(/<option value="([^"]+)"[^>]*>([^<]+)/g)].map(([, , name]) => name!);
  };
  const inApi = async (source: string): Promise<readonly string[]> =>
    JSON.parse((await pagesOf(source)('/api/collections')).body).collections[0].children.map(
      ({ name }: { readonly name: string }) => name,
    );
  const plain = 'extends: default\nsite: {name: L}';
  const all = 'extends: default\nsite: {name: L, show-empty: true}';
  assert.deepEqual(await offered(plain, 'fr'), ['Livres']);
  assert.deepEqual(await inApi(plain), ['Books']);
  assert.ok((await inApi(all)).includes('Maps'));
  const french = await offered(all, 'fr');
  assert.equal(french.length, 15);
  // Of fifteen these are the same in both languages.
  const english = await offered(all, 'en');
  assert.deepEqual(
    french.filter((name) => english.includes(name)),
    ['Articles', 'Films', 'Archives'],
  );
  const { body } = await pagesOf(all)('/search?p=lighthouse&cc=Maps');
  assert.match(body, /<option value="Maps" selected>/, 'what is searched stands there');
});

test('the newest records say when they were added, in the order of the language', async () => {
  const get = pagesOf('extends: default\nsite: {name: L}');
  assert.match((await get('/')).body, /added <time datetime="\d{4}-\d\d-\d\d">\d{1,2} [A-Z][a-z]+ \d{4}<\/time>/);
  assert.match((await get('/?ln=fr')).body, /ajoutée le <time datetime="[^"]+">\d{1,2} [a-zéû]+\.? \d{4}<\/time>/);
});

test('a record that was changed here is not said to be added on a day that the index does not know', async () => {
  const [site, now, before] = [siteOf('extends: default\nsite: {name: L}'), book('Lamps', 1990), book('Lmaps', 1990)];
  const app = createApp(memoryLibrary(site, [now, now], `appearance ${++versions}`, [[before], []]));
  const { body } = await app.inject({ url: '/' });
  assert.equal(body.match(/added <time/g)?.length, 1);
  await app.close();
});

test('a library that guests may not see shows them no pages', async () => {
  const closed = `${text}collections: [{name: Home, query: "material:book", restricted: true}]\n`;
  const get = pagesOf(closed);
  for (const url of ['/', '/pages/about']) {
    const { statusCode, body } = await get(url);
    assert.equal(statusCode, 403, url);
    assert.ok(!body.includes('href="/pages/about"') && !body.includes('every day'), url);
  }
});

test('pages are read while the site is closed, and nothing else', async () => {
  const library = memoryLibrary(siteOf(text), [book('A lighthouse', 1990)], 'closed appearance');
  const app = createApp(library, { level: () => ({ ...openLevel, level: 'closed' }) });
  const status = async (url: string) => (await app.inject({ url })).statusCode;
  assert.deepEqual([await status('/pages/imprint'), await status('/'), await status('/search')], [200, 503, 503]);
});

test('a site in a language that pages do not have names no language alone', async () => {
  const { body } = await pagesOf('extends: default\nsite: {name: L, languages: [de]}')('/');
  assert.ok(!body.includes('hreflang='));
});
