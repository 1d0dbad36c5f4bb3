import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { RoaringBitmap32 } from '../bitmap.ts';
import { SegmentDamaged } from './errors.ts';
import { mergeSegments, mergeToFile } from './merge.ts';
import { mergeInWorker } from './merge-in-worker.ts';
import { mergeRuns } from './merge-runs.ts';
import { invert, type ToldRecord, toldRecords } from './naive-segment.ts';
import { memorySegment, openSegmentFile, segmentFileName, verifySegmentFile } from './open.ts';
import type { SegmentData } from './output.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-merge-'));
after(() => rmSync(folder, { recursive: true }));

/** Versions of records over several segments, with a live set each that leaves some out. */
const history = fc.array(
  toldRecords(50).chain((records) =>
    fc.record({
      records: fc.constant(records),
      dead: fc.array(fc.boolean(), { minLength: records.length, maxLength: records.length }),
    }),
  ),
  { minLength: 1, maxLength: 5 },
);

interface Part {
  readonly records: readonly ToldRecord[];
  readonly dead: readonly boolean[];
}

/** Highest revision first counts; of equal ones the last. */
function survivors(parts: readonly Part[], dropDeletions: boolean): ToldRecord[] {
  const winners = new Map<number, ToldRecord>();
  for (const { records, dead } of parts) {
    records.forEach((told, ordinal) => {
      if (dead[ordinal] && !told.record.deleted) return;
      const before = winners.get(told.record.id);
      if (!before || before.record.revision <= told.record.revision) winners.set(told.record.id, told);
    });
  }
  const all = [...winners.values()].sort((a, b) => a.record.id - b.record.id);
  return dropDeletions ? all.filter(({ record }) => !record.deleted) : all;
}

function liveOf({ records, dead }: Part): RoaringBitmap32 {
  return new RoaringBitmap32(
    records.flatMap(({ record }, ordinal) => (record.deleted || dead[ordinal] ? [] : [ordinal])),
  );
}

function inputsOf(parts: readonly Part[]) {
  return parts.map((part) => ({ segment: memorySegment(invert(part.records)), live: liveOf(part) }));
}

test('merging gives the bytes that inverting the survivors gives', () => {
  assertProperty(
    fc.property(history, fc.boolean(), (parts, dropDeletions) => {
      const merged = mergeSegments(inputsOf(parts), { dropDeletions });
      const direct = invert(survivors(parts, dropDeletions));
      assert.equal(merged.records, direct.records);
      assert.ok(merged.bytes.equals(direct.bytes));
      assert.equal(merged.id, direct.id);
    }),
    { numRuns: 100 },
  );
});

test('segments that follow one another by record number merge to the same bytes too', () => {
  assertProperty(
    fc.property(toldRecords(150), fc.integer({ min: 1, max: 40 }), (records, step) => {
      const parts: Part[] = [];
      for (let start = 0; start < records.length; start += step) {
        const some = records.slice(start, start + step);
        parts.push({ records: some, dead: some.map(() => false) });
      }
      assert.equal(mergeSegments(inputsOf(parts), { dropDeletions: false }).id, invert(records).id);
    }),
    { numRuns: 25 },
  );
});

test('merging to a file, here or in a thread, gives the same segment', async () => {
  const parts = fc.sample(history, { numRuns: 1, seed: 5 })[0]!;
  const expected = invert(survivors(parts, false));
  const files = parts.map((part) => ({ path: stored(invert(part.records)), live: liveOf(part) }));
  const opened = files.map(({ path, live }) => ({ segment: openSegmentFile(path), live }));
  const here = mergeToFile(opened, folder, { dropDeletions: false });
  assert.equal(here.id, expected.id);
  assert.ok(readFileSync(here.path).equals(expected.bytes));
  await verifySegmentFile(here.path);
  rmSync(here.path);
  assert.deepEqual(await mergeInWorker(files, folder, { dropDeletions: false }), here);
  await verifySegmentFile(here.path);
  assert.deepEqual(leftOver(), []);
});

test('a merge in a thread names a damaged input, stops when told to, and leaves nothing behind', async () => {
  const data = invert(fc.sample(toldRecords(80), { numRuns: 1, seed: 7 })[0]!);
  const path = stored(data);
  const bytes = Buffer.from(data.bytes);
  bytes[200]! ^= 4;
  writeFileSync(path, bytes);
  const inputs = [{ path, live: new RoaringBitmap32([0]) }];
  await assert.rejects(
    mergeInWorker(inputs, folder, { dropDeletions: false }),
    (error) => error instanceof SegmentDamaged && error.segment === data.id,
  );
  const stop = new AbortController();
  const merging = mergeInWorker(inputs, folder, { dropDeletions: false }, stop.signal);
  stop.abort();
  await assert.rejects(merging, { name: 'AbortError' });
  assert.deepEqual(leftOver(), []);
});

test('runs merge to a sorting order', () => {
  assertProperty(
    fc.property(fc.array(fc.uniqueArray(fc.nat(1000), { maxLength: 20 }), { minLength: 1, maxLength: 9 }), (runs) => {
      const numbers = runs.flatMap((run) => [...run].sort((a, b) => a - b));
      const starts = [0];
      for (const run of runs) starts.push(starts.at(-1)! + run.length);
      const order = mergeRuns(Uint32Array.from(numbers), starts);
      assert.deepEqual(
        Array.from(order, (i) => numbers[i]),
        [...numbers].sort((a, b) => a - b),
      );
    }),
  );
});

function stored(data: SegmentData): string {
  const path = join(folder, segmentFileName(data.id));
  writeFileSync(path, data.bytes);
  return path;
}

function leftOver(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.tmp'));
}
