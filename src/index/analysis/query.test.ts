import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { compileAnalyzer } from './analyzer.ts';
import { collectTerms, field, record, siteOf } from './testing.ts';

const analyzer = compileAnalyzer(
  siteOf(
    `
  anyfield: {index: {union: [title, keyword, author, miscellaneous], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  keyword: {paths: ["6531_a"], index: {tokenizer: text}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  exactauthor: {paths: ["100__a"], index: {tokenizer: exact-author}}
  journal: {paths: ["773__p"], index: {tokenizer: journal, query-synonyms: {base: JOURNALS, match: leading-to-number}}}
  subject: {paths: ["65017a"]}
  authorcount: {paths: ["100__a"], index: {tokenizer: author-count}}
  fulltext: {paths: ["8564_u"], index: {tokenizer: fulltext}}
  miscellaneous: {paths: ["5%"], index: {tokenizer: text}}
`,
    'knowledge: {JOURNALS: {annphys: Ann. Phys.}}',
  ),
);

test('a typed word is a block of the index, stemmed as its field is', () => {
  assert.deepEqual(analyzer.queryWords('title', ' Hep-PH/99 Energies, '), [['hep-ph/99'], ['energi']]);
  assert.deepEqual(analyzer.queryWords('keyword', 'Energies'), [['energies']]);
  assert.deepEqual(analyzer.queryWords('anyfield', 'C++'), [['c++']]);
  assert.deepEqual(analyzer.queryWords('title', 'x'.repeat(60)), [['x'.repeat(50)]]);
});

test('a word typed in a union is looked for as each of its parts has it, in a phrase and with a star too', () => {
  assert.deepEqual(analyzer.queryForms('anyfield', 'Ellis muon'), [[['elli'], ['ellis']], [['muon']]]);
  assert.deepEqual(analyzer.queryForms('title', 'Ellis'), [[['elli']]]);
  assert.deepEqual(analyzer.queryForms('author', 'Ellis'), [[['ellis']]]);
  assert.deepEqual(analyzer.queryPhrases('anyfield', 'Ellis, John'), [
    ['elli', 'john'],
    ['ellis', 'john'],
  ]);
  // What the shorter one takes, the longer one takes as well.
  assert.deepEqual(analyzer.queryForms('anyfield', 'experiments*'), [[['experi*']]]);
  assert.deepEqual(analyzer.queryForms('anyfield', 'happy*'), [[['happi*'], ['happy*']]]);
});

test('a star stays where it is; what is before a last one is stemmed', () => {
  assert.deepEqual(analyzer.queryWords('title', 'experiments* f*d'), [['experi*'], ['f*d']]);
  assert.deepEqual(analyzer.queryPhrase('title', 'dark ener*'), ['dark', 'ener*']);
});

test('text of scripts without blanks is characters that follow each other', () => {
  assert.deepEqual(analyzer.queryWords('title', '光速 x'), [['光', '速'], ['x']]);
});

test('a journal is one word, and is asked for under its other names', () => {
  assert.deepEqual(analyzer.queryWords('journal', 'Ann.  Phys. 17'), [['ann. phys. 17']]);
  assert.deepEqual(analyzer.querySynonyms('journal', 'AnnPhys 17 (1905)'), ['Ann. Phys. 17 (1905)']);
  assert.deepEqual(analyzer.querySynonyms('journal', 'Nature 5'), []);
});

test('names are normalised, other values folded', () => {
  assert.equal(analyzer.queryValue('exactauthor', 'Serre,  J.-P.'), 'serre, j p');
  assert.equal(analyzer.queryValue('subject', ' Été  x'), 'ete x');
});

