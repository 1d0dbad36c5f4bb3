import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openTestDatabase } from '../../../test/support/database.ts';
import { runCommandLine } from '../run.ts';

test('the level of the site is said with its message, and with a time only where one was given', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-level-command-'));
  const store = await openTestDatabase();
  const type = async (...words: readonly string[]): Promise<string> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const status = await runCommandLine(['site', 'level', ...words], {
      environment: { DATABASE_URL: store.url, REPERIO_DATA: folder },
      stdin: Readable.from([]),
      ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
    });
    stdout.end();
    stderr.end();
    assert.equal(status, 0, await text(stderr));
    return (await text(stdout)).trim();
  };
  try {
    assert.equal(await type('read-only', '--message', 'New servers'), 'read-only: New servers');
    assert.equal(await type('closed', '--retry-after', '3600'), 'closed, back in 3600 s: New servers');
    assert.equal(await type('open'), 'open');
  } finally {
    await store.release();
    rmSync(folder, { recursive: true, force: true });
  }
});
