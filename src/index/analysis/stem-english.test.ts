import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newStemmer } from 'snowball-stemmers';
import { assertProperty } from '../../../test/support/property.ts';
import { stemEnglish } from './stem-english.ts';

const library = newStemmer('english');
const suffixes = (
  "s es ed ing edly ingly eed eedly ies ied sses us ss ' 's 's' y ational fulness iveness ization ousness biliti bility lessli lessly tional " +
  'alism ality ation ently fully ivity ously ably ally ancy ator ency izer bly logy li ly alize icate icity ical ness ful ative ement ment ' +
  'able ance ence ible ant ate ent sion tion ism ity ive ize ous al er ic e ll'
).split(' ');
const root = fc.string({ unit: fc.constantFrom(...'aeiouybcdglmnrstvwx'), minLength: 0, maxLength: 7 });
const irregularWords = fc.constantFrom(
  ...'skis skies dying idly only news atlas inning herring proceed generous communication arsenal yes saying boy sky gas this kiwis'.split(
    ' ',
  ),
);

test('stems as Snowball does, whatever the suffixes', () => {
  const word = fc.oneof(
    fc
      .tuple(root, fc.array(fc.constantFrom(...suffixes), { maxLength: 3 }))
      .map(([start, ends]) => start + ends.join('')),
    irregularWords,
    fc.tuple(irregularWords, fc.constantFrom(...suffixes)).map(([start, end]) => start + end),
    fc.string({ unit: fc.constantFrom(..."aeiouyst'-9é"), maxLength: 9 }),
  );
  assertProperty(
    fc.property(word, (text) => assert.equal(stemEnglish(text), library.stem(text))),
    { numRuns: 20_000 },
  );
});

test('stems the words that shaped the rules', () => {
  const words = {
    conceptually: 'conceptu',
    generically: 'generic',
    hopping: 'hop',
    hoping: 'hope',
    happy: 'happi',
    by: 'by',
    say: 'say',
  };
  for (const [word, stem] of Object.entries(words)) assert.equal(stemEnglish(word), stem);
});
