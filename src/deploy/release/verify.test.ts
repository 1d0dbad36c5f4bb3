import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readManifest } from './manifest.ts';
import { readRelease } from './read.ts';
import { manifestFile, releaseFile } from './release.ts';
import { makeTestRelease } from './test-release.ts';
import { verifyRelease } from './verify.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reperio-release-'));

  await makeTestRelease(folder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Of the error that it throws. */
function code(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error);
    return `${error.code}: ${error.message.replace(folder, '')}`;
  }
  return 'nothing';
}

async function found(): Promise<readonly string[]> {
  return (await verifyRelease(folder)).map(({ path, kind }) => `${kind}: ${path}`);
}

describe('a release', () => {
  test('says what it is, and has nothing that its manifest does not name', async () => {
    assert.equal(readRelease(folder).version, '0.3.0');
    assert.deepEqual(await found(), []);
  });

  test('has a manifest as sha256sum reads it', () => {
    const check = (): number | null => spawnSync('sha256sum', ['--quiet', '-c', manifestFile], { cwd: folder }).status;
    assert.equal(check(), 0);
    writeFileSync(join(folder, 'src/with space.ts'), 'x');
    assert.notEqual(check(), 0);
  });

  test('each file that was changed, is missing or is too many is named', async () => {
    writeFileSync(join(folder, 'src/a.ts'), 'b\n');
    unlinkSync(join(folder, 'src/.hidden'));
    unlinkSync(join(folder, 'lib/libx.so'));
    writeFileSync(join(folder, 'lib/added'), '');
    mkdirSync(join(folder, 'empty'));
    assert.deepEqual(await found(), [
      'extra: lib/added',
      'missing: lib/libx.so',
      'missing: src/.hidden',
      'changed: src/a.ts',
    ]);
  });

  test('a link is another file when it leads elsewhere, and a folder behind a link is not followed', async () => {
    unlinkSync(join(folder, 'lib/libx.so'));
    symlinkSync('../src/a.ts', join(folder, 'lib/libx.so'));
    symlinkSync('..', join(folder, 'src/loop'));
    assert.deepEqual(await found(), ['changed: lib/libx.so', 'extra: src/loop']);
    unlinkSync(join(folder, 'lib/libx.so'));
    symlinkSync('nowhere', join(folder, 'lib/libx.so'));
    assert.deepEqual(await found(), ['unreadable: lib/libx.so', 'extra: src/loop']);
  });

  test('a copy that lost the modes of its programs is not whole', async () => {
    chmodSync(join(folder, 'bin/reperio'), 0o644);
    assert.deepEqual(await found(), ['not executable: bin/reperio']);
  });

  test('a changed RELEASE.json is a changed file', async () => {
    writeFileSync(join(folder, releaseFile), '{}');
    assert.deepEqual(await found(), [`changed: ${releaseFile}`]);
  });

  test('what cannot be read is said with its reason', () => {
    const release = readRelease(folder);
    writeFileSync(join(folder, releaseFile), '{"version": "0.3.0"}');
    assert.match(
      code(() => readRelease(folder)),
      /^REPERIO_RELEASE_INFO_DAMAGED: .*"commit" is missing or wrong/,
    );
    writeFileSync(join(folder, releaseFile), '{"version": ');
    assert.match(
      code(() => readRelease(folder)),
      /^REPERIO_RELEASE_INFO_DAMAGED: .*it is not JSON/,
    );
    for (const [change, name] of [
      [{ commit: '--output=/etc/x' }, 'commit'],
      [{ version: '0.3.0/../../x' }, 'version'],
      [{ migrations: [null] }, 'migrations'],
      [{ migrations: [{ ...release.migrations[0], file: '../x.sql' }] }, 'migrations'],
      [{ index: [{}] }, 'index'],
      [{ settings: [1] }, 'settings'],
      [{ settings: ['x'.repeat(2e6)] }, ''],
    ] as const) {
      writeFileSync(join(folder, releaseFile), JSON.stringify({ ...release, ...change }));
      const said = code(() => readRelease(folder));
      assert.match(said, /^REPERIO_RELEASE_INFO_DAMAGED: /);
      assert.ok(said.includes(name === '' ? 'far too long' : `"${name}" is missing or wrong`), said);
    }
  });

  test('a manifest names files of the release only', () => {
    unlinkSync(join(folder, releaseFile));
    assert.match(
      code(() => readRelease(folder)),
      /^REPERIO_NO_RELEASE: /,
    );
    writeFileSync(join(folder, manifestFile), 'abc  src/a.ts\n');
    assert.match(
      code(() => readManifest(folder)),
      /^REPERIO_RELEASE_MANIFEST_DAMAGED: .*line 1 is wrong/,
    );
    writeFileSync(join(folder, manifestFile), `${'a'.repeat(64)}  src/a.ts`);
    assert.match(
      code(() => readManifest(folder)),
      /its last line is not whole/,
    );
    for (const name of ['../../etc/shadow', '/etc/shadow', 'src//a.ts', './src/a.ts', 'src/..']) {
      writeFileSync(join(folder, manifestFile), `${'a'.repeat(64)}  ${name}\n`);
      assert.match(
        code(() => readManifest(folder)),
        /line 1 names a file outside of the release/,
      );
    }
    unlinkSync(join(folder, manifestFile));
    assert.match(
      code(() => readManifest(folder)),
      /ENOENT/,
    );
  });
});
