import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-checks-'));
let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function type(words: readonly string[], input = '', wanted = 0): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(words, {
    environment: { DATABASE_URL: store.url, REPERIO_DATA: folder },
    stdin: Readable.from([Buffer.from(input)]),
    ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  });
  stdout.end();
  stderr.end();
  const said = `${await text(stdout)}${await text(stderr)}`;
  assert.equal(status, wanted, said);
  return said;
}

const site = `extends: default
site: {name: Checked}
checks:
  - {name: doi-form, what: doi, fix: propose}
`;
const odd = `=245  10$aOdd
=024  7\\$ahttps://doi.org/10.5555/ABC$2doi
`;

test('a dry run of a fix leaves open what was found; terminals find it by finding:', async () => {
  await type(['site', 'apply', '-'], site);
  await type(['load', '-'], odd);
  await type(['checks', 'run']);
  const open = () => type(['checks', 'findings', 'doi-form']);
  assert.match(await type(['checks', 'fix', 'doi-form', '--dry-run']), /Change set 1: 1 of 1 .*1 time in 1 record\n/s);
  assert.match(await open(), /record 1 .*can be fixed/);
  assert.match(await type(['record', 'export', '--query', 'finding:*', '--format', 'marcxml']), /Odd/);
  assert.match(await type(['checks', 'fix', 'doi-form']), /Job 1 applies change set 2/);
  assert.match(await open(), /Nothing was found/);
  assert.match(await type(['checks', 'ignore', '999']), /^Nothing has changed: there is no such finding/);
});

test('a number of another library that waits is none of ours when it is accepted', async () => {
  const foreign = '=001  1\n=245  10$aForeign\n';
  await type(['load', '-', '--mode', 'hold', '--source', 'partner'], foreign);
  const [, number = ''] = /^ *(\d+) +new /m.exec(await type(['held', 'list'])) ?? [];
  assert.match(await type(['held', 'accept', number]), /record 2 inserted/);
  assert.match(await type(['record', 'show', '1']), /Odd/);
  assert.match(await type(['record', 'show', '2']), /\(partner\)1/);
});

test('what was loaded with --mode hold says that it would be the whole record; no number is a crash', async () => {
  await type(['load', '-', '--mode', 'hold'], '=001  1\n=852  \\\\$bAnnex\n');
  assert.match(await type(['held', 'show', '2']), /held accept 2 makes this the whole record.*--mode append/s);
  await type(['held', 'accept', '2', '--mode', 'append']);
  assert.match(await type(['record', 'show', '1']), /Odd.*Annex/s);
  assert.match(await type(['held', 'show', '2']), /decided by operator: what was sent/);
  for (const wrong of ['99999999999999999999', 'x'])
    assert.match(await type(['held', 'show', wrong], '', 1), new RegExp(`No upload with number ${wrong} waits`));
});
