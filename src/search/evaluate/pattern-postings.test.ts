import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { dataField } from '../../marc/record.ts';
import { emptyRequest } from '../request.ts';
import { search } from '../search.ts';
import { snapshotOf } from '../testing/library.ts';

const word = fc.constantFrom('aa', 'ab', 'ba', 'bb', 'ca', 'a');

test('phrases of patterns find what a look at each title finds', () => {
  const titles = fc.array(fc.array(word, { maxLength: 80 }), { minLength: 1, maxLength: 30 });
  const slot = fc.constantFrom('a*', '*a', 'b*', 'aa', '*b*');
  assertProperty(
    fc.property(titles, fc.array(slot, { minLength: 2, maxLength: 4 }), (library, slots) => {
      const snapshot = snapshotOf(
        library.map((words, at) => ({
          id: at + 1,
          revision: 1,
          deleted: false,
          created: 1,
          segment: at % 2,
          record: { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: words.join(' ') }])] },
        })),
      );
      const visible = snapshot.segments.map(({ live }) => live);
      const { ids } = search(snapshot, { ...emptyRequest, text: `title:"${slots.join(' ')}"`, size: 100 }, visible);
      const tests = slots.map((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`));
      const stands = (words: readonly string[]): boolean =>
        words.some((_, from) => tests.every((fits, at) => fits.test(words[from + at] ?? ' ')));
      const expected = library.flatMap((words, at) => (stands(words) ? [at + 1] : []));
      assert.deepEqual(
        [...ids].sort((a, b) => a - b),
        expected,
      );
    }),
    { numRuns: 200 },
  );
});
