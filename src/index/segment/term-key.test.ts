import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { compareCodePoints } from './naive-segment.ts';
import { isLongTermKey, maximumTermBytes, termKey } from './term-key.ts';
import { sortedTexts } from './term-sort.ts';
import { TermTable } from './term-table.ts';

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '\u0000', 'é', '\uffee', '\u{10400}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const longText = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', '\u{1d49e}'),
  minLength: 0,
  maxLength: 500,
  size: 'max',
});

test('a term is its own key up to the limit, and beyond it a prefix with a hash', () => {
  assertProperty(
    fc.property(longText, (term) => {
      const key = termKey(term);
      assert.ok(Buffer.byteLength(key) <= maximumTermBytes);
      assert.ok(key.isWellFormed());
      if (Buffer.byteLength(term) <= maximumTermBytes) {
        assert.equal(key, term);
      } else {
        assert.ok(isLongTermKey(key));
        const prefix = key.slice(0, -33);
        assert.ok(term.startsWith(prefix) && Buffer.byteLength(prefix) > 196);
        assert.notEqual(termKey(`${term}a`), key);
      }
    }),
    { numRuns: 500 },
  );
});

test('a table gives equal strings one number and different ones different numbers', () => {
  assertProperty(
    fc.property(fc.array(text, { size: 'max', maxLength: 300 }), (terms) => {
      const table = new TermTable();
      const known = new Map<string, number>();
      for (const term of terms) {
        const number = table.number(term);
        assert.equal(number, known.get(term) ?? known.size);
        known.set(term, number);
        assert.equal(table.text(number), term);
      }
      assert.equal(table.count, known.size);
      const sorted = Array.from(sortedTexts(table), (number) => table.text(number));
      assert.deepEqual(sorted, [...known.keys()].sort(compareCodePoints));
    }),
  );
});

test('terms that share much are sorted by what they do not share', () => {
  const table = new TermTable();
  const terms: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    terms.push(`${'phys. rev. d '.repeat(1 + (i % 5))}${(i * 7919) % 20_011}`, `é${(i * 31) % 20_011}`);
  }
  for (const term of terms) table.number(term);
  const sorted = Array.from(sortedTexts(table), (number) => table.text(number));
  assert.deepEqual(sorted, [...new Set(terms)].sort(compareCodePoints));
});
