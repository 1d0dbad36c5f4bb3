import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInText } from './built-in.ts';
import { defaultSite } from './default.ts';
import { indexDigest } from './digest.ts';
import { earlierVersions, newestVersions } from './index-versions.ts';
import { parseSite } from './parse.ts';
import type { Site } from './site.ts';
import { wholeText } from './whole-text.ts';

const own = (text: string, inForce = newestVersions): Site => {
  const { site, problems } = parseSite(text, { inForce });
  return site ?? assert.fail(JSON.stringify(problems));
};
const problemsOf = (text: string): readonly string[] =>
  parseSite(text).problems.map(({ line, message }) => `${line}: ${message}`);
const codes = (list: readonly { readonly code: string }[]): readonly string[] => list.map(({ code }) => code);

test('a file that extends the default is the default but for what it says', () => {
  const site = own('extends: default\nsite: {name: Harbour Library, languages: [fr]}\n');
  assert.equal(site.name, 'Harbour Library');
  assert.deepEqual(site.languages, ['fr']);
  assert.deepEqual(site.hiddenPaths, ['595']);
  assert.deepEqual(site.fields, defaultSite().fields);
  assert.deepEqual(site.collections[0]?.children, defaultSite().collections[0]?.children);
  assert.equal(site.collections[0]?.name, 'Harbour Library', 'the home collection is called as the library');
  assert.equal(indexDigest(own('extends: default\nsite: {name: A}')), indexDigest(defaultSite()));
});

test('maps are joined key by key, lists are replaced, nothing and false remove', () => {
  const site = own(`extends: default
site: {name: L}
fields:
  title: {names: {de: Titel}, paths: ["245%%a"], index: {stem: german}}
  shelf: {paths: ["852%%h"], index: {tokenizer: call-number}}
  abstract:
  firstauthor: false
sort: {latest: {names: {de: Neueste}}, title: {drop-leading-articles: false}}
rank: {wrd: {weights: {title: 5, subject: 2, keyword: }}}
facets: {journal: , shelf: {field: shelf}}
`);
  const title = site.fields.find(({ code }) => code === 'title');
  assert.deepEqual(title?.names, { en: 'title', fr: 'titre', de: 'Titel' });
  assert.deepEqual(title?.paths, ['245%%a']);
  assert.deepEqual([title?.index?.stem, title?.index?.pairs, title?.index?.tokenizer], ['german', true, 'text']);
  assert.equal(codes(site.fields).at(-1), 'shelf', 'what is added comes last');
  assert.ok(!codes(site.fields).includes('abstract') && !site.fields[0]?.index?.union.includes('abstract'));
  assert.ok(!codes(site.sorts).includes('author'), 'a sort by a removed field goes with it');
  assert.deepEqual(site.sorts[1]?.dropLeadingArticles, false);
  assert.deepEqual(site.ranks[0]?.weights, { title: 5, subject: 2 });
  assert.ok(!codes(site.facets).includes('journal') && codes(site.facets).includes('shelf'));
});

test('an empty section has none, as in any file', () => {
  assert.deepEqual(own('extends: default\nsite: {name: L}\nrank:\n').ranks, []);
});

test('mistakes are named with the line of the file that has them', () => {
  assert.deepEqual(problemsOf('extends: defualt\nsite: {name: L}'), [
    "1: extends: 'defualt' is not one of default, unimarc. Did you mean 'default'?",
  ]);
  assert.deepEqual(problemsOf('# x\nextends: default\nsite: {name: L}\nfields:\n  absract:\n'), [
    "5: fields.absract is not inherited, so it cannot be removed. Did you mean 'abstract'?",
  ]);
  assert.deepEqual(problemsOf('extends: default\nsite: {name: L}\nrank:\n  wrd:\n    method: citations\n'), [
    '4: rank.wrd.weights belongs to a method "relevance".',
  ]);
  assert.deepEqual(problemsOf('extends: default\nsite: {name: L}\nfields:\n  title: {paths: ["24"]}\n'), [
    '4: "24" is not a MARC path: the tag is shorter than three characters and does not end in %.',
  ]);
});

test('the analysis in force decides which default is extended', () => {
  const text = 'extends: default\nsite: {name: L}\n';
  const [now, before] = [own(text), own(text, earlierVersions)];
  assert.notDeepEqual(codes(now.fields), codes(before.fields));
  assert.deepEqual(codes(before.fields), codes(defaultSite(earlierVersions).fields));
});

test('the whole of a short file means the same', () => {
  const text = `extends: default
site: {name: "L: a library"}
fields: {title: {index: {stem: german}}, abstract: }
knowledge: {years: {007: bond, 1999: "2000"}}
rank: {wrd: {weights: {title: 1.5}}}
`;
  const whole = wholeText(text, newestVersions);
  assert.ok(!whole.includes('extends'));
  assert.deepEqual({ ...own(whole), extends: 'default' }, own(text));
  assert.equal(wholeText(whole, newestVersions), whole);
});

test('the file for UNIMARC is right, and reads its fields', () => {
  assert.deepEqual(parseSite(builtInText('unimarc.yaml')).problems, []);
  const site = own('extends: unimarc\nsite: {name: Médiathèque}\n');
  assert.ok(site.fields.find(({ code }) => code === 'title')?.paths.includes('200%%a'));
});
