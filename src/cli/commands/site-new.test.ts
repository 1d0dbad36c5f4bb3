import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { checkQuery } from '../../search/check-query.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-new-site-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `site-${++files}.yaml`);

async function run(stdin: Readable, ...line: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const world = {
    environment: {},
    stdin,
    stdout,
    stderr,
    colour: false,
    signal: new AbortController().signal,
    onHangup: () => undefined,
  };
  const status = await runCommandLine(['site', 'new', ...line], world);
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}
const piped = () => Readable.from([]);
/** Somebody who types these lines. */
const typing = (...lines: readonly string[]): Readable =>
  Object.assign(Readable.from(lines.map((line) => `${line}\n`)), { isTTY: true });

function siteIn(file: string): Site {
  const { site, problems } = parseSite(readFileSync(file, 'utf8'), { query: checkQuery });
  return site ?? assert.fail(JSON.stringify(problems));
}
const children = (site: Site): readonly string[] => site.collections[0]!.children.map(({ name }) => name);

test('without a terminal options say all, and what they do not say has a default', async () => {
  const file = newFile();
  const line = [
    '--name',
    'Médiathèque: "Le Port"',
    '--languages',
    'fr,en',
    '--kinds',
    'book,map',
    '--colour',
    '#8a1c1c',
  ];
  const { status, stdout, stderr } = await run(piped(), file, ...line, '--email', 'port@library.example');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, new RegExp(`reperio site check ${file}\n.*reperio site apply ${file} --dry-run\n`));
  const site = siteIn(file);
  assert.deepEqual(
    [site.name, site.languages, site.accent, site.admin],
    ['Médiathèque: "Le Port"', ['fr', 'en'], '#8a1c1c', 'port@library.example'],
  );
  assert.deepEqual(children(site), ['Books', 'Maps', 'Other documents']);
  assert.equal(site.collections[0]!.children[2]!.query, '-material:book -material:map');
  assert.deepEqual(site.collections[0]!.children[0]!.names, { fr: 'Livres' });

  const least = newFile();
  assert.equal((await run(piped(), least, '--name', 'Null')).status, 0);
  assert.ok(children(siteIn(least)).length >= 15, 'the collections of the built-in file');
  const { length } = readFileSync(least, 'utf8').split('\n');
  assert.ok(length > 30 && length < 60, `${length} lines`);
});

test('what is commented out is right when it is no longer', async () => {
  const file = newFile();
  await run(piped(), file, '--name', 'L', '--languages', 'en,fr');
  // A sentence has one blank before it.
  const all = readFileSync(file, 'utf8').replace(/^( *)#(?! \S| {3}reperio)/gm, '$1');
  const { site, problems } = parseSite(all, {
    query: checkQuery,
    files: (path) => Buffer.from(path.endsWith('.md') ? '# About' : '<svg></svg>'),
  });
  assert.deepEqual(problems, [], all);
  assert.deepEqual(
    [site?.links.length, site?.pages[0]?.slug, site?.roles[0]?.name, site?.fields.at(-1)?.code, site?.logo?.type],
    [1, 'about', 'librarians', 'donor', 'svg'],
  );
  assert.ok(!site?.facets.some(({ code }) => code === 'journal'));
});

test('on a terminal it asks, says what is wrong with an answer, and asks again', async () => {
  const file = newFile();
  const answers = ['', 'Harbour Library', 'english', 'en fr', '99', '3 8', 'yellow', '#ffff00', '', 'nobody', ''];
  const { status, stderr } = await run(typing(...answers), file);
  assert.equal(status, 0, stderr);
  for (const said of [
    /'' must not be empty|Name of the library: {2}.*must not be empty/s,
    /'english' has 'english', which is not a language code/,
    /'99' has '99', which is not one of article, /,
    /'yellow' must be a colour/,
    /'#ffff00' is too light to read on white/,
    /'nobody' must be an e-mail address/,
    / 3 {2}Books\n/,
  ])
    assert.match(stderr, said);
  const site = siteIn(file);
  assert.deepEqual(
    [site.name, site.languages, site.accent, site.admin],
    ['Harbour Library', ['en', 'fr'], '#0b5cad', ''],
  );
  assert.deepEqual(children(site), ['Books', 'Maps', 'Other documents']);
});

test('an input that ends before the last answer writes nothing', async () => {
  const file = newFile();
  const { status, stderr } = await run(typing('Harbour Library'), file);
  assert.equal(status, 1);
  assert.match(stderr, /nothing was written/);
  assert.throws(() => readFileSync(file));
});

test('a file that is there stays, unless it is said otherwise; wrong options are named', async () => {
  const file = newFile();
  await run(piped(), file, '--name', 'One');
  const again = await run(piped(), file, '--name', 'Two');
  assert.equal(again.status, 1);
  assert.match(again.stderr, /already exists; nothing was written[\s\S]*--force/);
  assert.equal(siteIn(file).name, 'One');
  assert.equal((await run(piped(), file, '--name', 'Two', '--force')).status, 0);
  assert.equal(siteIn(file).name, 'Two');
  assert.match((await run(piped(), newFile())).stderr, /needs the option --name/);
  assert.match(
    (await run(piped(), newFile(), '--name', 'L', '--kinds', 'boks')).stderr,
    /option --kinds has 'boks', which is not one of/,
  );
  assert.match(
    (await run(piped(), newFile(), '--name', 'L', '--colour', '#ffff00')).stderr,
    /option --colour is too light/,
  );
});

test('for UNIMARC it takes the kinds of that file, and theses that are not taken stay books', async () => {
  const file = newFile();
  await run(piped(), file, '--name', 'L', '--unimarc', '--kinds', 'book');
  assert.deepEqual(
    siteIn(file).collections[0]!.children.map(({ query }) => query),
    ['material:book', '-material:book'],
  );
});

test('languages that no page has are told', async () => {
  const { stderr } = await run(piped(), newFile(), '--name', 'L', '--languages', 'de');
  assert.match(
    stderr,
    /there is no translation of the pages in German \(de\), only in English \(en\) and French \(fr\)/,
  );
});
