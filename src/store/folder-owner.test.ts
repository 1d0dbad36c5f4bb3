import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInverter } from '../index/segment/inverter.ts';
import { writeSegmentFile } from '../index/segment-store.ts';
import { makeHandedFolder, makeOwnedFolder, placeFile } from './folder-owner.ts';

test('what root makes in the data folder of somebody else is theirs: files, folders, segments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-owner-'));
  // Nobody but root can give anything away; then all is our own.
  const owner = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);
  try {
    chownSync(folder, owner, owner);
    makeOwnedFolder(join(folder, 'a/b'));
    writeFileSync(join(folder, 'a/part'), '');
    placeFile(join(folder, 'a/part'), join(folder, 'a/b/file'));
    const segment = writeSegmentFile(join(folder, 'index'), createInverter().finish());
    for (const path of ['a', 'a/b', 'a/b/file', 'index']) assert.equal(statSync(join(folder, path)).uid, owner, path);
    assert.equal(statSync(segment).uid, owner);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder that is there and takes none is refused, which Node itself never comes to', async () => {
  for (const folder of ['/proc/none', '/proc/none/below']) {
    assert.throws(() => makeOwnedFolder(folder), { code: 'ENOENT' });
    await assert.rejects(makeHandedFolder(folder), { code: 'ENOENT' });
  }
});

test('a folder that several make at once, and those above it, is there for each of them', async () => {
  const root = mkdtempSync(join(tmpdir(), 'reperio-made-'));
  try {
    for (let round = 0; round < 300; round++) {
      const above = join(root, String(round), 'above');
      await Promise.all(Array.from({ length: 10 }, (_, i) => makeHandedFolder(join(above, String(i % 3)))));
      assert.deepEqual(readdirSync(above).sort(), ['0', '1', '2']);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