test('a field says where it is to be searched', () => {
  const spaces = [
    'm:008',
    'm:245__a',
    'm:245__b',
    'm:24510a',
    'm:500__a',
    'm:65017a',
    'v:author',
    'v:exactauthor',
    'w:title',
  ];
  assert.deepEqual(analyzer.valueSpaces('title', spaces), ['m:245__a', 'm:245__b', 'm:24510a']);
  assert.deepEqual(analyzer.valueSpaces('subject', spaces), ['m:65017a']);
  assert.deepEqual(analyzer.valueSpaces('author', spaces), ['v:author']);
  assert.deepEqual(analyzer.valueSpaces('anyfield', spaces), [
    'm:245__a',
    'm:245__b',
    'm:24510a',
    'm:500__a',
    'v:author',
  ]);
  assert.deepEqual(analyzer.valueSpaces('fulltext', spaces), []);
  assert.deepEqual(analyzer.valueSpaces('nothing', spaces), []);
  assert.deepEqual(analyzer.pathSpaces('245', spaces), ['m:245__a', 'm:245__b', 'm:24510a']);
  assert.deepEqual(analyzer.pathSpaces('245%%a', spaces), ['m:245__a', 'm:24510a']);
  assert.deepEqual(analyzer.pathSpaces('008', spaces), ['m:008']);
  assert.deepEqual(analyzer.pathSpaces('0%', spaces), ['m:008']);
  const { words, phrase, names, numeric } = analyzer.field('exactauthor') ?? assert.fail();
  assert.deepEqual(
    { words, phrase, names, numeric },
    { words: 'w:author', phrase: 'value', names: true, numeric: false },
  );
  assert.equal(analyzer.field('authorcount')?.numeric, true);
  assert.equal(analyzer.field('nothing'), undefined);
  assert.equal(analyzer.anyField, 'anyfield');
});

test('what a record says is found by asking for it: each word, and any stretch as a phrase', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abcde1.,-( é光"'), maxLength: 40 });
  assertProperty(
    fc.property(text, (value) => {
      const collected = collectTerms();
      analyzer.terms(record(field('245__', 'a', value)), collected.sink);
      const placed = collected.in('w:title');
      const places = (word: string): number[] =>
        placed
          .filter((term) => term.slice(0, term.lastIndexOf('@')) === word)
          .map((term) => Number(term.slice(term.lastIndexOf('@') + 1)));
      const isPhrase = (words: readonly string[]): boolean =>
        places(words[0] ?? '').some((start) => words.every((word, at) => places(word).includes(start + at)));
      for (const words of analyzer.queryWords('title', value)) assert.ok(isPhrase(words), words.join(' '));
      const groups = analyzer.queryPhrase('title', value);
      if (groups.length > 0) assert.ok(isPhrase(groups), groups.join(' '));
    }),
    { numRuns: 2000 },
  );
});

const numbered = compileAnalyzer(
  siteOf(`
  anyfield: {index: {union: [title, isbn, oclc, callnumber], pairs: true}}
  title: {paths: ["245__a"], index: {tokenizer: text, pairs: true}}
  isbn: {paths: ["020__a"], index: {tokenizer: isbn}}
  oclc: {paths: ["035__a"], index: {tokenizer: oclc}}
  callnumber: {paths: ["050%%a", "050%%b"], index: {tokenizer: call-number}}
`),
);

test('a number is asked for in its one form, in its field and beside what was typed in any field', () => {
  assert.deepEqual(numbered.queryForms('isbn', '0-306-40615-2'), [[['9780306406157']]]);
  assert.deepEqual(numbered.queryForms('isbn', '978-0-306*'), [[['9780306*']]]);
  assert.deepEqual(numbered.queryForms('anyfield', '0-306-40615-2'), [[['0-306-40615-2'], ['9780306406157']]]);
  assert.deepEqual(numbered.queryForms('anyfield', 'ISBN 0 306 40615 2'), [[['9780306406157']]]);
  assert.deepEqual(numbered.queryForms('anyfield', '1999 2000'), [[['1999']], [['2000']]]);
  assert.deepEqual(numbered.queryForms('title', '0-306-40615-2'), [[['0-306-40615-2']]]);
  assert.deepEqual(numbered.queryPhrases('anyfield', '0-306-40615-2').at(-1), ['9780306406157']);
  assert.equal(numbered.queryValue('isbn', 'ISBN 0-306-40615-2'), '9780306406157');
  assert.equal(numbered.queryValue('callnumber', 'QC174.12 .G74'), 'qc 3174.12 g74');
  assert.equal(numbered.queryNumber?.('anyfield', 'ISBN 0 306 40615 2'), '9780306406157');
  assert.equal(numbered.queryNumber?.('anyfield', 'two 0306406152'), undefined);
  assert.equal(numbered.queryNumber?.('oclc', 'ocm00012345'), '12345');
});
