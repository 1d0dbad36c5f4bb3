import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { parseTree, plainValue } from './tree.ts';
import { treeText } from './write-tree.ts';

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('yes', 'null', '008', '1.5', '- x', 'a: b', '# c', '245%%a', 'two\nlines', ' x ', '~', '', '日本'),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, texts, fc.boolean(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 6 }),
  map: fc.dictionary(
    texts.filter((text) => text !== '__proto__'),
    tie('value'),
    { maxKeys: 6 },
  ),
})).map;

test('what is written is read as the same, however long its lines are', () => {
  assertProperty(
    fc.property(values, (value) => {
      const { root, problems } = parseTree(JSON.stringify(value));
      assert.deepEqual(problems, []);
      const text = treeText(root);
      const again = parseTree(text);
      assert.deepEqual(again.problems, [], text);
      assert.deepEqual(plainValue(again.root), plainValue(root), text);
    }),
  );
});

test('a number is written as it was', () => {
  const text = 'year:\n  007: 008\n  more: 1.50\n';
  assert.equal(treeText(parseTree(text).root), text);
});
