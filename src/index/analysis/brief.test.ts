import assert from 'node:assert/strict';
import { test } from 'node:test';
import { briefOf } from './brief.ts';
import { field, record } from './testing.ts';

test('a book as catalogues describe it', () => {
  const brief = briefOf(
    record(
      field('020__', 'a', '0198500000 (pbk.) :'),
      field('1001_', 'a', 'Austen, Jane,', 'd', '1775-1817.'),
      field('24510', 'a', 'Pride and prejudice :', 'b', 'a novel /', 'c', 'Jane Austen.'),
      field('250__', 'a', '2nd ed.'),
      field('260__', 'a', 'London :', 'b', 'Egerton,', 'c', 'c1813.'),
    ),
  );
  assert.deepEqual(brief, {
    t: 'Pride and prejudice: a novel; 2nd ed.',
    a: ['Austen, Jane'],
    n: 1,
    y: 1813,
    j: 'London: Egerton',
    i: [['isbn', '0198500000']],
    k: [],
    s: '',
    f: 0,
  });
});

test('an article: journal line, identifiers without repetition, authors counted', () => {
  const brief = briefOf(
    record(
      field('0247_', 'a', '10.1/x', '2', 'DOI'),
      field('037__', 'a', 'R-1'),
      field('088__', 'a', 'R-1'),
      field('100__', 'a', 'Ampère, A M'),
      ...['B', 'C', 'D'].map((name) => field('700__', 'a', name)),
      field('245__', 'a', 'On currents'),
      field('909C4', 'a', '10.1/x', 'p', 'Ann. Chim.', 'v', '15', 'y', '1820', 'c', '59-76'),
      field('980__', 'a', 'ARTICLE'),
      field('8564_', 'u', 'http://a', 'y', 'text'),
      field('8564_', 'u', 'http://b'),
    ),
  );
  assert.equal(brief.j, 'Ann. Chim. 15 (1820) 59-76');
  assert.deepEqual(brief.i, [
    ['doi', '10.1/x'],
    ['report', 'R-1'],
  ]);
  assert.deepEqual([brief.a, brief.n, brief.y, brief.k, brief.f], [['Ampère, A M', 'B', 'C'], 4, 1820, ['ARTICLE'], 2]);
});

test('parts of a work are named; without 245 another title serves', () => {
  assert.equal(
    briefOf(record(field('245__', 'a', 'Works.', 'n', 'Part 2,', 'p', 'Letters'))).t,
    'Works. Part 2. Letters',
  );
  assert.equal(briefOf(record(field('246__', 'a', 'Other'))).t, 'Other');
  assert.equal(briefOf(record(field('111__', 'a', 'Solvay Conference'))).a[0], 'Solvay Conference');
});

test('a long abstract ends at a word', () => {
  const { s } = briefOf(record(field('520__', 'a', 'word '.repeat(200))));
  assert.ok(s.length <= 301 && s.endsWith('word…'), s.slice(-20));
  assert.equal(briefOf(record(field('520__', 'a', '光'.repeat(400)))).s.length, 300);
});
