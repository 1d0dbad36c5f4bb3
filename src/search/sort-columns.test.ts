import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { dataField, type Field } from '../marc/record.ts';
import { byCodePoint } from './evaluate/expand.ts';
import { emptyRequest } from './request.ts';
import { search } from './search.ts';
import { snapshotOf, type Version } from './testing/library.ts';

const field = (tag: string, value: string): Field => dataField(tag, ' ', ' ', [{ code: 'a', value }]);

/**
 * More keys than stand in one block, over two segments; some records have several values and some
 * none.
 */
const library = fc
  .array(
    fc.record({
      titles: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 3 }),
      notes: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
      segment: fc.nat(1),
    }),
    { minLength: 150, maxLength: 300 },
  )
  .map((records) =>
    records.map(
      ({ titles, notes, segment }, at): Version => ({
        id: at + 1,
        revision: 1,
        deleted: false,
        created: 1000,
        segment,
        record: {
          leader: '',
          fields: [...titles.map((n) => field('245', `title ${n}`)), ...notes.map((n) => field('500', `note ${n}`))],
        },
      }),
    ),
  );

function keyOf({ record }: Version, tag: string, preference: string, ascending: boolean): string {
  const values = record.fields
    .filter((one) => one.tag === tag)
    .map(({ subfields }) => subfields[0]!.value)
    .sort(byCodePoint);
  if (preference === '') return values[0] ?? '';
  const preferred = values.find((value) => value.startsWith(preference));
  const chosen = preferred ?? values[0];
  return chosen === undefined ? '' : `${(preferred !== undefined) === ascending ? 0 : 1}${chosen}`;
}

test('records stand in order of their first values, of several paths one after the other, in pages as in one go', () => {
  assertProperty(
    fc.property(
      library,
      fc.constantFrom(['245__a'], ['245__a', '500__a'], ['500__a', '245__a'], ['500__a', '500__a', '245__a']),
      fc.constantFrom('', 'title 3', 'note 2'),
      fc.boolean(),
      (versions, paths, sortPreference, ascending) => {
        const snapshot = snapshotOf(versions);
        const keys = (version: Version) =>
          paths.map((path) => keyOf(version, path.slice(0, 3), sortPreference, ascending));
        const sign = ascending ? 1 : -1;
        const expected = versions
          .map((version) => ({ id: version.id, keys: keys(version) }))
          .sort((a, b) => {
            const at = a.keys.findIndex((key, i) => key !== b.keys[i]);
            return sign * (at === -1 ? a.id - b.id : byCodePoint(a.keys[at]!, b.keys[at]!));
          })
          .map(({ id }) => id);
        const request = { ...emptyRequest, sort: paths.join(','), ascending, sortPreference };
        const visible = snapshot.segments.map(({ live }) => live);
        assert.deepEqual(search(snapshot, { ...request, size: Number.POSITIVE_INFINITY }, visible).ids, expected);
        const read: number[] = [];
        let after: ReturnType<typeof search>['end'];
        do {
          const part = search(snapshot, { ...request, size: 70 }, visible, { after });
          read.push(...part.ids);
          after = part.end;
        } while (after !== undefined);
        assert.deepEqual(read, expected);
      },
    ),
    { numRuns: 40 },
  );
});
