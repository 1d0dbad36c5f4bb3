/**
 * The image, built and run by buildah without any registry: of the Debian that boots in other
 * tests. The whole matrix only.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeContainer } from '../../scripts/make/container.ts';
import { readRelease } from '../../src/deploy/release/read.ts';
import { lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { image, lacksMachine, run } from './machine.ts';
import { copyReleaseHere } from './releases.ts';

const skip = isWhole ? lacksMachine() || lacks('buildah') : 'only in the whole matrix: npm run test:all';

describe('the image of a container', { skip, concurrency: false }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-container-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  const buildah = async (...words: readonly string[]): Promise<string> => {
    const { status, text } = await run('buildah', ...storage, ...words);
    assert.equal(status, 0, text);
    return text.trim().split('\n').at(-1) ?? '';
  };
  const storage = ['--root', join(scratch, 'storage'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs'];

  before(async () => {
    const tree = join(scratch, 'tree');
    await copyReleaseHere(tree);
    const release = readRelease(tree);
    const work = join(scratch, 'work');
    mkdirSync(work);
    const root = join(import.meta.dirname, '../..');
    await makeContainer({ root, release, tree, work, out: scratch, revision: '1', maintainer: '', epoch: 0, level: 0 });
    const base = await buildah('from', 'scratch');
    await buildah('add', '--quiet', base, await image(), '/');
    await buildah('commit', '--quiet', base, 'localhost/debian');
    const context = join(scratch, `reperio-${release.version}-container`);
    await buildah('bud', '--isolation', 'chroot', '--build-arg', 'BASE=localhost/debian', '--tag', 'reperio', context);
  });

  test('it serves a library of its own, not as root', async () => {
    const port = await freePort();
    const container = await buildah('from', 'reperio');
    // In a namespace of processes that ends with this test.
    const words = ['--pid', '--fork', '--kill-child', '--mount-proc', 'buildah', ...storage];
    const serve = [
      'run',
      '--isolation',
      'chroot',
      '--env',
      `REPERIO_PORT=${port}`,
      container,
      '--',
      '/opt/reperio/current/bin/reperio',
      'serve',
    ];
    const running = spawn('unshare', [...words, ...serve], { stdio: 'ignore' });
    try {
      await waitFor('an answer', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, 120_000);
      const { text } = await run('ps', '-eo', 'uid,args');
      const server = text.split('\n').find((line) => /\/opt\/reperio\/current\/src\/cli\/main\.ts serve/.test(line));
      assert.match(server ?? '', /^\s*990 /);
    } finally {
      running.kill('SIGKILL');
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
