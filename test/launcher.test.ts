import assert from 'node:assert/strict';
import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const installation = fileURLToPath(new URL('..', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'reperio launcher '));
after(() => rmSync(root, { recursive: true, force: true }));

/** The programs the launcher may use; npm is what a test makes of it. */
const tools = [
  'sh',
  'cat',
  'cmp',
  'cp',
  'flock',
  'getconf',
  'grep',
  'id',
  'ln',
  'mkdir',
  'mktemp',
  'readlink',
  'rm',
  'sleep',
  'tail',
  'uname',
  'npm',
];
const bin = join(root, 'bin');
mkdirSync(bin);
for (const tool of tools.slice(0, -1)) {
  const path = ['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find((each) => existsSync(each));
  assert.ok(path, `${tool} is missing`);
  symlinkSync(path, join(bin, tool));
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let clone = '';
let number = 0;
beforeEach(() => {
  clone = join(root, `clone ${number++}`);
  mkdirSync(clone);
  for (const part of ['bin', 'scripts', 'src', 'package.json', 'package-lock.json']) {
    cpSync(join(installation, part), join(clone, part), { recursive: true });
  }
  rmSync(join(bin, 'npm'), { force: true });
});

/** npm, as far as the launcher knows it. */
function fakeNpm(script: string): void {
  const path = join(bin, 'npm');
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = config ]; then echo https://registry.test/; exit; fi\n${script}\n`);
  chmodSync(path, 0o755);
}

const installs = `echo "$1" >> calls; sleep 0.3; ln -s '${installation}/node_modules' node_modules`;

function launch(program = join(clone, 'bin', 'reperio'), cwd = '/'): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      program,
      ['--version'],
      { cwd, env: { PATH: bin, HOME: root } },
      (error: ExecFileException | null, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const version = /^reperio \d+\.\d+\.\d+\n$/;

describe('bin/reperio', () => {
  test('installs what is missing, once, also when two start at the same moment', async () => {
    fakeNpm(installs);
    const outcomes = await Promise.all([launch(), launch()]);
    for (const { status, stdout } of outcomes) {
      assert.equal(status, 0);
      assert.match(stdout, version);
    }
    assert.equal(readFileSync(join(clone, 'calls'), 'utf8'), 'ci\n');
    const again = await launch();
    assert.deepEqual([again.status, again.stderr], [0, '']);
    assert.equal(readFileSync(join(clone, 'calls'), 'utf8'), 'ci\n');
  });

  test('takes what somebody installed with npm, without installing again', async () => {
    symlinkSync(join(installation, 'node_modules'), join(clone, 'node_modules'));
    assert.match((await launch()).stdout, version);
  });

  test('works through symbolic links and from any folder', async () => {
    symlinkSync(join(installation, 'node_modules'), join(clone, 'node_modules'));
    symlinkSync(join(clone, 'bin', 'reperio'), join(clone, 'first link'));
    symlinkSync('first link', join(clone, 'second link'));
    assert.match((await launch(join(clone, 'second link'))).stdout, version);
    assert.match((await launch('./reperio', join(clone, 'bin'))).stdout, version);
  });

  test('installs again when the lock file asks for something else', async () => {
    symlinkSync(join(installation, 'node_modules'), join(clone, 'node_modules'));
    const lock = join(clone, 'package-lock.json');
    const changed = readFileSync(lock, 'utf8').replace(/("node_modules\/pg": \{\s*"version": ")[^"]*/, '$10.0.1');
    writeFileSync(lock, changed);
    fakeNpm('rm node_modules; echo "npm error code ETARGET"; exit 1');
    const { status, stderr } = await launch();
    assert.equal(status, 1);
    assert.match(stderr, /error: The dependencies could not be installed: npm error code ETARGET\.\n/);
    assert.equal(existsSync(join(clone, 'node_modules')), false);
  });

  const failures: readonly (readonly [words: string, sentence: RegExp])[] = [
    ['npm error code ENOTFOUND', /^error: npm cannot reach its registry, https:\/\/registry\.test\/\.\nhint: .*proxy/m],
    ['npm error network request to https://registry.test failed', /^error: npm cannot reach its registry/m],
    ['npm error code ENOSPC\nnpm error nospc no space left on device', /^error: The disk is full, .*\nhint: Free/m],
    [
      'npm error code EACCES\nnpm error path /x',
      /^error: The dependencies could not be installed, because npm may not write/m,
    ],
  ];
  for (const [words, sentence] of failures) {
    test(`says in one sentence what "${words.split('\n')[0]}" means`, async () => {
      fakeNpm(`echo '${words}' >&2; exit 1`);
      const { status, stdout, stderr } = await launch();
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, sentence);
    });
  }

  test('says so when there is no npm, or it leaves the dependencies incomplete', async () => {
    assert.match(
      (await launch()).stderr,
      /^error: The dependencies are not installed, and npm is missing.*\nhint: .*apt-get install npm/,
    );
    fakeNpm('mkdir node_modules');
    assert.match((await launch()).stderr, /error: npm left the dependencies incomplete/);
  });

  describe('of a release', () => {
    /** As scripts/release makes them, as far as the launcher knows. */
    const asRelease = (glibc: string): void => {
      writeFileSync(
        join(clone, 'RELEASE.json'),
        JSON.stringify({ version: '0.3.0', platform: { arch: process.arch, glibc } }, undefined, 2),
      );
    };
    const link = (): void => symlinkSync(join(installation, 'node_modules'), join(clone, 'node_modules'));

    test('installs nothing, writes nothing into it, and has its library elsewhere', async () => {
      asRelease('2.17');
      link();
      writeFileSync(join(clone, 'package-lock.json'), '{}');
      fakeNpm('echo called >> calls; exit 1');
      const home = join(root, `home ${number}`);
      mkdirSync(home);
      // Without what stands behind the link, which others write.
      const own = (): readonly string[] =>
        readdirSync(clone, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('node_modules/'));
      const before = own();
      const script = 'root=$1; . "$root/scripts/launch.sh"; prepare runtime; echo "$REPERIO_DATA|$NODE_COMPILE_CACHE"';
      const asked = (environment: NodeJS.ProcessEnv): string =>
        execFileSync('sh', ['-ec', script, 'sh', clone], {
          env: { PATH: bin, ...environment },
          encoding: 'utf8',
        }).trim();
      const usual = process.getuid?.() === 0 ? '/var/lib/reperio' : join(home, '.local/share/reperio');
      assert.match(asked({ HOME: home }), new RegExp(`^${usual}\\|`));
      assert.equal(asked({ REPERIO_DATA: home }), `${home}|${home}/compile-cache`);
      assert.match((await launch()).stdout, version);
      assert.deepEqual(own(), before);
    });

    test('says where it does not run', async () => {
      asRelease('2.999');
      link();
      assert.match(
        (await launch()).stderr,
        /^error: This release needs glibc 2\.999 or newer, and .*\nhint: Use a newer/,
      );
      unlinkSync(join(clone, 'node_modules'));
      asRelease('2.17');
      assert.match((await launch()).stderr, /^error: This release has no Node\.js for .*\nhint: .*sha256sum/);
    });
  });
});
