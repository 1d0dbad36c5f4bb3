import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { gcKinds } from '../../maintain/gc/kinds.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-gc-command-'));
const letter = join(folder, 'outbox/a.eml');
let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
  mkdirSync(join(folder, 'outbox'));
  writeFileSync(letter, 'Dear ada');
  utimesSync(letter, 1_700_000_000, 1_700_000_000);
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function gc(...words: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(['gc', ...words], {
    environment: { DATABASE_URL: store.url, REPERIO_DATA: folder },
    ...{ stdin: Readable.from([]), stdout, stderr, colour: false },
    ...{ signal: new AbortController().signal, onHangup: () => undefined },
  });
  stdout.end();
  stderr.end();
  return { status, out: await text(stdout), problem: await text(stderr) };
}

test('a dry run says what would go and by which rule, and what others remove; it changes nothing', async () => {
  const { status, out } = await gc('--dry-run');
  assert.equal(status, 0);
  assert.match(out, /^KIND +COUNT +SIZE +OLDEST +RULE$/m);
  assert.match(out, /^outbox +1 +1 kB +2023-11-14 +older than 30 days$/m);
  assert.match(out, /^1 thing, 1 kB would be removed\.$/m);
  assert.match(out, /^Others remove sessions, links and registrations \(task access\), /m);
  for (const { name } of gcKinds.filter(({ age }) => age !== 'asked')) assert.match(out, new RegExp(`^${name} `, 'm'));
  assert.ok(existsSync(letter));
});

test('kinds that are named are removed, and the answer is JSON for programs', async () => {
  assert.equal((await gc('tasks', 'tokens')).out.trimEnd().split('\n').at(-1), 'Nothing was removed.');
  assert.ok(existsSync(letter));
  const { status, out } = await gc('outbox', '--older-than', '1w', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(out), {
    dryRun: false,
    kinds: [
      {
        ...{ kind: 'outbox', count: 1, bytes: 8, oldest: '2023-11-14T22:13:20.000Z', rule: 'older than 7 days' },
        ...{ note: null, problem: null },
      },
    ],
  });
  assert.ok(!existsSync(letter));
});

test('what is typed wrong is refused with what was meant, and nothing is removed', async () => {
  for (const [words, expected] of [
    [['document'], /Did you mean documents\?/],
    [['outbox', '--older-than', 'long'], /--older-than is "long", which is no time/],
    [['--older-than', '3d'], /without a kind/],
    [['documents', '--older-than', '59min'], /59 minutes, and for documents it must be 1 hour at least/],
    [['revisions'], /only when an age is given/],
    [['database-log', '--older-than', '3d'], /does not go by age/],
  ] as const) {
    const { status, problem } = await gc(...words);
    assert.equal(status, 2, problem);
    assert.match(problem, expected);
  }
});

test('exit status 1: something could not be removed, and the other kinds were', async () => {
  writeFileSync(letter, 'Dear ada');
  utimesSync(letter, 1_700_000_000, 1_700_000_000);
  // A folder of files that is not ours: the library has a file, and there is no mark.
  await store.database.query(sql`
    WITH made AS (INSERT INTO document (record_id, name) VALUES (1, 'paper') RETURNING id)
    INSERT INTO file (document_id, version, format, digest, bytes) SELECT id, 1, 'pdf', ${Buffer.alloc(32)}, 1 FROM made`);
  rmSync(join(folder, 'files'), { recursive: true, force: true });
  const { status, out } = await gc();
  assert.equal(status, 1);
  assert.match(out, /^documents: The folder of files, .* cannot be used/m);
  assert.match(out, /^1 thing, 1 kB removed\.$/m);
  assert.ok(!existsSync(letter));
});
