import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { foldText, foldValue, stripLatexAccents, tidySpace } from './fold.ts';

test('case, accents and typographic forms do not tell words apart', () => {
  const same = {
    MÜLLER: 'muller',
    Łódź: 'lodz',
    Straße: 'strasse',
    Ærø: 'aero',
    ΠΡΟΜΗΘΕΎΣ: 'προμηθευσ',
    Ёлка: 'елка',
    ﬁne: 'fine',
  };
  for (const [written, folded] of Object.entries(same)) assert.equal(foldText(written), folded);
  assert.equal(foldText('O’Shea – “so”'), `o'shea - "so"`);
  assert.equal(foldText('ＣＥＲＮ x²'), 'cern x2');
});

test('letters that only look like accented ones stay apart: Indic vowel signs, voiced kana', () => {
  assert.equal(foldText('हिन्दी'), 'हिन्दी'.normalize('NFC'));
  assert.notEqual(foldText('が'), foldText('か'));
});

test('folding what is folded changes nothing', () => {
  const text = fc.string({ unit: 'grapheme' });
  assertProperty(
    fc.property(text, (value) => assert.equal(foldValue(foldValue(value)), foldValue(value))),
    { numRuns: 2000 },
  );
});

test('white space is tidied as a plain regular expression would', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', 'é', '物') });
  assertProperty(fc.property(text, (value) => assert.equal(tidySpace(value), value.trim().replace(/\s+/g, ' '))));
});

test('LaTeX accents go, commands and formulas stay', () => {
  const cases = {
    'schr\\"odinger': 'schrodinger',
    'schr{\\"o}dinger': 'schrodinger',
    'schr\\"{o}dinger': 'schrodinger',
    "fran\\c{c}ois no{\\'e}l": 'francois noel',
    "mart{\\'\\i}nez": 'martinez',
    'erd\\h{o}s': 'erd\\h{o}s'.replace('\\h{o}', 'o'),
    'g\\o del stra\\ss e \\aa rhus': 'godel strasse arhus',
    '$\\vartheta \\cdot \\overline{p} \\sqrt{s}$': '$\\vartheta \\cdot \\overline{p} \\sqrt{s}$',
  };
  for (const [written, bare] of Object.entries(cases)) assert.equal(stripLatexAccents(written), bare);
});
