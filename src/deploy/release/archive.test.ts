import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeArchive } from '../../../scripts/make/archive.ts';
import { openSource } from '../rollout/source.ts';
import { isArchive, unpackRelease, withUnpacked } from './archive.ts';
import { digestOf, filesOf } from './manifest.ts';
import { readRelease } from './read.ts';
import { releaseFile } from './release.ts';
import { makeTestRelease } from './test-release.ts';
import { verifyRelease } from './verify.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-archive-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const tree = join(scratch, 'tree');
const archive = join(scratch, 'reperio-0.3.0-linux-x64.tar.zst');
const date = new Date('2026-11-30T02:00:00Z');
before(async () => {
  mkdirSync(tree);
  await makeTestRelease(tree);
  // More than tar writes at once.
  writeFileSync(join(tree, 'src/a.ts'), Buffer.alloc(3e6, 'abcdefg'));
  await writeArchive(tree, 'reperio-0.3.0-linux-x64', date, archive);
});

test('a release comes out of its file as it was, links and modes included', async () => {
  assert.equal(isArchive(archive), true);
  assert.equal(isArchive(tree), false);
  await withUnpacked(archive, async (folder) => {
    assert.deepEqual(filesOf(folder), filesOf(tree));
    const differences = await verifyRelease(folder);
    assert.deepEqual(differences, [{ path: 'src/a.ts', kind: 'changed' }]);
  });
});

test('what a release says of itself comes first, and is read alone', async () => {
  const part = join(scratch, 'part.tar.zst');
  writeFileSync(part, readFileSync(archive).subarray(0, -100));
  await withUnpacked(
    part,
    async (folder) => {
      assert.equal(readRelease(folder).version, '0.3.0');
      assert.deepEqual(filesOf(folder), [releaseFile]);
    },
    [releaseFile],
  );
});

test('the same files make the same bytes, whenever and by whomever they were written', async () => {
  const again = join(scratch, 'again');
  mkdirSync(again);
  await unpackRelease(archive, again);
  for (const path of filesOf(again))
    if (!path.endsWith('.so')) writeFileSync(join(again, path), readFileSync(join(tree, path)));
  const second = join(scratch, 'second.tar.zst');
  await writeArchive(again, 'reperio-0.3.0-linux-x64', date, second);
  assert.equal(await digestOf(second), await digestOf(archive));
});

test('a file with more in it than its manifest names, or with other bytes, is not deployed', async () => {
  await assert.rejects(openSource(archive), /is not as its manifest says: src\/a\.ts \(changed\)/);
  const more = join(scratch, 'more');
  mkdirSync(more);
  await makeTestRelease(more);
  const path = join(scratch, 'a:b c.tar.zst');
  await writeArchive(more, 'x', date, path);
  const source = await openSource(path);
  assert.equal(source?.release.version, '0.3.0');
  source.close();
  writeFileSync(join(more, 'src/more.ts'), '');
  await writeArchive(more, 'x', date, path);
  await assert.rejects(openSource(path), /src\/more\.ts \(extra\)/);
});

test('a file that is cut off, altered or no release at all is not taken', async () => {
  const damaged = join(scratch, 'damaged.tar.zst');
  const refusal = (problem: RegExp) => (error: Error) => {
    assert.ok('code' in error && error.code === 'REPERIO_RELEASE_ARCHIVE_DAMAGED', error.message);
    assert.match(error.message, problem);
    return true;
  };
  const unpack = () => withUnpacked(damaged, async () => undefined);
  const bytes = readFileSync(archive);
  writeFileSync(damaged, bytes);
  truncateSync(damaged, bytes.length - 10);
  await assert.rejects(unpack, refusal(/ends too early/));
  const altered = Buffer.from(bytes);
  altered[bytes.length - 2]! ^= 1;
  writeFileSync(damaged, altered);
  await assert.rejects(unpack, refusal(/./));
  writeFileSync(damaged, 'hello');
  await assert.rejects(unpack, refusal(/./));
  assert.equal(existsSync(damaged), true);
});
