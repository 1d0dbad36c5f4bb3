import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
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

test('a lock writes nothing', () => {
  const own = mkdtempSync(join(folder, 'own-'));
  const lock = tryFileLock(join(own, 'gate'), 'exclusive');
  assert.deepEqual(readdirSync(own), ['gate']);
  assert.equal(statSync(join(own, 'gate')).size, 0);
  lock?.release();
});

/** A disk of a few blocks, in a namespace of its own, so that nothing stays mounted. */
const smallDisk = ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=16k,nr_inodes=4 tmpfs "$0" && exec "$@"'];
const noDisks = spawnSync('unshare', [...smallDisk, folder, 'true']).status !== 0;

test('on a full disk a lock that is there can be had; one that is not says that the disk is full', {
  skip: noDisks && 'no file system can be mounted here',
}, () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    import { tryFileLock } from ${JSON.stringify(new URL('file-lock.ts', import.meta.url).href)};
    const folder = ${JSON.stringify(folder)};
    writeFileSync(folder + '/there', '');
    writeFileSync(folder + '/other', '');
    try { writeFileSync(folder + '/fill', Buffer.alloc(1 << 20)); } catch {}
    tryFileLock(folder + '/there', 'exclusive').release();
    try { tryFileLock(folder + '/new', 'exclusive'); } catch ({ code, message, hint }) { console.log(code, message, hint); }`;
  const words = [process.execPath, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync('unshare', [...smallDisk, folder, ...words], { encoding: 'utf8' });
  assert.match(stdout, /^REPERIO_DISK_FULL .*\/new.*reperio gc/, stderr);
});
