/** Releases as scripts/release makes them. The whole matrix only: each takes a minute. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { manifestFile } from '../../src/deploy/release/release.ts';
import { verifyRelease } from '../../src/deploy/release/verify.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { copyReleaseHere, makeReleaseHere } from './releases.ts';

const root = join(import.meta.dirname, '../..');
const skip = isWhole ? false : 'only in the whole matrix: npm run test:all';
const asRoot = process.getuid?.() === 0 ? false : 'only root can be somebody else';

describe('a release', { skip }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-whole-release-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  test('has the same bytes when it is made twice', async () => {
    await copyReleaseHere(join(scratch, 'first'));
    await makeReleaseHere(join(scratch, 'second'));
    const read = (name: string): string => readFileSync(join(scratch, name, manifestFile), 'utf8');
    assert.equal(read('second'), read('first'));
  });

  test('runs for another user, who can write nothing of it', { skip: asRoot }, async () => {
    const release = join(scratch, 'read-only');
    await copyReleaseHere(release);
    execFileSync('chmod', ['-R', 'a-w,a+rX', release, scratch]);
    const data = join(scratch, 'library');
    mkdirSync(data);
    const nobody = 65_534;
    chownSync(data, nobody, nobody);
    const command = (...words: readonly string[]): string =>
      execFileSync(
        'setpriv',
        [
          '--reuid',
          String(nobody),
          '--regid',
          String(nobody),
          '--clear-groups',
          join(release, 'bin/reperio'),
          ...words,
        ],
        { cwd: '/', env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', REPERIO_DATA: data }, encoding: 'utf8' },
      );
    assert.match(command('db', 'status'), /migration/i);
    assert.match(command('release', 'verify'), /all as they were made/);
    assert.deepEqual(await verifyRelease(release), []);
    execFileSync('chmod', ['-R', 'u+w', scratch]);
  });

  test('serves the editor with every script that its page names', async () => {
    const release = join(scratch, 'edited');
    await copyReleaseHere(release);
    const environment = { ...process.env, REPERIO_DATA: join(scratch, 'edited library'), REPERIO_WEB_WORKERS: '1' };
    const program = join(release, 'bin/reperio');
    const run = (input: string, ...words: readonly string[]): string =>
      execFileSync(program, words, { env: environment, input, encoding: 'utf8' });
    run('=245  10$aA title\n', 'load', '-');
    run('a long passphrase of mine\n', 'person', 'add', 'ada', '--role', 'superadmin', '--password-stdin');
    const port = String(20_000 + (process.pid % 10_000));
    const server = spawn(program, ['serve', '--port', port], { env: environment, stdio: 'ignore' });
    try {
      const at = (path: string, init: RequestInit = {}): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, init);
      await waitFor('the server', async () => (await at('/health/ready')).ok, 60_000);
      const signedIn = await at('/api/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ada', password: 'a long passphrase of mine' }),
      });
      const headers = {
        cookie: signedIn.headers
          .getSetCookie()
          .map((line) => line.split(';')[0])
          .join('; '),
      };
      const page = await at('/record/1/edit', { headers });
      assert.equal(page.status, 200);
      const scripts = new Set((await page.text()).match(/\/edit\/assets\/[\w.-]+/g));
      assert.ok(scripts.size > 15, `${scripts.size} scripts`);
      for (const path of scripts) {
        const answer = await at(path, { headers });
        assert.deepEqual([answer.status, (await answer.arrayBuffer()).byteLength > 100], [200, true], path);
      }
    } finally {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
    }
    assert.deepEqual(await verifyRelease(release), []);
  });

  test('is not left half made on a full disk', { skip: asRoot }, () => {
    const clone = join(scratch, 'clone');
    const out = join(scratch, 'out');
    execFileSync('git', ['clone', '--quiet', '--shared', root, clone], { stdio: 'pipe' });
    const modules = join(clone, 'node_modules');
    for (const folder of [out, modules]) mkdirSync(folder);
    const script =
      'mount --bind "$3" "$4" && mount -t tmpfs -o size=30m none "$1" && { "$2" --out "$1"; echo "status $?, left:"; ls -A "$1"; }';
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', out, join(clone, 'scripts/release'), join(root, 'node_modules'), modules],
      { encoding: 'utf8' },
    );
    assert.match(stderr, /error: The disk is full/);
    assert.match(stdout, /status 1, left:\n$/);
  });
});
