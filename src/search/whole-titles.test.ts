import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField } from '../marc/record.ts';
import { emptyRequest } from './request.ts';
import { search } from './search.ts';
import { snapshotOf, visibleBut } from './testing/library.ts';

const titled = (id: number, ...values: readonly string[]) => ({
  id,
  revision: 1,
  deleted: false,
  created: id,
  segment: 0,
  record: {
    leader: '',
    fields: [
      dataField(
        '245',
        ' ',
        ' ',
        values.map((value, at) => ({ code: 'abc'[at]!, value })),
      ),
    ],
  },
});
const snapshot = snapshotOf([
  titled(1, 'Mohican interludes :', 'quiet life across the borders /', 'by Ann Author.'),
  titled(2, 'Mohican interludes', 'of a life that was quiet'),
]);
const found = (text: string) => search(snapshot, { ...emptyRequest, text }, visibleBut(snapshot, [])).ids;

test('signs between the parts of a title are none of its words, and a phrase stays one', () => {
  for (const text of ['"Mohican interludes :"', '“mohican interludes”', 'title:"mohican: interludes"'])
    assert.deepEqual(found(text), [2, 1], text);
  assert.deepEqual(found('"interludes mohican"'), []);
});

test('a whole title is found as the page shows it, over $a and $b', () => {
  for (const text of [
    '"Mohican interludes: quiet life across the borders"',
    '"Mohican interludes : quiet life across the borders"',
    '„Mohican interludes: quiet life across the borders“',
    'title:"mohican interludes quiet life"',
  ])
    assert.deepEqual(found(text), [1], text);
});
