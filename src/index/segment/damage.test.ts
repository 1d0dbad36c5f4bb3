import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { UserError } from '../../errors/errors.ts';
import { newestVersions } from '../../site/index-versions.ts';
import type { Segment } from '../segment.ts';
import { finish } from '../work.ts';
import { SegmentDamaged } from './errors.ts';
import { chunkLength, headerLength, magic, tailLength } from './format.ts';
import { invert, noColumns, plainBrief, type ToldRecord } from './naive-segment.ts';
import { memorySegment, openSegmentFile, segmentFileName, verifySegmentFile } from './open.ts';
import { createUnion } from './record-union.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-damage-'));
after(() => rmSync(folder, { recursive: true }));

/** Small, but with every section and both kinds of posting lists. */
const records = Array.from({ length: 90 }, (_, i): ToldRecord => {
  const deleted = i % 30 === 7;
  const keys = { own: [i, 1], references: [i, 2, i, 3], authors: [] };
  const columns = {
    ...noColumns,
    keys,
    created: i,
    sorts: { title: `title ${i % 9}` },
    facets: { type: [`t${i % 4}`] },
  };
  return {
    record: { id: i + 1, revision: 1, deleted, columns, brief: plainBrief },
    words: deleted ? [] : [0, 1, 2, 3].map((k) => ['w:any', k === 0 ? 'common' : `w${(i * k) % 70}`, k * 3] as const),
    values: deleted ? [] : [['v:author', `author ${i % 7}`]],
  };
});
const data = invert(records);
const path = join(folder, segmentFileName(data.id));

function readFile(): void {
  const segment = openSegmentFile(path);
  try {
    readAll(segment);
  } finally {
    segment.close();
  }
}

/** Asks for everything there is. */
function readAll(segment: Segment): unknown[] {
  const { columns } = segment;
  const seen: unknown[] = [
    segment.ids,
    segment.revisions,
    segment.deleted.toArray(),
    columns.created,
    columns.modified,
    columns.year,
  ];
  for (let ordinal = 0; ordinal < segment.count; ordinal++) seen.push(segment.brief(ordinal));
  for (const space of segment.spaces) {
    seen.push(space, columns.lengths(space), columns.totalLength(space));
    for (const page of segment.pages(space, '')) {
      const union = createUnion(segment.count);
      finish(page.addRecords([page.first], union));
      seen.push(page.text, union.toBitmap().toArray());
    }
    for (const entry of segment.terms(space, '')) {
      const { ordinals, frequencies, positions, starts } = segment.postings(entry);
      seen.push(entry.term, segment.ordinals(entry).toArray(), ordinals, frequencies, positions, starts);
    }
  }
  const sort = columns.sort('title');
  seen.push(sort?.ranks, sort && Array.from(sort.ranks, (rank) => sort.key(rank)));
  const facet = columns.facet('type');
  seen.push(columns.keys('own'), columns.keys('references'), columns.keysOf('references', 1));
  seen.push(facet?.starts, facet && Array.from(facet.values, (value) => facet.text(value)));
  return seen;
}

test('every single flipped byte is found and named, by a reader and by verify', async () => {
  for (let at = 0; at < data.bytes.length; at++) {
    const bytes = Buffer.from(data.bytes);
    bytes[at]! ^= 1 << (at % 8);
    assert.throws(() => readAll(memorySegment({ ...data, bytes })), namesSegment, `byte ${at} is read without a word`);
    if (at % 16 !== 0) continue;
    writeFileSync(path, bytes);
    assert.throws(readFile, namesSegment);
    await assert.rejects(verifySegmentFile(path), namesSegment);
  }
});

function namesSegment(error: unknown): boolean {
  const known =
    error instanceof SegmentDamaged || (error instanceof UserError && error.code === 'REPERIO_SEGMENT_VERSION');
  return known && error.message.includes(data.id);
}

test('a file cut off anywhere is refused when it is opened', () => {
  for (const length of [0, 1, headerLength, 100, data.bytes.length >> 1, data.bytes.length - 1]) {
    writeFileSync(path, data.bytes);
    truncateSync(path, length);
    assert.throws(() => openSegmentFile(path), SegmentDamaged);
  }
});

test('a file of another segment under this name is found by verify', async () => {
  writeFileSync(path, invert(records.slice(1)).bytes);
  await assert.rejects(verifySegmentFile(path), /the content is that of segment/);
  writeFileSync(path, data.bytes);
  await verifySegmentFile(path);
});

test('an older or newer format is refused with what to do', () => {
  const bytes = Buffer.from(data.bytes);
  bytes.writeUInt32LE(newestVersions.format + 1, magic.length);
  assert.throws(
    () => memorySegment({ ...data, bytes }),
    (error) =>
      error instanceof UserError &&
      error.message === `Index segment ${data.id} has format ${newestVersions.format + 1}, and this release reads 1.` &&
      error.hint.includes('reperio index rebuild'),
  );
});

/**
 * Checksums cannot catch what was wrong when it was written. Decoders still must end, stay in
 * bounds, and either answer or name the segment: bytes are changed and all checksums made right
 * again.
 */
test('wrong bytes with right checksums never hang a reader or break out of it', () => {
  assertProperty(
    fc.property(fc.nat(data.bytes.length - 1), fc.nat(255), (at, value) => {
      const bytes = resealed(data.bytes, at, value);
      const id = createHash('sha256').update(bytes).digest('hex');
      try {
        readAll(memorySegment({ id, records: data.records, bytes }));
      } catch (error) {
        if (!(error instanceof SegmentDamaged) && !(error instanceof UserError)) throw error;
      }
    }),
    { numRuns: 1500 },
  );
});

function resealed(from: Buffer, at: number, value: number): Buffer {
  const bytes = Buffer.from(from);
  bytes[at] = value;
  const tailAt = bytes.length - tailLength;
  const footerAt = tailAt - from.readUInt32LE(tailAt);
  assert.ok(footerAt < chunkLength, 'one checksum is enough for this file');
  bytes.writeUInt32LE(crc32(bytes.subarray(0, footerAt)), tailAt - 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(footerAt, tailAt)), tailAt + 4);
  return bytes;
}
