import assert from 'node:assert/strict';
import { test } from 'node:test';
import { algorithms } from 'snowball-stemmers';
import { stemLanguages } from '../../site/stem-languages.ts';
import { stemmerFor } from './stem.ts';

test('a site file may name every language of the stemmers, and no other', () => {
  assert.deepEqual([...stemLanguages], algorithms().sort());
});

test('every language stems', () => {
  for (const language of stemLanguages) assert.equal(typeof stemmerFor(language)('informationen'), 'string', language);
  assert.equal(stemmerFor('german')('katzen'), 'katz');
});
