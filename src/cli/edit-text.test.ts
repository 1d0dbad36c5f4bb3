import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewLines } from './edit-text.ts';

test('a preview names the first records that rules would refuse or hold, and how many there are', () => {
  const counts = { selected: 9, changed: 5, actions: [], changes: [], distinct: 0, isCut: false };
  const first = [
    { id: 12, outcome: 'refused', reasons: ['rule title: 245__a is missing'] },
    { id: 7, outcome: 'held', reasons: ['rule a: x', 'rule b: y'] },
  ] as const;
  assert.deepEqual(
    [...previewLines(3, [], { ...counts, rules: { refused: 1, held: 3, first } })],
    [
      'Change set 3: 5 of 9 selected records change.',
      '1 record would be refused by rules of the library:',
      '       12  rule title: 245__a is missing',
      '3 records would be held for a person by rules of the library:',
      '        7  rule a: x; rule b: y',
      '           and 2 more',
    ],
  );
  assert.equal([...previewLines(3, [], { ...counts, rules: { refused: 0, held: 0, first: [] } })].length, 1);
  assert.equal([...previewLines(3, [], counts)].length, 1, 'a change set of an older release');
});
