import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarcRecord } from '../../marc/record.ts';
import { defaultSite } from '../../site/default.ts';
import type { Site } from '../../site/site.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { compileAnalyzer } from './analyzer.ts';
import { type CollectedTerms, collectTerms, field, record, siteOf } from './testing.ts';

function termsOf(site: Site, ...records: readonly MarcRecord[]): CollectedTerms {
  const collected = collectTerms();
  const write = compileAnalyzer(site).terms;
  for (const one of records) write(one, collected.sink);
  return collected;
}

const library = siteOf(
  `
  anyfield: {index: {union: [title, exacttitle, author, journal]}}
  title: {paths: ["245%%a", "245%%b"], index: {tokenizer: text, stem: english, synonyms: {base: GREEK}}}
  exacttitle: {paths: ["245%%a", "245%%b"], index: {tokenizer: text}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  exactauthor: {paths: ["100__a"], index: {tokenizer: exact-author}}
  authorcount: {paths: ["100__a"], index: {tokenizer: author-count}}
  itemcount: {index: {tokenizer: item-count}}
  journal: {paths: ["773"], index: {tokenizer: journal}}
  doi: {paths: ["0247_a", "909C4a"], index: {tokenizer: doi, when: {"0247_2": DOI}}}
  year: {paths: ["260__c", "008/07-10"], index: {tokenizer: year}}
  fulltext: {paths: ["8564_u"], index: {tokenizer: fulltext}}
  filename: {index: {tokenizer: file-name}}
  filetype: {index: {tokenizer: file-type}}
  language: {paths: ["008/35-37"]}
`,
  'knowledge: {GREEK: {alpha: α, "quark gluon": QGP}}',
);

test('every value of every path is kept, folded', () => {
  const found = termsOf(
    library,
    record(field('008', 'ABC  D'), field('24510', 'a', ' Été ', 'b', 'x  y'), field('595__', 'a', 'Z')),
  );
  assert.deepEqual(
    found.spaces.filter((space) => space.startsWith('m:')),
    ['m:008', 'm:24510a', 'm:24510b', 'm:595__a'],
  );
  assert.deepEqual(found.in('m:008'), ['abc d']);
  assert.deepEqual(found.in('m:24510a'), ['ete']);
  assert.deepEqual(found.in('m:24510b'), ['x y']);
});

test('a union keeps words as each part made them, at one position', () => {
  const found = termsOf(library, record(field('245__', 'a', 'Dark energies')));
  assert.deepEqual(found.in('w:title'), ['dark@0', 'energi@1']);
  assert.deepEqual(found.in('w:exacttitle'), ['dark@0', 'energies@1']);
  assert.deepEqual(found.in('w:anyfield'), ['dark@0', 'energi@1', 'energies@1']);
});

test('fields are a hundred positions apart, and repeated subfields; a title goes on in $b; each record begins at 0', () => {
  const one = record(field('245__', 'a', 'a b', 'b', 'c'), field('245__', 'a', 'd', 'a', 'e'));
  const places = ['a@0', 'b@1', 'c@2', 'd@103', 'e@204'];
  assert.deepEqual(termsOf(library, one, one).in('w:exacttitle'), [...places, ...places]);
});

test('whole names and headings are values beside those of their subfields, without the marks between them', () => {
  const found = termsOf(
    defaultSite(),
    record(
      field('1000_', 'a', 'John Paul', 'b', 'II,', 'c', 'Pope,', 'd', '1920-2005.'),
      field('650_0', 'a', 'Boats', 'x', 'History', 'y', '20th century.'),
      field('650_0', 'a', 'Naval weapons.'),
      field('4901_', 'a', 'Pond studies ;', 'v', '12'),
    ),
  );
  assert.deepEqual(found.in('c:author'), ['john paul ii, pope']);
  assert.deepEqual(found.in('c:subject'), [foldValue('boats – history – 20th century')]);
  assert.deepEqual(found.in('m:650_0a'), ['boats', 'naval weapons']);
  assert.deepEqual(found.in('c:series'), ['pond studies ; 12']);
});

