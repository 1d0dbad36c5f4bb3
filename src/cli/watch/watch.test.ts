import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { enqueueJob } from '../../jobs/queue/enqueue.ts';
import { appendToLog } from '../../jobs/queue/log.ts';
import { requireJob } from '../../jobs/queue/read.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-watch-'));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...{ PATH: process.env['PATH'], HOME: folder, TERM: 'vt100' },
  ...{ REPERIO_DATA: folder, DATABASE_URL: store.url },
});
const ask = (name: string): Promise<number> =>
  store.database.transaction((transaction) => enqueueJob(transaction, { kind: { name: 'load' }, name, person: 'ada' }));
const state = async (id: number): Promise<string> => (await requireJob(store.database, id)).state;
const becomes = (id: number, wanted: string) => waitFor(wanted, async () => (await state(id)) === wanted);

/** `jobs watch` on a terminal of this size, which `script` makes. */
function open(
  columns: number,
  rows: number,
): {
  readonly child: ChildProcess;
  press(keys: string): void;
  all(): string;
  frame(): readonly string[];
  shows(pattern: RegExp): Promise<unknown>;
} {
  const line = `stty cols ${columns} rows ${rows}; exec '${process.execPath}' '${main}' jobs watch`;
  const child = spawn('script', ['-qfec', line, '/dev/null'], { env: environment(), stdio: 'pipe' });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const frame = (): readonly string[] => {
    // The last that is whole.
    const drawn = output.split('\x1b[H').filter((one) => one.includes('\x1b[J'));
    return (drawn.at(-1) ?? '')
      .split('\x1b[J')[0]!
      .replace(/\x1b\[[\d;]*[mK]/g, '')
      .split(/\r+\n/);
  };
  return {
    ...{ child, frame, all: () => output },
    press: (keys) => child.stdin.write(keys),
    shows: (pattern) => waitFor(String(pattern), () => pattern.test(frame().join('\n'))),
  };
}

test('jobs are watched and told what to do by keys, in a narrow and a wide terminal', async () => {
  const { database } = store;
  const first = await ask('first\x1b[2Jfile.xml');
  const second = await ask('second.xml');
  await database.query(
    sql`UPDATE job SET state = 'sleeping', progress = '{"done": 50, "total": 100, "sentence": "half of it"}' WHERE id = ${second}`,
  );
  await appendToLog(database, first, [{ level: 'warn', text: 'Refused: this one', at: new Date() }]);
  const narrow = open(60, 14);
  try {
    await narrow.shows(/second/);
    assert.ok(narrow.frame().every((line) => line.length <= 60));
    assert.equal(narrow.frame().length, 14);
    assert.match(narrow.frame().join('\n'), /\[2 Active: 2\]/);
    assert.match(narrow.frame().join('\n'), /\[#####\.\.\.\.\.\] {2}second\.xml: 50 %, half of it/);
    assert.ok(!narrow.all().includes('first\x1b[2J'), 'what names say is no command');
    narrow.press('s');
    await becomes(first, 'sleeping');
    narrow.press('w');
    await becomes(first, 'waiting');
    narrow.press('n5x0\r');
    await waitFor('the priority', async () => (await requireJob(database, first)).priority === 50);
    narrow.press('n9999\r');
    await narrow.shows(/"9999" is no priority/);
    narrow.press('l');
    await narrow.shows(/Log of job[\s\S]*warning: Refused: this one/);
    narrow.press('q');
    await narrow.shows(/JOB +STATE/);
    narrow.press('\x1b[B\x1b[B');
    narrow.press('tn');
    narrow.press('ty');
    await becomes(second, 'stopped');
    assert.equal(await state(first), 'waiting');
    await narrow.shows(/\[2 Active: 1\]/);
    narrow.press('1');
    await narrow.shows(/\[1 Done: 1\][\s\S]*second/);
    narrow.press('dy');
    await narrow.shows(/There are no such jobs/);
    await assert.rejects(state(second), /no job/);
    narrow.press('q');
    const [status] = await once(narrow.child, 'exit');
    assert.equal(status, 0);
    assert.match(narrow.all(), /\x1b\[\?25h\x1b\[\?1049l/, 'the terminal is as it was');
  } finally {
    narrow.child.kill();
  }
  const wide = open(140, 30);
  try {
    await wide.shows(/JOB +KIND +WHAT +BY +STATE +PRIORITY/);
    assert.match(wide.frame().join('\n'), /first.*ada +waiting +50/);
    wide.press('k');
    await wide.shows(/is waiting, so it cannot be acknowledged/);
    wide.press('?');
    await wide.shows(/begin it before all others/);
    wide.press('\x03');
    assert.equal((await once(wide.child, 'exit'))[0], 0);
  } finally {
    wide.child.kill();
  }
});

test('without a terminal it says so', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, 'jobs', 'watch'], {
    env: environment(),
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /draws on a terminal/);
});
