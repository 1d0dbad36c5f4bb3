import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MalformedBytes } from './errors.ts';
import {
  frequenciesHead,
  frequenciesLength,
  longestVarintList,
  readBitmap,
  readFrequencies,
  readOrdinals,
  readPositions,
  readSmallFrequencies,
  skipPositions,
  writeFrequencies,
  writeOrdinals,
  writePositions,
} from './postings-codec.ts';

const limit = 1_000_000;
const list = fc.uniqueArray(fc.nat(limit - 1), { minLength: 1, maxLength: 300, size: 'max' });
const frequency = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 900 }) },
);

test('lists of ordinals come back, as numbers and as bitmaps', () => {
  assertProperty(
    fc.property(list, (numbers) => {
      const ordinals = Uint32Array.from(numbers).sort();
      const out = new ByteWriter();
      writeOrdinals(out, ordinals, ordinals.length);
      assert.deepEqual(readOrdinals(out.view(), ordinals.length, limit), ordinals);
      assert.deepEqual(readBitmap(out.view(), ordinals.length, limit).toUint32Array(), ordinals);
      assert.throws(() => readOrdinals(out.view(), ordinals.length, ordinals.at(-1)!), MalformedBytes);
    }),
  );
});

test('frequencies come back as bytes when all fit into one, with the same sum and end', () => {
  assertProperty(
    fc.property(fc.array(frequency, { minLength: 1, maxLength: 200, size: 'max' }), (numbers) => {
      const frequencies = Uint32Array.from(numbers);
      const sum = numbers.reduce((total, one) => total + one, 0);
      const out = new ByteWriter();
      writeFrequencies(out, frequencies, numbers.length);
      const reader = new ByteReader(out.view());
      const small = readSmallFrequencies(reader, numbers.length, sum);
      assert.equal(
        small === undefined,
        numbers.some((one) => one > 255),
      );
      if (small === undefined) return;
      assert.deepEqual([...small.frequencies], numbers);
      assert.equal(small.total, sum);
      assert.equal(reader.at, out.length);
      assert.throws(() => readSmallFrequencies(new ByteReader(out.view()), numbers.length, sum - 1), MalformedBytes);
    }),
  );
});

test('frequencies and positions come back, together or one without the other', () => {
  assertProperty(
    fc.property(fc.array(frequency, { minLength: 1, maxLength: 200, size: 'max' }), fc.nat(70_000), (numbers, gap) => {
      const count = numbers.length;
      const frequencies = Uint32Array.from(numbers);
      const positions = numbers.map((n, i) =>
        Uint32Array.from({ length: n }, (_, k) => ((gap * i) % 5000) + k * (1 + (gap % 90))),
      );
      const out = new ByteWriter();
      writeFrequencies(out, frequencies, count);
      const end = out.length;
      if (count > longestVarintList) assert.equal(frequenciesLength(out.view().subarray(0, frequenciesHead)), end);
      for (const own of positions) writePositions(out, own, 0, own.length);
      const bytes = out.view();

      const read = new Uint32Array(count);
      const alone = new ByteReader(bytes.subarray(0, count > longestVarintList ? end : bytes.length));
      const total = readFrequencies(alone, count, bytes.length, read);
      assert.deepEqual(read, frequencies);
      assert.equal(alone.at, end);
      const flat = Uint32Array.from(positions.flatMap((own) => [...own]));
      assert.equal(total, flat.length);
      assert.deepEqual(readPositions(new ByteReader(bytes, end), frequencies, total), flat);

      let at = end;
      for (const n of numbers) at = skipPositions(bytes, at, bytes.length, n);
      assert.equal(at, bytes.length);
    }),
  );
});