test('a field in its original script has the terms of the field it stands for, and its own path', () => {
  const found = termsOf(
    defaultSite(),
    record(
      field('1001_', '6', '880-01', 'a', 'Shen, Congyou'),
      field('8801_', '6', '100-01/$1', 'a', '沈从友,'),
      field('880__', '6', '520-00/$1', 'a', '湘西小城的故事'),
    ),
  );
  assert.ok(found.in('v:author').includes('沈从友'));
  assert.ok(found.in('w:abstract').includes('湘@0'));
  assert.ok(found.in('m:8801_a').includes('沈从友,'.slice(0, 3)));
});

test('what stands in its original script is hidden with the field it stands for', () => {
  const site = { ...defaultSite(), hiddenPaths: ['595'] };
  const found = termsOf(site, record(field('595__', 'a', 'secret'), field('880__', '6', '595-00', 'a', '秘密')));
  assert.deepEqual(found.in('w:anyfield'), []);
});

test('language, kind of material and year are read as pages read them', () => {
  const found = termsOf(
    defaultSite(),
    record(field('0410_', 'a', 'engfre'), field('502__', 'a', 'Thesis (Ph.D.)--Pond University, 1987.')),
  );
  assert.deepEqual(found.in('v:language'), ['eng', 'fre']);
  assert.deepEqual(found.in('v:material'), ['thesis']);
  assert.deepEqual(found.in('v:year'), ['1987']);
});

test('synonyms stand where their word or value stands', () => {
  assert.deepEqual(termsOf(library, record(field('245__', 'a', 'The Alpha decay'))).in('w:title'), [
    'the@0',
    'alpha@1',
    'decay@2',
    'α@1',
  ]);
  assert.ok(
    termsOf(library, record(field('245__', 'a', 'Quark gluon')))
      .in('w:title')
      .includes('qgp@0'),
  );
  assert.ok(
    !termsOf(library, record(field('245__', 'a', 'Alpha')))
      .in('w:exacttitle')
      .includes('α@0'),
  );
});

test('authors have name forms, exact names and counts; the same words are written once', () => {
  const found = termsOf(library, record(field('100__', 'a', 'Ørsted, H.C.'), field('100__', 'a', 'Bohr, N')));
  assert.ok(found.in('v:author').includes('h orsted'));
  assert.deepEqual(found.in('v:exactauthor'), ['orsted, h c', 'bohr, n']);
  assert.deepEqual(found.in('w:author').slice(0, 2), ['orsted@0', 'h.c@1']);
  assert.deepEqual(found.in('w:exactauthor'), []);
  assert.deepEqual(found.in('w:authorcount'), ['2@0']);
  assert.deepEqual(found.in('w:itemcount'), ['0@0']);
});

test('a journal has each value and, when complete, the standard form', () => {
  const found = termsOf(library, record(field('773__', 'p', 'Ann. Phys.', 'v', '17', 'c', '891-921', 'y', '1905')));
  assert.deepEqual(found.in('v:journal'), ['ann. phys', '17', '891-921', '1905', 'ann. phys. 17 (1905) 891']);
  assert.ok(found.in('w:journal').includes('ann. phys. 17 (1905) 891@104'));
  assert.equal(termsOf(library, record(field('773__', 'p', 'Ann. Phys.', 'v', '17'))).in('v:journal').length, 2);
});

test('a condition looks at its own field instance only', () => {
  const found = termsOf(
    library,
    record(
      field('0247_', 'a', '10.1/x', '2', 'doi'),
      field('0247_', 'a', 'other', '2', 'HDL'),
      field('0247_', 'a', '10.2/Y', '2', 'DOI'),
      field('909C4', 'a', '10.3/z'),
    ),
  );
  assert.deepEqual(found.in('v:doi'), ['10.1/x', '10.2/y', '10.3/z']);
});

