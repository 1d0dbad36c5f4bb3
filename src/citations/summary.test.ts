import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { RoaringBitmap32 } from '../index/bitmap.ts';
import { finish } from '../index/work.ts';
import { citationClasses, summarisingCitations } from './summary.ts';
import type { CitationView } from './view.ts';

/** A view of which a summary asks nothing but the counts. */
function viewOf(counts: readonly (readonly number[])[]): CitationView {
  const view: Partial<CitationView> = {
    *counts() {
      return counts.map((segment) => Uint32Array.from(segment));
    },
  };
  return view as CitationView;
}

test('numbers, h-index and classes are those of the hits', () => {
  const count = fc.oneof(fc.nat(12), fc.nat(600));
  assertProperty(
    fc.property(fc.array(fc.array(fc.tuple(count, fc.boolean()), { maxLength: 30 }), { maxLength: 3 }), (segments) => {
      const hits = segments.map((records) => new RoaringBitmap32(records.flatMap(([, hit], i) => (hit ? [i] : []))));
      const counts = segments.map((records) => records.map(([number]) => number));
      const numbers = segments.flatMap((records) => records.flatMap(([number, hit]) => (hit ? [number] : [])));
      const found = finish(summarisingCitations(viewOf(counts), hits, 'all'));
      const citations = numbers.reduce((sum, number) => sum + number, 0);
      assert.equal(found.papers, numbers.length);
      assert.equal(found.citations, citations);
      assert.equal(found.average, numbers.length === 0 ? 0 : citations / numbers.length);
      const hs = Array.from({ length: numbers.length + 1 }, (_, h) => h);
      assert.equal(
        found.hIndex,
        hs.findLast((h) => numbers.filter((number) => number >= h).length >= h),
      );
      assert.deepEqual(
        found.classes,
        citationClasses.map(({ from, to }) => numbers.filter((n) => n >= from && n <= (to ?? Infinity)).length),
      );
    }),
  );
});
