import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { applySite } from '../../library/apply-site.ts';
import { runCommandLine } from '../run.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-doi-cli-'));
before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function type(...words: readonly string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const world = {
    ...{ environment: { REPERIO_DATA: folder, DATABASE_URL: store.url }, stdin: Readable.from([]), stdout, stderr },
    ...{ colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  };
  assert.equal(await runCommandLine([...words], world), 0);
  stdout.end();
  return await text(stdout);
}

test('a list without DOIs says so, and what to type', async () => {
  const site = 'extends: default\nsite: {name: A, languages: [en], admin: a@b.example}\n';
  await applySite(store.database, site);
  assert.match(await type('doi', 'list'), /site file.*`dois`/);
  await applySite(store.database, `${site}dois: {prefix: 10.5072}\n`);
  assert.match(await type('doi', 'list'), /has made no DOIs\. `reperio doi reserve RECORD` makes one/);
  assert.match(await type('doi', 'list', '--problems'), /No DOI has a problem/);
});
