import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../release/manifest.ts';
import { manifestFile } from '../release/release.ts';
import { makeTestRelease } from '../release/test-release.ts';
import {
  beforeCopyScript,
  lockScript,
  noteScript,
  programScript,
  pruneScript,
  unlockScript,
  untouchedScript,
  verifyScript,
} from './scripts.ts';

// What hosts do, by a shell of this machine.
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reperio scripts '));
  mkdirSync(join(folder, 'releases'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string, words: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', script, 'reperio', folder, ...words], {
    encoding: 'utf8',
    input,
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const lock = (id: string, turn: number, who: string): string =>
  run(lockScript, [id, JSON.stringify({ id, holder: who, reason: '"id":"b"' }), String(turn), who]);
const note = (id: string, turn: number, state: string): string => run(noteScript, [id, String(turn), ''], state);
const unlock = (id: string, turn: number | '' = ''): string => run(unlockScript, [id, String(turn)]);
const held = (name: string): string => readFileSync(join(folder, 'deploy.lock', name), 'utf8');

test('whoever goes on with a deployment has it alone: who had it before stops at the next word', () => {
  lock('a', 0, 'ada');
  assert.match(lock('b', 0, 'bob'), /"holder":"ada"/, 'one has the lock');
  assert.equal(note('a', 0, 'first'), '');
  assert.match(lock('a', 1, 'eve'), /\neve$/);
  assert.match(lock('a', 1, 'bob'), /\neve$/, 'one of two takes the turn');
  assert.match(lock('a', 1, 'eve'), /\neve$/, 'asked again when the connection was lost');
  assert.equal(note('a', 0, 'of the one that slept'), 'lost');
  assert.equal(held('state'), 'first');
  // Who took the turn before got no further than this host.
  assert.match(lock('a', 3, 'eve'), /\neve$/);
  assert.equal(note('a', 1, 'of who got no further'), 'lost');
  assert.equal(note('a', 3, 'first'), '');
  unlock('a', 0);
  assert.equal(note('a', 3, 'second'), '', 'the lock stays when who slept ends it');
  assert.equal(held('state'), 'second');
  unlock('a', 3);
  assert.equal(note('a', 3, 'third'), 'lost');
  lock('b', 0, 'bob');
  assert.equal(note('a', 3, 'third'), 'lost');
  unlock('a');
  assert.ok(existsSync(join(folder, 'deploy.lock')), "another's");
  unlock('b');
  assert.deepEqual(readdirSync(folder), ['releases']);
});

test('a lock that a host without power left empty can be taken away', () => {
  lock('a', 0, 'ada');
  writeFileSync(join(folder, 'deploy.lock/holder'), '');
  assert.doesNotMatch(lock('b', 0, 'bob'), /"id"/);
  unlock('b');
  assert.ok(existsSync(join(folder, 'deploy.lock')));
  unlock('');
  assert.ok(!existsSync(join(folder, 'deploy.lock')));
});

test('the release in force and the one before are never deleted, also where the folder is a link', () => {
  const other = `${folder}-elsewhere`;
  renameSync(join(folder, 'releases'), other);
  symlinkSync(other, join(folder, 'releases'));
  try {
    for (const [at, version] of ['1', '2', '3', '4', '5'].entries()) {
      mkdirSync(join(other, version));
      utimesSync(join(other, version), 1_700_000_000 + at, 1_700_000_000 + at);
    }
    mkdirSync(join(other, '.6.part'));
    symlinkSync('releases/1', join(folder, 'current'));
    const gone = run(pruneScript, ['2', join(folder, 'releases/2')]);
    assert.equal(gone, '3');
    assert.deepEqual(readdirSync(other).sort(), ['1', '2', '4', '5']);
    assert.equal(run(pruneScript, ['2', join(folder, 'releases/1')]), '', 'the way back stays');
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test('a password that a shell takes for a command is in no message', () => {
  const [settings, secrets] = [join(folder, 'reperio.yaml'), join(folder, 'secrets.env')];
  const me = userInfo().username;
  const program = (text: string): { readonly status: number | null; readonly said: string } => {
    writeFileSync(secrets, text);
    const words = [me, folder, settings, secrets, 'sh', '-c', 'echo "$A"'];
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', programScript, 'reperio', ...words], {
      encoding: 'utf8',
    });
    return { status, said: `${stdout}${stderr}`.trim() };
  };
  assert.deepEqual(program("A='half secretword'\n"), { status: 0, said: 'half secretword' });
  for (const text of ['A=half secretword\nB=1\n', "A='half secretword\n", 'A=$(secretword\n']) {
    const { status, said } = program(text);
    assert.notEqual(status, 0, text);
    assert.match(said, /secrets\.env has a line that a shell cannot read/);
    assert.doesNotMatch(said, /secretword/);
  }
});

test('another build of the version that runs is not moved away', () => {
  for (const version of ['1', '2']) {
    mkdirSync(join(folder, 'releases', version));
    writeFileSync(join(folder, 'releases', version, manifestFile), version);
  }
  symlinkSync('releases/1', join(folder, 'current'));
  assert.equal(run(beforeCopyScript, ['1', 'another', '0']), 'in force');
  assert.equal(run(beforeCopyScript, ['2', 'another', '0']), '');
  assert.deepEqual(readdirSync(join(folder, 'releases')).sort(), ['.2.part', '1']);
});

test('what was touched since it was verified is noticed without reading it, and what is too many is named', async () => {
  const part = join(folder, 'releases/.0.3.0.part');
  const release = join(folder, 'releases/0.3.0');
  mkdirSync(part);
  await makeTestRelease(part);
  const manifest = await digestOf(join(part, manifestFile));
  const verify = (): string => run(verifyScript, ['0.3.0', manifest]);
  const untouched = (): string => run(untouchedScript, ['0.3.0', manifest]);
  lock('a', 0, 'ada');
  assert.equal(verify(), '');
  assert.equal(untouched(), 'same');
  for (const [what, change, back] of [
    [
      'a byte',
      () => appendFileSync(join(release, 'src/a.ts'), 'x'),
      () => writeFileSync(join(release, 'src/a.ts'), 'a\n'),
    ],
    [
      'a file that is gone',
      () => renameSync(join(release, 'src/.hidden'), join(folder, 'kept')),
      () => renameSync(join(folder, 'kept'), join(release, 'src/.hidden')),
    ],
    [
      'a file too many',
      () => writeFileSync(join(release, 'src/more.ts'), ''),
      () => unlinkSync(join(release, 'src/more.ts')),
    ],
  ] as const) {
    change();
    assert.equal(untouched(), '', what);
    assert.match(verify(), /: FAILED/, what);
    assert.ok(!existsSync(release), 'so that the next copy mends it');
    renameSync(part, release);
    back();
    assert.equal(verify(), '', what);
    assert.equal(untouched(), 'same', what);
  }
});
