import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Brief } from '../../index/brief.ts';
import { hitText, summary } from './search.ts';

const brief: Brief = {
  t: 'The wall of the cave',
  a: ['Polyakov, A M'],
  n: 1,
  y: 1998,
  j: '',
  i: [],
  k: [],
  s: '',
  f: 0,
};

test('a hit is its number and title, then who, when and where', () => {
  assert.equal(hitText(95, brief), '       95  The wall of the cave\n           Polyakov, A M. 1998');
  const many = { ...brief, a: ['A', 'B', 'C'], n: 3000, j: 'Phys. Rev. D 54 (1996) 4234' };
  assert.equal(hitText(1, many).split('\n')[1]?.trim(), 'A; B; C and 2997 more. Phys. Rev. D 54 (1996) 4234');
  assert.match(hitText(8, { ...brief, a: ['Lei, Lu.'], n: 1, j: 'Taibei' }), /Lei, Lu\. Taibei$/);
  assert.equal(hitText(7, { ...brief, t: '', a: [], n: 0, y: 0 }), '        7  [no title]');
});

test('the summary says when there is more than is shown', () => {
  assert.equal(summary(0, 0), 'No records.');
  assert.equal(summary(1, 1), '1 record:');
  assert.equal(summary(12345, 10), '12,345 records, the first 10:');
});
