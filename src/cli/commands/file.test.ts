import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-file-'));
let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
  await type(['load', '-'], '<record><datafield tag="245"><subfield code="a">A thesis</subfield></datafield></record>');
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function type(
  words: readonly string[],
  input = '',
  wanted = 0,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(words, {
    environment: { DATABASE_URL: store.url, REPERIO_DATA: folder },
    stdin: Readable.from([Buffer.from(input)]),
    ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  });
  stdout.end();
  stderr.end();
  const answer = { status, stdout: await text(stdout), stderr: await text(stderr) };
  assert.equal(status, wanted, answer.stderr);
  return answer;
}

test('adding the same file again says that nothing changed, or for whom it now is', async () => {
  const path = join(folder, 'thesis.pdf');
  writeFileSync(path, 'some bytes');
  const add = async (...options: readonly string[]) => (await type(['file', 'add', '1', path, ...options])).stdout;
  assert.match(await add(), /^thesis\.pdf: version 1, 10 bytes, [0-9a-f]{64}\n$/);
  assert.match(await add(), /^thesis\.pdf: unchanged, version 1, 10 bytes, /);
  assert.match(await add('--status', 'draft'), /^thesis\.pdf: same bytes, version 1, .*, now for: draft\n$/);
  assert.match(await add('--status', 'draft'), /^thesis\.pdf: unchanged, version 1, /);
  assert.match(await add('--status', ''), /now for: everybody\n$/);
});

test('a file is removed, whole or one version of it; a dry run only says so', async () => {
  const path = join(folder, 'notes.txt');
  for (const bytes of ['one', 'two']) {
    writeFileSync(path, bytes);
    await type(['file', 'add', '1', path]);
  }
  const all = 'notes.txt: versions 1, 2 would be removed from record 1.\n';
  assert.equal((await type(['file', 'remove', '1', 'notes.txt', '--dry-run'])).stdout, all);
  const first = await type(['file', 'remove', '1', 'notes.txt', '--version', '1', '--as', 'ada']);
  assert.equal(first.stdout, 'notes.txt: version 1 was removed from record 1.\n');
  assert.match((await type(['file', 'list', '1'])).stdout, /^\* notes\.txt +version 2 /m);
  const some = await type(['file', 'remove', '1', 'notes.txt', 'no.txt', '--json'], '', 1);
  assert.deepEqual(JSON.parse(some.stdout), { removed: [{ record: 1, name: 'notes.txt', versions: [2] }] });
  assert.match(some.stderr, /Record 1 has no file "no\.txt"/);
  assert.match((await type(['file', 'remove', '1', 'notes.txt', '--dry-run'], '', 2)).stderr, /has no file/);
  assert.doesNotMatch((await type(['file', 'list', '1'])).stdout, /notes/);
});
