import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../errors/errors.ts';
import { BlockJoiner, blockCount, blockLength, blocksOf, blocksOfFile, type SegmentBlock } from './blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-blocks-'));
after(() => rmSync(folder, { recursive: true }));

function joined(id: string, blocks: Iterable<SegmentBlock>): string {
  const joiner = new BlockJoiner(id, folder);
  try {
    for (const block of blocks) joiner.add(block);
    return joiner.finish();
  } finally {
    joiner.discard();
  }
}

test('bytes of any length come back from their blocks, taken from memory or from a file', () => {
  for (const length of [1, blockLength - 1, blockLength, blockLength + 1, 3 * blockLength + 7]) {
    const bytes = randomBytes(length);
    const data = { id: createHash('sha256').update(bytes).digest('hex'), records: 1, bytes };
    const blocks = [...blocksOf(data)];
    assert.equal(blocks.length, blockCount(length));
    assert.ok(blocks.every((block) => block.data.length <= blockLength));
    const path = join(folder, 'some');
    writeFileSync(path, bytes);
    assert.deepEqual([...blocksOfFile(path)], blocks);
    assert.ok(readFileSync(joined(data.id, blocks)).equals(bytes));
  }
});

test('a damaged, missing, repeated or foreign block is named and leaves no file', () => {
  const bytes = randomBytes(2 * blockLength + 5);
  const data = { id: createHash('sha256').update(bytes).digest('hex'), records: 1, bytes };
  const [first, second, third] = [...blocksOf(data)] as [SegmentBlock, SegmentBlock, SegmentBlock];
  const flipped = Buffer.from(second.data);
  flipped[77]! ^= 1;
  const refused = (blocks: SegmentBlock[], says: RegExp) =>
    assert.throws(
      () => joined(data.id, blocks),
      (error) => error instanceof UserError && error.code === 'REPERIO_SEGMENT_BLOCK' && says.test(error.message),
    );
  refused([first, { ...second, data: flipped }, third], /Block 1 .* checksum/);
  refused([first, third], /Block 1 .* block 2 came/);
  refused([first, first], /Block 1 .* block 0 came/);
  refused([first, second], /Block 2 .* make segment/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});
