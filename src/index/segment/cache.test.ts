import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CacheShelf, limitSegmentCaches, segmentCacheSizes } from './cache.ts';
import { invert, noColumns, plainBrief } from './naive-segment.ts';
import { memorySegment } from './open.ts';

const usual = { bitmaps: 1 << 26, postings: 1 << 26, dictionary: 1 << 24 };
after(() => limitSegmentCaches(usual));

test('what was used last stays, and all shelves share one bound', () => {
  limitSegmentCaches({ ...usual, bitmaps: 1000 });
  const first = new CacheShelf<string>('bitmaps');
  const second = new CacheShelf<string>('bitmaps');
  first.set(1, 'one', 300);
  second.set(1, 'another', 300);
  assert.equal(first.get(1), 'one');
  second.set(2, 'two', 300);
  assert.equal(second.get(1), undefined);
  assert.equal(first.get(1), 'one');
  first.grow(1, 5000);
  assert.equal(segmentCacheSizes().bitmaps, 0);
  second.set(3, 'three', 100);
  second.set(3, 'three again', 200);
  assert.equal(second.get(3), 'three again');
  second.clear();
  assert.equal(segmentCacheSizes().bitmaps, 0);
});

test('a segment answers the same with caches that hold nothing, and gives back what it held when closed', () => {
  const records = Array.from({ length: 300 }, (_, i) => ({
    record: { id: i + 1, revision: 1, deleted: false, columns: noColumns, brief: plainBrief },
    words: [['w:any', `w${i % 7}`, 0] as const, ['w:any', 'all', 3] as const],
    values: [],
  }));
  const data = invert(records);
  const answers = () => {
    const segment = memorySegment(data);
    const seen = Array.from(segment.terms('w:any', ''), (entry) => {
      const { ordinals, positions } = segment.postings(entry);
      return [entry.term, segment.ordinals(entry).toArray(), [...ordinals], [...positions]];
    });
    const held = segmentCacheSizes();
    segment.close();
    return { seen, held };
  };
  limitSegmentCaches(usual);
  const warm = answers();
  assert.ok(warm.held.bitmaps > 0 && warm.held.postings > 0 && warm.held.dictionary > 0);
  assert.deepEqual(segmentCacheSizes(), { bitmaps: 0, postings: 0, dictionary: 0 });
  limitSegmentCaches({ bitmaps: 0, postings: 0, dictionary: 0 });
  assert.deepEqual(answers().seen, warm.seen);
});
