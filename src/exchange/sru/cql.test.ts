import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { type Cql, type CqlModifier, parseCql, printCql } from './cql.ts';
import { Refused } from './diagnostics.ts';

/** As between quotation marks: what would end it has a backslash. */
const term = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.constantFrom('\\*', '\\"', '*', '?', '^', ' and '),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.map((part) => (/^\\["*]$/.test(part) ? part : part.replace(/["\\]/g, '\\$&'))).join(''));
const name = fc.constantFrom('dc.title', 'title', 'and', 'sortby', 'x y', '>', '(', 'cql.serverChoice');
const modifier: fc.Arbitrary<CqlModifier> = fc.oneof(
  fc.record({ name, comparison: fc.constant(''), value: fc.constant('') }),
  fc.record({ name, comparison: fc.constantFrom('=', '<', '<>'), value: term }),
);
const modifiers = fc.array(modifier, { maxLength: 2 });
const { tree } = fc.letrec<{ tree: Cql }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('clause' as const),
      index: fc.constant(''),
      relation: fc.constant(''),
      modifiers: fc.constant([]),
      term,
    }),
    fc.record({
      ...{ kind: fc.constant('clause' as const), index: name, modifiers, term },
      relation: fc.constantFrom('=', '==', '<', '<=', '<>', 'any', 'within', 'cql.exact'),
    }),
    fc.record({
      ...{ kind: fc.constant('join' as const), modifiers, left: tie('tree'), right: tie('tree') },
      operator: fc.constantFrom('and' as const, 'or' as const, 'not' as const, 'prox' as const),
    }),
    fc.record({
      kind: fc.constant('prefix' as const),
      name: fc.constantFrom('', 'dc', 'and'),
      identifier: fc.string(),
      inner: tie('tree'),
    }),
  ),
}));

test('the text of any tree is read as that tree', () => {
  const sort = fc.array(fc.record({ index: name, modifiers }), { maxLength: 2 });
  assertProperty(
    fc.property(tree, sort, (query, keys) => {
      const text = printCql({ query, sort: keys });
      // Generated objects have no prototype.
      assert.deepEqual(parseCql(text), structuredClone({ query, sort: keys }));
    }),
    { numRuns: 300 },
  );
});

test('any text is read, or refused with a diagnostic', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(...'()<>=/"\\>', ' sortBy ', ' and '),
  );
  assertProperty(
    fc.property(fc.array(piece, { maxLength: 10 }), (parts) => {
      try {
        const read = parseCql(parts.join(''));
        assert.deepEqual(parseCql(printCql(read)), read);
      } catch (error) {
        assert.ok(error instanceof Refused, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
