import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../test/support/packages.ts';
import { waitFor } from '../../test/support/wait.ts';
import { secretLine } from './secret-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-secret-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function typed(...keys: readonly string[]): Promise<string> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const line = secretLine({ stdin, stderr: new PassThrough(), signal: new AbortController().signal });
  for (const key of keys) {
    stdin.write(key);
    await sleep(2);
  }
  return line;
}

async function piped(...chunks: readonly string[]): Promise<string> {
  const stdin = new PassThrough();
  for (const chunk of chunks) stdin.write(chunk);
  return secretLine({ stdin, stderr: new PassThrough(), signal: new AbortController().signal });
}

test('keys that mend what was typed are no part of it', async () => {
  assert.equal(await typed('correct horseX', '\x7f', ' battery', '\r'), 'correct horse battery');
  assert.equal(await typed('naïve 😀', '\x7f', '\b', 'é', '\n'), 'naïveé');
  assert.equal(await typed('wrong', '\x15', 'right', '\r'), 'right');
  assert.equal(await typed('\x7f\x7fa\x1b[A\x1b[3~\x1bOP\tb\r'), 'ab');
  assert.equal(await typed('\x1b[200~pasted\x1b[201~\r'), 'pasted');
  assert.equal(await typed('first line\nsecond line\nrm -rf x\n'), 'first line');
  assert.equal(await typed('\x04'), '');
});

test('of a pipe the first line counts, however it ends and comes, and no end is waited for', async () => {
  assert.equal(await piped('a sec', 'ret\r', '\nmore\n'), 'a secret');
  assert.equal(await piped('a secret\n'), 'a secret');
  const stdin = new PassThrough();
  stdin.end('no line break');
  assert.equal(
    await secretLine({ stdin, stderr: new PassThrough(), signal: new AbortController().signal }),
    'no line break',
  );
});

test('a signal ends the wait at once, for a pipe as for a terminal', async () => {
  for (const more of [{}, { isTTY: true, setRawMode: () => undefined }]) {
    const stop = new AbortController();
    const stdin = Object.assign(new PassThrough(), more);
    const line = secretLine({ stdin, stderr: new PassThrough(), signal: stop.signal });
    stdin.write('half');
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(line, { name: 'AbortError' });
  }
});

/** A program that prints what was typed, under a real terminal made by script(1). */
function inTerminal(environment: NodeJS.ProcessEnv) {
  const program = join(folder, 'ask.mjs');
  writeFileSync(
    program,
    `import { secretLine } from ${JSON.stringify(new URL('secret-line.ts', import.meta.url).href)};
     import { writeFileSync } from 'node:fs';
     process.on('SIGHUP', () => undefined);
     const { stdin, stderr } = process;
     try {
       const line = await secretLine({ stdin, stderr, signal: new AbortController().signal });
       writeFileSync(${JSON.stringify(join(folder, 'got'))}, 'line ' + line);
     } catch (error) {
       writeFileSync(${JSON.stringify(join(folder, 'got'))}, 'error ' + error.code);
     }
     process.exit();`,
  );
  const child = spawn(findProgram('script')!, ['-qfec', `'${process.execPath}' '${program}'`, '/dev/null'], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  return { child, asked: once(child.stdout, 'data'), ended: once(child, 'exit'), shown: () => shown };
}

async function got(): Promise<string> {
  const path = join(folder, 'got');
  const text = await waitFor('what was typed', () => existsSync(path) && readFileSync(path, 'utf8'));
  rmSync(path);
  return text;
}

const lacks = findProgram('script') === undefined ? 'script (package bsdutils) is not installed' : false;

test('in a real terminal nothing shows, whatever kind of terminal it is', { skip: lacks }, async () => {
  for (const TERM of ['xterm', 'dumb']) {
    const { child, asked, ended, shown } = inTerminal({ TERM });
    await asked;
    for (const key of ['quiet secreX', '\x7f', 't', '\r']) {
      child.stdin.write(key);
      await sleep(30);
    }
    assert.equal(await got(), 'line quiet secret', TERM);
    child.stdin.end();
    await ended;
    assert.match(shown(), /^Password/);
    assert.doesNotMatch(shown(), /quiet/);
  }
});

test('half a password is none when the terminal goes away', { skip: lacks }, async () => {
  const { child, asked } = inTerminal({ TERM: 'xterm' });
  await asked;
  child.stdin.write('partial password only');
  await sleep(100);
  child.kill('SIGKILL');
  assert.equal(await got(), 'error REPERIO_NOT_TYPED');
});
