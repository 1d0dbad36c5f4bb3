import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { writeArchive } from '../../../scripts/make/archive.ts';
import { makeTestRelease } from '../../deploy/release/test-release.ts';
import { runCommandLine } from '../run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-release-command-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const folder = join(scratch, 'release');
const archive = join(scratch, 'reperio-0.3.0-linux-x64.tar.zst');
before(async () => {
  mkdirSync(folder);
  await makeTestRelease(folder);
  await writeArchive(folder, 'reperio-0.3.0-linux-x64', new Date('2026-11-30T02:00:00Z'), archive);
});

async function type(...words: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(['release', ...words], {
    environment: {},
    stdin: Readable.from([]),
    stdout,
    stderr,
    colour: false,
    signal: new AbortController().signal,
    onHangup: () => undefined,
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('show says what a folder or a file is, to people and to programs', async () => {
  const shown = await type('show', folder);
  assert.match(
    shown.stdout,
    /^Reperio 0\.3\.0, of 2026-11-30, commit cccccccccccc\nruns on +Linux \w+, glibc 2\.17 or newer\n/,
  );
  assert.equal((await type('show', archive)).stdout, shown.stdout);
  assert.equal(JSON.parse((await type('show', archive, '--json')).stdout).version, '0.3.0');
});

test('verify names each file that differs, with the status for scripts', async () => {
  assert.deepEqual(await type('verify', archive), {
    ...{ status: 0, stderr: '' },
    stdout: 'Reperio 0.3.0, 7 files: all as they were made.\n',
  });
  writeFileSync(join(folder, 'src/a.ts'), 'changed');
  writeFileSync(join(folder, 'src/b.ts'), '');
  rmSync(join(folder, 'src/.hidden'));
  const { status, stdout } = await type('verify', folder);
  assert.equal(status, 1);
  assert.equal(
    stdout,
    'missing: src/.hidden\nchanged: src/a.ts\nnot of the release: src/b.ts\nReperio 0.3.0, 7 files: 3 differ.\n',
  );
  assert.deepEqual(JSON.parse((await type('verify', folder, '--json')).stdout).differences.length, 3);
});

test('a release for another machine is whole, and said not to run here', async () => {
  const other = join(scratch, 'other');
  mkdirSync(other);
  await makeTestRelease(other, { platform: { arch: process.arch === 'x64' ? 'arm64' : 'x64', glibc: '2.17' } });
  const { status, stdout } = await type('verify', other);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /all as they were made\.\nIt does not run on this machine: it was made for \w+, and this machine is \w+\.\n$/,
  );
});

test('a clone is no release', async () => {
  const { status, stderr } = await type('verify');
  assert.equal(status, 2);
  assert.match(stderr, /is not a release: it has no RELEASE\.json[\s\S]*scripts\/release/);
  const nothing = await type('verify', join(scratch, 'nothing'));
  assert.match(nothing.stderr, /nothing is not a release: there is nothing at that place\.$/m);
});
