import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSite } from './parse.ts';

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(20)]);
const svg = (inner: string) => Buffer.from(`<?xml version="1.0"?>\n<svg viewBox="0 0 8 8">${inner}</svg>`);
const files: Readonly<Record<string, Buffer>> = {
  'a.png': png,
  'a.svg': svg('<path d="M0 0"/>'),
  'script.svg': svg('<script>alert(1)</script>'),
  'handler.svg': svg('<rect onclick="x()"/>'),
  'remote.svg': svg('<image href="https://elsewhere.example/x.png"/>'),
  'a.gif': Buffer.from('GIF89a'),
  'large.png': Buffer.concat([png, Buffer.alloc(200_000)]),
  'about.en.md': Buffer.from('# Title\r\n\r\nText'),
};
const read = (site: string) =>
  parseSite(`extends: default\nsite:\n  name: L\n  ${site}\n`, { files: (path) => files[path] });
const problems = (site: string): readonly string[] =>
  read(site).problems.map(({ line, message }) => `${line}: ${message}`);

test('a logo is a picture that runs nothing', () => {
  assert.equal(read('logo: a.png').site?.logo?.type, 'png');
  const { site, files: used } = read('logo: a.svg');
  assert.equal(site?.logo?.type, 'svg');
  assert.deepEqual([...used.keys()], ['a.svg']);
  assert.deepEqual(problems('logo: b.svg'), ['4: site.logo: the file b.svg cannot be read beside the site file.']);
  assert.deepEqual(problems('logo: a.gif'), ['4: site.logo: a.gif is neither PNG nor SVG.']);
  assert.deepEqual(problems('logo: large.png'), [
    '4: site.logo: large.png has 200028 bytes; at most 200000 are allowed.',
  ]);
  for (const name of ['script.svg', 'handler.svg', 'remote.svg'])
    assert.match(problems(`logo: ${name}`).join(), /has scripts or loads other files/, name);
});

test('links and pages have addresses that lead somewhere', () => {
  for (const address of ['https://a.example/x', 'mailto:a@b.example', '/pages/about', '"/search?p=x"'])
    assert.deepEqual(problems(`links: [{text: A, address: ${address}}]`), [], address);
  for (const address of ['"javascript:alert(1)"', '//evil.example', 'about', '"/\\\\evil.example"'])
    assert.match(
      problems(`links: [{text: A, address: ${address}}]`).join(),
      /^4: site\.links\[1\]: .* is not an address/,
      address,
    );
  assert.match(problems('links: [{text: A}]').join(), /needs a text and an address/);
  assert.match(problems('pages: {About us: x}').join(), /'About us' cannot name a page/);
  assert.match(problems('pages: {about: {title: x}}').join(), /site\.pages\.about needs a text/);
});

test('a page is text or a file, alone or by language, and its heading is its title', () => {
  const pages = read(
    'pages: {a: about.en.md, b: "# B\\nx", c: {text: "# C\\ny", title: {fr: T}}, d: {en: about.en.md, fr: "z"}, e: w}',
  ).site?.pages;
  assert.deepEqual(
    pages?.map(({ slug, title, text }) => [slug, title.text, text.text.trim()]),
    [
      ['a', 'Title', 'Text'],
      ['b', 'B', 'x'],
      ['c', 'T', '# C\ny'],
      ['d', 'Title', 'Text'],
      ['e', 'e', 'w'],
    ],
  );
  assert.deepEqual([pages?.[3]?.title.names, pages?.[3]?.text.names['fr']], [{ en: 'Title', fr: 'd' }, 'z']);
});

test('labels may have a name for each language', () => {
  const { site } = parseSite(
    'extends: default\nsite: {name: L}\nknowledge: {k: {BOOK: {fr: Livre, en: Book}, MAP: Map}}\n',
  );
  assert.deepEqual(site?.knowledge['k'], { BOOK: 'Book', MAP: 'Map' });
  assert.deepEqual(site?.labels['k'], { BOOK: { fr: 'Livre', en: 'Book' } });
});
