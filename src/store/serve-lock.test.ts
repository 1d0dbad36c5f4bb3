import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockServe } from './serve-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a second serve on one data folder is refused, naming the first by pid and port', async () => {
  const first = await lockServe(folder, 0);
  first.announce(8123);
  await assert.rejects(lockServe(folder, 8080), (error: Error) => {
    assert.match(error.message, new RegExp(`process ${process.pid} on port 8123`));
    return true;
  });
  first.release();
  const next = await lockServe(folder, 8080);
  next.release();
});

test('the lock of a serve that was killed holds nobody back', async () => {
  const program = `
    import { lockServe } from ${JSON.stringify(new URL('serve-lock.ts', import.meta.url).href)};
    await lockServe(${JSON.stringify(folder)}, 8124);
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await assert.rejects(lockServe(folder, 8080), new RegExp(`process ${child.pid} on port 8124`));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await lockServe(folder, 8080);
  next.release();
});
