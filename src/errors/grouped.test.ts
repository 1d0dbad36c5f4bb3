import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { grouped } from './grouped.ts';

test('numbers are written as English does', () => {
  const numbers = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.nat(10_000_000).map((tenths) => tenths / 10),
  );
  assertProperty(fc.property(numbers, (number) => assert.equal(grouped(number), number.toLocaleString('en'))));
  assert.equal(grouped(-1234.5), '-1,234.5');
  assert.equal(grouped(-76_729_904_061_661), '-76,729,904,061,661');
});
