import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { finish } from '../index/work.ts';
import { sortedPlaces } from './sorted-places.ts';

test('places stand in the order of their numbers, equal ones as they were', () => {
  const numbers = fc.oneof(fc.nat(5), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff }));
  assertProperty(
    fc.property(fc.uint32Array({ maxLength: 300 }), fc.array(numbers, { maxLength: 300 }), (wide, mixed) => {
      for (const list of [wide, Uint32Array.from(mixed)]) {
        const expected = [...list.keys()].sort((a, b) => list[a]! - list[b]! || a - b);
        assert.deepEqual([...finish(sortedPlaces(list))], expected);
      }
    }),
  );
});
