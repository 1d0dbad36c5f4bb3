import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { expandLetters, foldBoth, foldText, foldValue, stripLatexAccents, tidySpace } from './fold.ts';

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

test('marks that ICU ignores go, and no others of a script with vowel signs', () => {
  const collator = new Intl.Collator('und', { sensitivity: 'base' });
  for (let code = 0x300; code < 0x11000; code++) {
    const mark = String.fromCodePoint(code);
    if (!/\p{M}/u.test(mark) || foldText(`x${mark}x`) !== 'xx') continue;
    // Small letters above others are accents to those who type.
    const isLetter = /[\u0363-\u036f\u1abf-\u1ae0\u1dca-\u1df4]/.test(mark);
    assert.ok(isLetter || collator.compare(`x${mark}`, 'x') === 0, code.toString(16));
  }
  assert.equal(foldText('I︠U︡bileĭnyĭ'), 'iubileinyi');
  assert.equal(foldText('לְאָמָּנוּת مُحَمَّد'), 'לאמנות محمد');
  assert.equal(foldText('น้ำ ໜຶ່ງ বাংলা'), 'น้ำ ຫນຶ່ງ বাংলা'.normalize('NFC'));
});

test('ayn, alif, soft sign, glottal stop and geresh are an apostrophe in words, and nothing in values', () => {
  for (const sign of 'ʻʼʽʾʿʹʺ‘’‛′´`ˈˀꞌ׳՚') {
    assert.match(foldText(`a${sign}b`), /^a['`]b$/, sign);
    assert.equal(foldValue(`a${sign}b`), 'ab', sign);
  }
  assert.equal(foldText('צה״ל צה"ל'), "צה'ל צה'ל");
  assert.equal(foldText('"בית"'), '"בית"');
});

test('Arabic and Persian letters are folded as Lucene does, digits of all scripts are digits', () => {
  assert.equal(foldText('مـــحـــمـــد الکتاب فارسی هدى المدرسة إلى آل'), 'محمد الكتاب فارسي هدي المدرسه الي ال');
  assert.equal(foldText('می\u200cخواهم'), "مي'خواهم");
  assert.equal(foldText('١٩٩٩ ۱۳۶۵ १९ ๒๕๔๓ 𝟗'), '1999 1365 19 2543 9');
});

test('controls of direction, joining and sorting vanish; dashes and signs of other scripts are known', () => {
  assert.equal(foldText('\u0098The\u009c \u202bab\u202c\u2066c\u2069 so\u00adft a\u200cb'), 'the abc soft ab');
  assert.equal(foldText('בית־ספר ―„x‟ 1⁄2 ½'), 'בית-ספר -"x" 1/2 1/2');
  assert.equal(foldText('ɓaƙi 𝐀𝐛 ＡＢ'), 'baki ab ab');
});

test('letters with two spellings are told apart, composed or not', () => {
  assert.equal(expandLetters('Mu\u0308ller Århus Ærø'), 'Mueller aarhus Æroe');
  assert.equal(expandLetters('Güell naïve España'), 'Gueell naïve España');
  assert.equal(expandLetters('naïve'), undefined);
  assert.deepEqual(foldBoth(" O'Ü x"), { folded: " o'u x", value: 'ou x', expanded: " o'ue x" });
});

test('a text is folded as its characters are, one by one', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aÄ"\'ʼ\u0301Σשה״が\u3099カﾞ한ᄒ𝐀ำา\u0e4dक़ﷺ'), maxLength: 12 });
  assertProperty(
    fc.property(text, (value) => assert.equal(foldText(`${value}𝐀`), `${foldText(value)}a`)),
    { numRuns: 2000 },
  );
});

test('Han characters have one form: traditional, simplified, and those of Japan', () => {
  assert.equal(foldText('華東師範大學'), foldText('华东师范大学'));
  assert.equal(foldText('廣島縣'), foldText('広島県'));
  assert.equal(foldText('沈從文'), '沈从文');
  assert.equal(foldText('大日本'), '大日本');
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
