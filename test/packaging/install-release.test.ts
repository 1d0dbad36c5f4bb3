import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOf, filesOf, manifestText } from '../../src/deploy/release/manifest.ts';
import { manifestFile, type Release } from '../../src/deploy/release/release.ts';
import { makeTestRelease } from '../../src/deploy/release/test-release.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'reperio install '));
after(() => rmSync(scratch, { recursive: true, force: true }));
const unpacked = join(scratch, 'unpacked');
const home = join(scratch, 'opt/reperio');

/** What dpkg and rpm have unpacked: a small release whose program is ours. */
async function unpack(version: string): Promise<Release> {
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const release = await makeTestRelease(unpacked, { version });
  writeFileSync(join(unpacked, 'RELEASE.json'), `${JSON.stringify(release, undefined, 2)}\n`);
  writeFileSync(join(unpacked, 'bin/reperio'), `#!/bin/sh\nexec '${root}/bin/reperio' "$@"\n`);
  chmodSync(join(unpacked, 'bin/reperio'), 0o755);
  rmSync(join(unpacked, manifestFile));
  const manifest = new Map<string, string>();
  for (const path of filesOf(unpacked)) manifest.set(path, await digestOf(join(unpacked, path)));
  writeFileSync(join(unpacked, manifestFile), manifestText(manifest));
  return release;
}

function script(word: string) {
  const env = { PATH: process.env['PATH'], UNPACKED: unpacked, RELEASES_HOME: home, INVOKE: 'false' };
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'umask 077; exec "$@"', 'sh', join(root, 'packaging/install-release'), word],
    { env, encoding: 'utf8' },
  );
  return { status, text: `${stdout}${stderr}` };
}

const current = (): string => readlinkSync(join(home, 'current')).slice(home.length);
const kept = (): readonly string[] => readdirSync(join(home, 'releases')).sort();

test('a release is linked, verified and put in force; four later, three are kept and the one before', async () => {
  for (const version of ['0.1.0', '0.2.0', '0.3.0', '0.4.0+1']) {
    await unpack(version);
    const { status, text } = script('install');
    assert.equal(status, 0, text);
    assert.match(text, /all as they were made/);
    assert.equal(current(), `/releases/${version}`);
  }
  assert.deepEqual(kept(), ['0.2.0', '0.3.0', '0.4.0+1']);
  const there = statSync(join(home, 'current/src/a.ts'));
  assert.equal(there.ino, statSync(join(unpacked, 'src/a.ts')).ino, 'no bytes are copied');
  assert.equal(statSync(join(home, 'releases')).mode & 0o777, 0o755, 'whatever the umask');
});

test('a damaged release is not taken, and nothing of it stays', async () => {
  await unpack('0.5.0');
  appendFileSync(join(unpacked, 'src/a.ts'), 'x');
  const { status, text } = script('install');
  assert.equal(status, 1);
  assert.match(text, /changed: src\/a\.ts\n[\s\S]*reperio: the release is damaged/);
  assert.equal(current(), '/releases/0.4.0+1');
  assert.deepEqual(kept(), ['0.2.0', '0.3.0', '0.4.0+1']);
});

test('the same version, made again, takes the place of the first; an older one can come back', async () => {
  await unpack('0.4.0+1');
  assert.equal(script('install').status, 0);
  assert.equal(current(), '/releases/0.4.0+1');
  await unpack('0.2.0');
  assert.equal(script('install').status, 0);
  assert.equal(current(), '/releases/0.2.0');
  assert.deepEqual(kept(), ['0.2.0', '0.3.0', '0.4.0+1']);
});

test('a release that was deployed since, with a link of its own, is the one before: it stays', async () => {
  for (const version of ['0.6.0', '0.7.0', '0.8.0']) {
    await unpack(version);
    assert.equal(script('install').status, 0);
  }
  // As `reperio deploy` writes it.
  rmSync(join(home, 'current'));
  symlinkSync('releases/0.6.0', join(home, 'current'));
  await unpack('0.9.0');
  assert.equal(script('install').status, 0);
  assert.equal(current(), '/releases/0.9.0');
  assert.ok(kept().includes('0.6.0'));
});

test('what somebody else has put there stays, when the package goes', () => {
  mkdirSync(join(home, 'releases/mine'));
  assert.equal(script('remove').status, 0);
  assert.deepEqual(kept(), ['mine']);
  assert.equal(existsSync(join(home, 'current')), false);
  rmSync(join(home, 'releases/mine'), { recursive: true });
  assert.equal(script('remove').status, 0);
  assert.equal(existsSync(home), false);
});
