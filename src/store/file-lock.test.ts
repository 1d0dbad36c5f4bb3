import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileLock, tryFileLock } from './file-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('many may share a lock, and it is exclusive only when nobody does', () => {
  const path = join(folder, 'shared');
  const first = tryFileLock(path, 'shared');
  const second = tryFileLock(path, 'shared');
  assert.ok(first && second);
  first.release();
  assert.equal(tryFileLock(path, 'exclusive'), undefined);
  second.release();
  const alone = tryFileLock(path, 'exclusive');
  assert.ok(alone);
  assert.equal(tryFileLock(path, 'shared'), undefined);
  alone.release();
});

test('who waits for a lock gets it when it is released, and only then', async () => {
  const path = join(folder, 'gate');
  let inside = 0;
  const visits = Array.from({ length: 8 }, async () => {
    const lock = await fileLock(path, 'exclusive', { timeout: 10_000 });
    inside += 1;
    assert.equal(inside, 1);
    await sleep(2);
    inside -= 1;
    lock.release();
  });
  await Promise.all(visits);
});

test('a wait ends with its timeout or its signal', async () => {
  const path = join(folder, 'waited');
  const held = tryFileLock(path, 'exclusive');
  await assert.rejects(fileLock(path, 'exclusive', { timeout: 30 }), { code: 'REPERIO_LOCK_WAITED' });
  const signal = AbortSignal.timeout(20);
  await assert.rejects(fileLock(path, 'exclusive', { timeout: 10_000, signal }), { name: 'AbortError' });
  held?.release();
});

test('a folder that cannot be written is named', () => {
  assert.throws(() => tryFileLock('/proc/nothing/x.lock', 'shared'), { code: 'REPERIO_FOLDER_DENIED' });
});
