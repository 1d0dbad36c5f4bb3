import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField } from '../../marc/record.ts';
import { foldText } from '../../tokenizers/fold.ts';
import { tokenizers } from '../../tokenizers/tokenizers.ts';
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
  assert.equal(brief.j, 'Ann. Chim. 15 (1820) pp. 59-76');
  assert.deepEqual(brief.i, [
    ['doi', '10.1/x'],
    ['report', 'R-1'],
  ]);
  assert.deepEqual([brief.a, brief.n, brief.y, brief.k, brief.f], [['Ampère, A M', 'B', 'C'], 4, 1820, ['ARTICLE'], 2]);
});

test('parts of a work are named; without 245 another title serves', () => {
  assert.equal(
    briefOf(record(field('245__', 'a', 'Works.', 'n', 'Part 2,', 'p', 'Letters'))).t,
    'Works. Part 2, Letters',
  );
  assert.equal(briefOf(record(field('246__', 'a', 'Other'))).t, 'Other');
  assert.equal(briefOf(record(field('111__', 'a', 'Solvay Conference'))).a[0], 'Solvay Conference');
});

test('a long abstract ends at a word', () => {
  const { s } = briefOf(record(field('520__', 'a', 'word '.repeat(200))));
  assert.ok(s.length <= 301 && s.endsWith('word…'), s.slice(-20));
  assert.equal(briefOf(record(field('520__', 'a', '光'.repeat(400)))).s.length, 300);
});

test('a brief has so much and no more, whatever a record has', () => {
  const huge = 'x '.repeat(2_500_000);
  const brief = briefOf(
    record(
      field('0247_', 'a', huge, '2', 'DOI'),
      field('088__', 'a', 'R-1'),
      field('100__', 'a', huge),
      ...Array.from({ length: 1000 }, () => field('980__', 'a', 'ARTICLE')),
      dataField(
        '110',
        ' ',
        ' ',
        Array.from({ length: 300_000 }, () => ({ code: 'a', value: 'Body' })),
      ),
      dataField(
        '245',
        ' ',
        ' ',
        Array.from({ length: 200_000 }, () => ({ code: 'b', value: 'part' })),
      ),
      field('250__', 'a', huge),
      field('520__', 'a', huge),
      field('773__', 'p', huge, 'v', huge, 'y', huge, 'c', huge),
    ),
  );
  assert.ok(JSON.stringify(brief).length < 8000, `${JSON.stringify(brief).length} characters`);
  assert.deepEqual([brief.i, brief.n], [[['report', 'R-1']], 1]);
});

test('blanks of any kind and many marks take a time that grows with their number', () => {
  // Each took minutes when its time grew with the square.
  const wide = '\u3000'.repeat(1_000_000);
  const title = briefOf(record(field('245__', 'a', `a${wide}x`, 'b', `b${wide}/`))).t;
  assert.ok(title.startsWith('a') && title.length <= 2000);
  assert.equal(foldText(`e${'\u0301\u0316'.repeat(200_000)}`), 'e');
  const names = [...tokenizers['file-name'].words!(`http://x/${'abc.'.repeat(20_000)}`)];
  assert.deepEqual([names.length, names[1]], [21, 'abc.abc']);
});
