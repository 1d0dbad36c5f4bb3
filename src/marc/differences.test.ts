import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { differencesOf, ownSubfields } from './differences.ts';
import { controlField, dataField, type Field, type MarcRecord } from './record.ts';

const title = (...values: readonly string[]): Field =>
  dataField(
    '245',
    '1',
    '0',
    values.map((value, i) => ({ code: 'abc'.charAt(i), value })),
  );
const author = (value: string): Field => dataField('700', ' ', ' ', [{ code: 'a', value }]);
const record = (...fields: readonly Field[]): MarcRecord => ({ leader: '00000nam a2200000 a 4500', fields });

test('two versions differ by fields that are new, gone, or otherwise; the time of the version is none', () => {
  const before = record(controlField('005', '1'), title('A', 'b'), author('One'), author('Two'));
  const after = record(controlField('005', '2'), title('A', 'c'), author('Two'), author('Three'), author('Four'));
  const { fields, reordered } = differencesOf(before, after);
  assert.deepEqual(fields, [
    { tag: '245', before: title('A', 'b'), after: title('A', 'c') },
    { tag: '700', before: author('One'), after: author('Three') },
    { tag: '700', before: undefined, after: author('Four') },
  ]);
  assert.equal(reordered, false);
  assert.deepEqual([...ownSubfields(title('A', 'c'), title('A', 'b'))], [{ code: 'b', value: 'c' }]);
  const leader = { ...before, leader: '00000dam a2200000 a 4500' };
  assert.deepEqual(
    differencesOf(before, leader).fields.map(({ tag }) => tag),
    ['LDR'],
  );
  assert.deepEqual(differencesOf(record(author('One'), author('Two')), record(author('Two'), author('One'))), {
    fields: [],
    reordered: true,
  });
});

test('what is gone and what has come make the other version of the first', async () => {
  const fields = fc.array(
    fc.oneof(
      fc.constantFrom('A', 'B', 'C').map(author),
      fc.constantFrom('A', 'B').map((value) => title(value)),
    ),
    { maxLength: 8 },
  );
  const sorted = (list: readonly Field[]): readonly string[] => list.map((field) => JSON.stringify(field)).toSorted();
  await assertProperty(
    fc.property(fields, fields, (before, after) => {
      const found = differencesOf(record(...before), record(...after)).fields;
      const kept = [...before];
      for (const { before: gone } of found) if (gone !== undefined) kept.splice(kept.indexOf(gone), 1);
      assert.deepEqual(sorted([...kept, ...found.flatMap((one) => one.after ?? [])]), sorted(after));
    }),
  );
});
