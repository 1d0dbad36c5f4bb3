import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutIsbd } from './isbd.ts';

const cases: Readonly<Record<string, string>> = {
  'Pride and prejudice /': 'Pride and prejudice',
  'Naval weapons.': 'Naval weapons',
  'Austen, Jane,': 'Austen, Jane',
  'Austen, Jane.': 'Austen, Jane',
  'Austen, Jane., ': 'Austen, Jane',
  'Ellis, J.': 'Ellis, J.',
  'Ellis, J. R.,': 'Ellis, J. R.',
  'Acme Inc.': 'Acme Inc.',
  'King, Martin Luther, Jr.': 'King, Martin Luther, Jr.',
  '2nd ed. /': '2nd ed.',
  '1775-1817.': '1775-1817',
  '1946-': '1946-',
  'Paris (France).': 'Paris (France)',
  'And then...': 'And then...',
  'U.S.A.': 'U.S.A.',
  'xii, 300 p. :': 'xii, 300 p.',
  'No mark at all': 'No mark at all',
  ':': ':',
  '': '',
  '  two  blanks  ': 'two  blanks',
};

test('the mark that ends a part of a record is no part of it; that of an initial is', () => {
  for (const [value, expected] of Object.entries(cases)) assert.equal(withoutIsbd(value), expected, value);
});

test('what has been tidied stays as it is, in small letters too', () => {
  for (const value of Object.keys(cases)) {
    const once = withoutIsbd(value);
    assert.equal(withoutIsbd(once), once, value);
    assert.equal(withoutIsbd(once.toLowerCase()), withoutIsbd(value.toLowerCase()), value);
  }
});

test('very many blanks take no longer than others', () => {
  assert.equal(withoutIsbd(`a${' '.repeat(1_000_000)}/${' '.repeat(1_000_000)}`), 'a');
  assert.equal(withoutIsbd(`a${' /'.repeat(1_000_000)}`), 'a');
});
