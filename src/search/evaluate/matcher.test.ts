import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { byCodePoint } from './expand.ts';
import { afterPrefix, regularExpression, wildcard } from './matcher.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\ud7ff', '\ue000', '😀'), maxLength: 6 });
const terms = fc.string({ unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '😀'), maxLength: 8 });

test('a wildcard matches what the same regular expression matches, and never outside its part of the dictionary', () => {
  assertProperty(
    fc.property(letters, terms, (pattern, term) => {
      const matcher = wildcard(pattern);
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'su').test(term);
      assert.equal(matcher.test(term), expected);
      if (!expected) return;
      assert.ok(byCodePoint(matcher.from, term) <= 0);
      assert.ok(matcher.below === undefined || byCodePoint(term, matcher.below) < 0);
    }),
    { numRuns: 1000 },
  );
});

test('nothing lies between a prefix and what comes after it but what begins with it', () => {
  assertProperty(
    fc.property(terms, terms, (prefix, term) => {
      const after = afterPrefix(prefix);
      const within = byCodePoint(prefix, term) <= 0 && (after === undefined || byCodePoint(term, after) < 0);
      assert.equal(within, term.startsWith(prefix));
    }),
    { numRuns: 1000 },
  );
});

test('code point order is that of code points', () => {
  assertProperty(
    fc.property(terms, terms, (a, b) => {
      const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0);
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, index) => point !== right[index]);
      const expected = at === -1 ? left.length - right.length : (left[at] as number) - (right[at] ?? -1);
      assert.equal(Math.sign(byCodePoint(a, b)), Math.sign(expected));
    }),
  );
});

test('regular expressions ignore case and accents, know POSIX classes, and match anywhere', () => {
  const finds = (pattern: string, term: string) => regularExpression(pattern).test(term);
  assert.ok(finds('HIGGS', 'the higgs boson'));
  assert.ok(finds('Größe', 'die grosse'));
  assert.ok(finds('^the [[:alpha:]]+ b', 'the higgs boson'));
  assert.ok(finds('[A-H]i', 'the higgs boson'));
  assert.ok(finds('[[:<:]]boson[[:>:]]', 'the higgs boson'));
  assert.ok(!finds('\\S \\S$', 'the higgs boson'));
  assert.ok(!finds('^higgs', 'the higgs boson'));
  assert.throws(() => regularExpression('(unclosed'));
});

test('an expression finds a value with its apostrophes or without', () => {
  for (const term of ['obrien, flann', "o'brien, flann"]) {
    for (const pattern of ["o'brien", '^O’Brien', "o'+b", "^o'?[b]", "o'b.*, f"])
      assert.equal(regularExpression(pattern).test(term), true, `${pattern} in ${term}`);
    assert.equal(regularExpression("o[^'x]?br").test('obrien'), true);
    assert.equal(regularExpression("o'x").test(term), false);
  }
});

test('an expression that makes other engines hang is answered', () => {
  assert.ok(!regularExpression('^(a+)+$').test(`${'a'.repeat(5000)}b`));
});

test('what spares the engine terms never spares it a match', () => {
  const patterns = fc.string({
    unit: fc.constantFrom('a', 'b', 'É', '.', '*', '+', '?', '^', '$', '[ab]', '[^a]', '[a-e]'),
    maxLength: 7,
  });
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'e'), maxLength: 6 });
  assertProperty(
    fc.property(patterns, texts, (pattern, term) => {
      let native: RegExp;
      try {
        native = new RegExp(pattern.replaceAll('É', 'e'), 's');
        regularExpression(pattern);
      } catch {
        return;
      }
      const matcher = regularExpression(pattern);
      const expected = native.test(term);
      const isRead = byCodePoint(matcher.from, term) <= 0 && (matcher.below === undefined || term < matcher.below);
      assert.equal(isRead && matcher.test(term), expected);
    }),
    { numRuns: 6000 },
  );
});

test('a bracket that begins a class of characters is one of them', () => {
  for (const [pattern, term, expected] of [
    ['[]a]', 'xa', true],
    ['[]a]b', 'x]b', true],
    ['[^]a]', 'aa', false],
    ['[^]a]', 'ab', true],
  ] as const)
    assert.equal(regularExpression(pattern).test(term), expected, pattern);
});
