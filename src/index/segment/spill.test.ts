import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newestVersions } from '../../site/index-versions.ts';
import { ByteWriter } from './bytes.ts';
import { SegmentOutput } from './output.ts';
import { Spill } from './spill.ts';

test('what goes through a temporary file comes out as what stays in memory, and the file has no name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-spill-'));
  try {
    const written = [new Spill(), new Spill(folder, 10_000)].map((spill) => {
      for (let i = 0; i < 600_000; i++) {
        spill.writer.varint(i);
        spill.settle();
      }
      const out = new ByteWriter();
      const output = new SegmentOutput(0, newestVersions, (bytes) => out.raw(bytes));
      output.begin('some');
      assert.equal(spill.length, 3 * 600_000 - 128 - 16_384);
      spill.moveTo(output);
      output.finish();
      return out.view();
    });
    assert.ok(written[0]!.equals(written[1]!));
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
