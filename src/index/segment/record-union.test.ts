import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { RoaringBitmap32 } from '../bitmap.ts';
import { MalformedBytes } from './errors.ts';
import { createUnion } from './record-union.ts';

const limit = 300_000;
const ordinal = fc.integer({ min: 0, max: limit - 1 });
/** Sparse, dense and in runs, over several containers. */
const list = fc.oneof(
  fc.array(ordinal, { minLength: 1, maxLength: 200 }),
  fc.tuple(ordinal, fc.integer({ min: 1, max: 80_000 })).map(([from, length]) => range(from, from + length, 1)),
  fc.tuple(ordinal, fc.integer({ min: 1, max: 30_000 })).map(([from, length]) => range(from, from + 3 * length, 3)),
);

function range(from: number, to: number, step: number): number[] {
  const found: number[] = [];
  for (let at = from; at < Math.min(to, limit); at += step) found.push(at);
  return found;
}

function portable(ordinals: readonly number[]): { readonly bytes: Buffer; readonly records: number } {
  const bitmap = new RoaringBitmap32(ordinals);
  bitmap.runOptimize();
  return { bytes: Buffer.from(bitmap.serialize('portable')), records: bitmap.size };
}

test('a union of portable bitmaps and single records is what roaring makes of them', () => {
  assertProperty(
    fc.property(fc.array(list, { maxLength: 4 }), fc.array(ordinal, { maxLength: 20 }), (lists, singles) => {
      const union = createUnion(limit);
      for (const one of lists) {
        const { bytes, records } = portable(one);
        union.addBitmap(bytes, records);
      }
      for (const one of singles) union.add(one);
      const expected = new RoaringBitmap32([...lists.flat(), ...singles]);
      assert.ok(union.toBitmap().isEqual(expected));
    }),
    { numRuns: 200 },
  );
});

test('a damaged bitmap is refused, or gives records below the limit', () => {
  assertProperty(
    fc.property(list, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (one, at, byte, cut) => {
      const { bytes, records } = portable(one);
      const place = at % bytes.length;
      if (!cut) bytes[place] = byte;
      const union = createUnion(limit);
      try {
        union.addBitmap(cut ? bytes.subarray(0, place) : bytes, records);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes, String(error));
        return;
      }
      const found = union.toBitmap();
      assert.ok(found.isEmpty || found.maximum() < limit);
    }),
    { numRuns: 300 },
  );
});
