import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createSystemd } from '../../test/support/systemd.ts';
import { waitFor } from '../../test/support/wait.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { indexStatus } from '../index/status.ts';
import { writeRecords } from '../records/write.ts';
import { defaultSite } from '../site/default.ts';

const program = fileURLToPath(new URL('../../bin/reperio', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reperio-follow-'));
const systemd = createSystemd(folder);
let store: TestDatabase;

/** As many versions outside of segments as are folded at once. */
const records = 600;

before(async () => {
  store = await openTestDatabase();
  const analyzer = compileAnalyzer(defaultSite());
  const record = { leader: '', fields: [field('245__', '$aFollowed'), field('980__', '$aARTICLE')] };
  for (let at = 0; at < records; at += 100)
    await writeRecords(
      store.database,
      analyzer,
      Array.from({ length: 100 }, () => ({ record, mode: 'insert', reason: 'test' }) as const),
    );
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

test('a host without readers looks after the index, tells systemd how it is, and ends when it is told to', async () => {
  assert.equal((await indexStatus(store.database, join(folder, 'index'))).deltas, records);
  const child = spawn(program, ['index', 'follow'], {
    env: {
      ...process.env,
      ...systemd.environment,
      REPERIO_DATA: folder,
      DATABASE_URL: store.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void said.push(text));
  const ended = once(child, 'exit');
  try {
    await waitFor(
      'an index without deltas, and a sign of life',
      async () =>
        (await indexStatus(store.database, join(folder, 'index'))).deltas === 0 &&
        systemd.tellings().includes('WATCHDOG=1'),
    );
  } finally {
    child.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null], said.join(''));
  assert.match(said.join(''), /Maintaining the index\./);
  assert.match(said.join(''), new RegExp(`Wrote ${records} changes to an index segment`));
  assert.match(systemd.tellings()[0]!, /^--ready --pid=\d+$/);
  await waitFor('the word that it stops', () => systemd.tellings().at(-1) === '--stopping');
});

test('a data folder that cannot be written is told in a sentence with what to do, and is no bug', async () => {
  writeFileSync(join(folder, 'file'), '');
  // Root may write anywhere, but not into a file.
  const child = spawn(program, ['index', 'follow'], {
    env: { ...process.env, REPERIO_DATA: join(folder, 'file', 'data'), DATABASE_URL: store.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(status, 1, said);
  assert.match(said, /^error: .* cannot be written: ENOTDIR/);
  assert.match(said, /\nhint: .*REPERIO_DATA/);
});
