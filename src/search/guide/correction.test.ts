import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { finish } from '../../index/work.ts';
import { emptyRequest } from '../request.ts';
import { snapshotOf, testAnalyzer, type Version, visibleBut } from '../testing/library.ts';
import { correction } from './correction.ts';
import { vocabularyOf } from './segment-vocabulary.ts';
import { editDistance, similarWords } from './similar-words.ts';

function titled(id: number, title: string): Version {
  const field = { tag: '245', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: title }] };
  return { id, revision: 1, deleted: false, created: 1, segment: id % 2, record: { leader: '', fields: [field] } };
}

/** Optimal string alignment by its definition. */
function naiveDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const edits = [
    naiveDistance(a.slice(1), b) + 1,
    naiveDistance(a, b.slice(1)) + 1,
    naiveDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
  ];
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0])
    edits.push(naiveDistance(a.slice(2), b.slice(2)) + 1);
  return Math.min(...edits);
}

const units = (text: string) => Uint16Array.from(text, (character) => character.charCodeAt(0));
const shortText = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 6 });

test('the distance is that of the definition wherever it is at most what is asked for', () => {
  assertProperty(
    fc.property(shortText, shortText, fc.integer({ min: 1, max: 2 }), (a, b, most) => {
      const expected = naiveDistance(a, b);
      const found = editDistance(units(a), units(`x${b}y`), 1, b.length, most);
      assert.equal(Math.min(found, most + 1), Math.min(expected, most + 1));
    }),
    { numRuns: 300 },
  );
});

test('similar words are all those of a vocabulary within the distance, the nearest first', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'z', 'é', 'ü'), minLength: 4, maxLength: 8 });
  assertProperty(
    fc.property(fc.uniqueArray(word, { maxLength: 12 }), word, fc.integer({ min: 1, max: 2 }), (words, asked, most) => {
      const { segments } = snapshotOf(words.map((text, index) => titled(index + 1, text)));
      const vocabularies = segments.flatMap(({ segment }) => vocabularyOf(segment, ['m:245__a']) ?? []);
      // Titles are folded.
      const folded = new Set(words.map((text) => testAnalyzer.queryValue('title', text)));
      const expected = [...folded]
        .map((text) => [text, naiveDistance(text, asked)] as const)
        .filter(([, distance]) => distance > 0 && distance <= most);
      const found = similarWords(vocabularies, asked, most);
      assert.deepEqual(
        new Map(found.map(({ word: text, distance }) => [text, distance])),
        new Map(expected.toSorted(([, a], [, b]) => a - b)),
      );
      for (const [at, { distance }] of found.entries()) assert.ok(distance >= (found[at - 1]?.distance ?? 0));
    }),
    { numRuns: 200 },
  );
});

const library = [
  'Measurement of the Higgs boson mass',
  'Measurements of supersymmetry',
  'Supersymmetry and the Higgs boson',
  'A measuremint',
  'Neutrino oscillations',
];
const snapshot = snapshotOf(library.map((title, index) => titled(index + 1, title)));
const corrected = (text: string, hidden: readonly number[] = [], changes = {}) =>
  finish(correction(snapshot, { ...emptyRequest, text, ...changes }, visibleBut(snapshot, hidden)));

test('misspelled words are put right, the whole question is rewritten, and its hits are counted', () => {
  assert.deepEqual(corrected('higgs bosom'), { text: 'higgs boson', count: 2 });
  assert.deepEqual(corrected('hgigs bosn'), { text: 'higgs boson', count: 2 });
  assert.deepEqual(corrected('title:Supersymetri -neutrino'), { text: 'title:supersymmetry -neutrino', count: 2 });
  assert.deepEqual(corrected('"hihgs boson"'), { text: '"higgs boson"', count: 2 });
  assert.deepEqual(corrected('oscilatons', [], { field: 'title' }), { text: 'title:oscillations', count: 1 });
});

test('nothing is offered that finds no more, that is too far, or that only invisible records have', () => {
  assert.equal(corrected('higgs boson'), undefined);
  assert.equal(corrected('neutrino bosom'), undefined);
  assert.equal(corrected('hxyzs'), undefined);
  assert.equal(corrected('oscilatons', [5]), undefined);
  assert.equal(corrected('osc*lations nutrino:x'), undefined);
});