test('years are found in dates as libraries write them, and in fixed fields', () => {
  const found = termsOf(
    library,
    record(field('260__', 'c', '[c1999]-2003.'), field('008', '980101s1998    xx            000 0 eng d')),
  );
  assert.deepEqual(found.in('v:year'), ['[c1999]-2003', '1999', '2003', '1998']);
  const words = found.in('w:year').map((word) => word.replace(/@.*/, ''));
  for (const year of ['1998', '1999', '2003']) assert.ok(words.includes(year), year);
  assert.deepEqual(found.in('v:language'), ['eng']);
});

test('files are known by names and types; an address has no words of the text behind it', () => {
  const url = 'http://example.org/docs/Thesis.ps.gz?version=1';
  const found = termsOf(library, record(field('8564_', 'u', url), field('8564_', 'u', 'http://example.org')));
  assert.deepEqual(found.in('v:filename'), ['thesis', 'thesis.ps', 'thesis.ps.gz']);
  assert.deepEqual(found.in('v:filetype'), ['ps', 'ps.gz']);
  assert.deepEqual(found.in('w:fulltext'), []);
  assert.deepEqual(termsOf(library, record(field('8564_', 'u', 'a text'))).in('w:fulltext'), ['a@0', 'text@1']);
});

test('one analyzer serves several sinks in turn', () => {
  const write = compileAnalyzer(library).terms;
  const [first, second] = [collectTerms(), collectTerms()];
  const one = record(field('245__', 'a', 'x'));
  second.sink.space('v:something');
  for (const { sink } of [first, second, first]) write(one, sink);
  assert.deepEqual(first.in('w:title'), ['x@0', 'x@0']);
  assert.deepEqual(second.in('w:title'), ['x@0']);
  assert.deepEqual(second.in('v:something'), []);
});

test('a hidden value is a value of its path and nothing else', () => {
  const site = siteOf(
    '  all: {index: {union: [note]}}\n  note: {paths: ["500__%", "595__%"], index: {tokenizer: text}}',
  );
  const told = collectTerms();
  const terms = compileAnalyzer({ ...site, hiddenPaths: ['595'] }).terms;
  terms(record(field('500__', 'a', 'shown'), field('595__', 'a', 'Secret')), told.sink);
  assert.deepEqual(told.in('w:all'), ['shown@0']);
  assert.deepEqual(told.in('w:note'), ['shown@0']);
  assert.deepEqual(told.in('m:595__a'), ['secret']);
});

test('numbers stand in one form; a call number is that of several subfields, its value in shelf order', () => {
  const numbers = siteOf(`
  anyfield: {index: {union: [isbn, callnumber]}}
  isbn: {paths: ["020__a"], index: {tokenizer: isbn}}
  callnumber: {paths: ["050%%a", "050%%b", "852%%h", "852%%i"], index: {tokenizer: call-number}}
`);
  const found = termsOf(
    numbers,
    record(
      field('020__', 'a', '0-306-40615-2 (pbk.)'),
      field('050_4', 'a', 'QC174.12', 'b', '.G74', '2', 'x'),
      field('852__', 'a', 'Main', 'h', 'KF 9', 'i', 'A1'),
    ),
  );
  assert.deepEqual(found.in('v:isbn'), ['9780306406157']);
  assert.deepEqual(found.in('v:callnumber'), ['qc 3174.12 g74', 'kf 19 a1']);
  const words = (space: string) => found.in(space).map((word) => word.split('@')[0]);
  assert.deepEqual(words('w:isbn'), ['9780306406157', '0306406152', '0-306-40615-2']);
  for (const word of ['qc', '174.12', 'qc174.12g74', 'kf9', 'kf9a1'])
    for (const space of ['w:callnumber', 'w:anyfield']) assert.ok(words(space).includes(word), `${space} ${word}`);
  assert.ok(!words('w:anyfield').includes('main'));
});
