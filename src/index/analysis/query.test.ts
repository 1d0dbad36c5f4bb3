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
  assert.deepEqual(analyzer.queryWords('journal', 'Poem.'), [['poem']], 'the stop at the end of a field');
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

/** Does a title with this text answer the question, as words and as a phrase? */
function finds(title: string, question: string): { readonly words: boolean; readonly phrase: boolean } {
  const collected = collectTerms();
  analyzer.terms(record(field('245__', 'a', title)), collected.sink);
  const placed = new Set(collected.in('w:title'));
  const places = [...placed].map((term) => Number(term.slice(term.lastIndexOf('@') + 1)));
  const inRow = (words: readonly string[]): boolean =>
    words.length > 0 && places.some((start) => words.every((word, at) => placed.has(`${word}@${start + at}`)));
  return {
    words: analyzer.queryForms('title', question).every((forms) => forms.some(inRow)),
    phrase: analyzer.queryPhrases('title', question).some(inRow),
  };
}

test('what a keyboard types finds what stands in a record, and the other way round', () => {
  const alike = [
    ['Tārīkh al-ʻArab wa-al-Qurʼān al-karim', ["qur'an", 'quran', 'Qur’ān', 'qur an', 'Qurʾān', 'al-arab', "al-'arab"]],
    ["History of the Qur'an today", ['quran', 'qurʼan', 'qur`an', 'qur´an']],
    ['The Qur an today', ["qur'an", 'Qurʼān']],
    ['no kenʼyu ni', ['kenyu', "ken'yu", 'ken yu']],
    ['Gorʹkovskogo kruzhka', ['gorkovskogo', "gor'kovskogo"]],
    ['obʺi︠a︡vlenie', ['obiavlenie', 'ob"iavlenie', "ob'iavlenie"]],
    ["O'Branigan notes", ['obranigan', 'O’Branigan', 'o branigan', "O'BRANIGAN"]],
    ['L’Elam antique', ['elam', "l'elam", 'l elam', 'L‘Elam']],
    ['Müller über Öl', ['mueller', 'muller', 'Mu\u0308ller', 'oel', 'ueber']],
    ['Mueller ueber Oel', ['Müller', 'Öl', 'über']],
    ['Ærøskøbing Århus', ['Aeroeskoebing', 'aeroskobing', 'aarhus', 'arhus']],
    ['צה״ל', ['צה"ל', 'צהל', "צה'ל"]],
    ['בית־ספר', ['בית-ספר', 'בית ספר', 'בית־ספר']],
    ['مـحـمـد، الکتاب', ['محمد', 'الكتاب']],
    ['کتاب\u200cها', ['کتابها', 'کتاب ها', 'كتاب\u200cها', 'کتاب']],
    ['سنة ١٣٦٥', ['1365', '۱۳۶۵']],
    ['ประวัติศาสตร์ไทยสมัยใหม่', ['ไทย', 'ประวัติศาสตร์', 'ไทยสมัย']],
  ] as const;
  for (const [title, questions] of alike) {
    for (const question of questions) {
      assert.ok(finds(title, question).words || question.includes(' '), `${question} in ${title}`);
      assert.ok(finds(title, question).phrase, `"${question}" in ${title}`);
    }
  }
  assert.ok(finds("History of the Qur'an today", 'the quran today').phrase);
  assert.ok(finds('History of the Qurʼān today', "the qur'an today").phrase);
  for (const asked of ['the rock n roll era', "rock 'n' roll", 'rocknroll'])
    assert.ok(finds("the rock'n'roll era", asked).phrase, asked);
  assert.ok(finds("l'elam & l'art", 'l elam & lart').phrase);
  assert.ok(finds("l'art d'aimer les autres", 'l art d aimer les').phrase);
});

test('no more is found than that', () => {
  assert.equal(finds('Muller', 'Mueller').words, false);
  assert.equal(finds('information', 'in formation').phrase, false);
  assert.equal(finds('in formation', 'information').words, false);
  assert.equal(finds('niño', 'ninio').words, false);
});

test('a whole value has no apostrophes, and may be asked for with two letters for one', () => {
  assert.equal(analyzer.queryValue('author', 'O’Branigan, F.-J.'), 'obranigan, f j');
  assert.equal(analyzer.queryValue('subject', 'Qurʼān'), 'quran');
  assert.deepEqual(analyzer.valueSpellings?.('subject', 'Österreich'), ['oesterreich']);
  assert.deepEqual(analyzer.valueSpellings?.('author', 'Mueller, Joerg'), [
    'muller, jorg',
    'mueller, jorg',
    'muller, joerg',
  ]);
  assert.deepEqual(analyzer.valueSpellings?.('journal', 'Poem'), []);
  assert.deepEqual(analyzer.valueSpellings?.(undefined, 'Poem'), []);
});

test('a star after an apostrophe stays there', () => {
  assert.deepEqual(analyzer.queryForms('author', "o'br*"), [[['obr*'], ["o'br*"]]]);
  assert.deepEqual(analyzer.queryForms('author', "o'*"), [[["o'*"]]]);
});
