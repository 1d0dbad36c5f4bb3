import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { createHighlighter, foldInPlace, fragment, type HighlightWord, opening, richText } from './highlight.ts';

const word = (text: string, ...others: readonly string[]): HighlightWord => ({
  word: text,
  same: (other) => others.includes(other),
});

test('words are marked whatever their case and accents, other forms when they mean the same', () => {
  const highlighter = createHighlighter([word('boson', 'bosons'), word('schrodinger')]);
  assert.equal(
    richText('Bosons, Schrödinger, bosonic', highlighter).text,
    '<mark>Bosons</mark>, <mark>Schrödinger</mark>, bosonic',
  );
});

test('a truncated word marks what it stands for, a word with signs itself', () => {
  const highlighter = createHighlighter([word('neutrin*'), word('*trino'), word('hep-ph')]);
  assert.equal(
    richText('antineutrino Neutrinos hep-ph hep', highlighter).text,
    '<mark>antineutrino</mark> <mark>Neutrinos</mark> <mark>hep-ph</mark> hep',
  );
});

test('mathematics is read and text escaped', () => {
  assert.equal(
    richText('p < q at $\\sqrt{s}$ & $x_{NN}$', createHighlighter([word('q')])).text,
    'p &lt; <mark>q</mark> at √s &amp; x<sub>NN</sub>',
  );
});

test('a fragment is where most of the words are, cut at blanks', () => {
  const text = `${'lorem '.repeat(80)}alpha ${'ipsum '.repeat(80)}alpha beta ${'dolor '.repeat(80)}`;
  const found = fragment(text, createHighlighter([word('alpha'), word('beta')]), 120)!;
  assert.match(found, /^… .*alpha beta.* …$/);
  assert.ok(found.length < 140);
  assert.equal(fragment('nothing of it', createHighlighter([word('alpha')]), 120), undefined);
});

test('an opening is not longer than asked for and cut at a blank', () => {
  assert.equal(opening('short', 20), 'short');
  assert.equal(opening('some words and then more of them', 20), 'some words and then …');
});

test('folding keeps every position', () => {
  assertProperty(fc.property(fc.string({ unit: 'binary' }), (text) => foldInPlace(text).length === text.length));
  assert.equal(foldInPlace('ÉCOLE Ångström İ'), 'ecole angstrom i');
});

test('marks never change the text', () => {
  const words = fc.array(fc.constantFrom('a', 'ab', 'b*', '*a', 'a-b', 'é'), { maxLength: 3 });
  assertProperty(
    fc.property(words, fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' ', '-', '.') }), (list, text) => {
      const drawn = richText(text, createHighlighter(list.map((one) => word(foldInPlace(one))))).text;
      assert.equal(drawn.replace(/<\/?mark>/g, ''), text);
    }),
  );
});
