import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSite } from '../site/default.ts';
import { tagsNotAsked } from './asked-tags.ts';

const of = (...questions: readonly string[]): string => [...tagsNotAsked(defaultSite(), questions)].join(' ');

test('fields that no question can be about need not be read, and no others are left out', () => {
  assert.equal(of('980__a:"BOOK"', 'material:thesis or year:2001', 'recid:1->9 not title:boat'), '700 710 711 720 999');
  assert.equal(of('980__a:"BOOK"', '710__g:"ATLAS"'), '700 711 720 999');
  assert.equal(of('70%:"x"'), '710 711 720 999');
  assert.doesNotMatch(of('author:"Ellis, J"'), /700/);
  for (const question of ['boat', '980__a:"BOOK" or boat', 'refersto:recid:1', 'any:boat'])
    assert.equal(of('material:book', question), '', question);
  assert.equal(of(''), '700 710 711 720 999');
});
