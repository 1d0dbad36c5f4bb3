import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { rangeOf } from './range.ts';

test('ranges are those of RFC 9110', () => {
  assertProperty(
    fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (size, a, b) => {
      const data = Array.from({ length: size }, (_, at) => at);
      const wanted = data.filter((at) => at >= a && at <= b);
      const found = rangeOf(`bytes=${a}-${b}`, size);
      if (b < a) assert.equal(found, undefined);
      else if (wanted.length === 0) assert.equal(found, 'none');
      else assert.deepEqual(found, { start: wanted[0], end: wanted.at(-1) });
    }),
  );
  for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes=0-1,3-4', 'lines=0-1'])
    assert.equal(rangeOf(header, 10), undefined);
  assert.equal(rangeOf('bytes=-0', 10), 'none');
});
