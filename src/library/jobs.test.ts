import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createSystemd } from '../../test/support/systemd.ts';
import { waitFor } from '../../test/support/wait.ts';
import { contentPath } from '../files/content.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { taskStates } from '../jobs/calendar.ts';
import type { TaskState } from '../jobs/task-state.ts';
import { writeRecords } from '../records/write.ts';
import { defaultSite } from '../site/default.ts';
import { idempotently } from '../store/idempotency.ts';

const program = fileURLToPath(new URL('../../bin/reperio', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reperio-tasks-'));
const systemd = createSystemd(folder);
let store: TestDatabase;

before(async () => {
  store = await openTestDatabase();
  const record = { leader: '', fields: [field('245__', '$aKept'), field('980__', '$aARTICLE')] };
  await writeRecords(store.database, compileAnalyzer(defaultSite()), [{ record, mode: 'insert', reason: 'test' }]);
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  REPERIO_DATA: folder,
  DATABASE_URL: store.url,
});

async function reperio(...words: readonly string[]): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(program, words, { env: environment() }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), text: `${stdout}${stderr}` }),
    );
  });
}

function work(node: string) {
  const child = spawn(program, ['tasks', 'work'], {
    env: {
      ...environment(),
      ...systemd.environment,
      REPERIO_NODE_NAME: node,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void said.push(text));
  return { child, ended: event(child, 'exit'), said };
}

const stateOf = async (name: string): Promise<TaskState> =>
  (await taskStates(store.database)).find((state) => state.name === name)!;

test('before anything was done, the command says who does tasks', async () => {
  const { status, text } = await reperio('tasks', 'status');
  assert.equal(status, 0, text);
  assert.match(text, /`reperio serve` and `reperio tasks work` run them/);
});

test('what has expired goes, and what has not stays', async () => {
  const { database } = store;
  const digest = Buffer.alloc(32, 7);
  for (const key of ['old', 'fresh'])
    await idempotently(database, { scope: 'somebody', key, digest }, async () => ({ answer: key }));
  await database.query(sql`UPDATE done_request SET done = now() - interval '25 hours' WHERE key = 'old'`);
  for (const [id, seen] of [
    ['00000000-0000-4000-8000-000000000001', '25 hours'],
    ['00000000-0000-4000-8000-000000000002', '23 hours'],
  ])
    await database.query(
      sql`INSERT INTO node (id, seen, skew, summary) VALUES (${id}::uuid, now() - ${seen}::interval, 0, '{}')`,
    );
  for (const [hash, expires] of [
    [1, '-1 minute'],
    [2, '1 minute'],
  ] as const)
    await database.query(sql`
      INSERT INTO one_time (hash, kind, data, expires) VALUES (${Buffer.alloc(32, hash)}, 'password', '{}', now() + ${expires}::interval)`);
  const { status, text } = await reperio('tasks', 'run', 'requests', 'nodes', 'access');
  assert.deepEqual(
    { status, text },
    { status: 0, text: 'access: 1 expired row deleted.\nnodes: 1 node removed.\nrequests: 1 answer deleted.\n' },
  );
  const left = await database.query<{ what: string }>(sql`
    SELECT key AS what FROM done_request UNION ALL SELECT id::text FROM node UNION ALL SELECT encode(hash, 'hex') FROM one_time`);
  assert.deepEqual(
    left.map(({ what }) => what),
    ['fresh', '00000000-0000-4000-8000-000000000002', '02'.repeat(32)],
  );
});

test('a damaged document is told of by task, state and exit status it is whole again', async () => {
  const paper = join(folder, 'paper.txt');
  writeFileSync(paper, 'What was kept.');
  assert.equal((await reperio('file', 'add', '1', paper)).status, 0);
  assert.match((await reperio('tasks', 'run', 'files')).text, /^files: 1 file read, 1 MB\.$/m);
  const [row] = await store.database.query<{ digest: string }>(sql`SELECT encode(digest, 'hex') AS digest FROM file`);
  const kept = join(folder, 'files', contentPath(row!.digest));
  chmodSync(kept, 0o600);
  writeFileSync(kept, 'What was lost.');
  await store.database.query(sql`UPDATE content_check SET checked = now() - interval '31 days'`);
  const found = await reperio('tasks', 'run', 'files');
  assert.equal(found.status, 1);
  assert.match(found.text, /^files: 1 file read, 1 MB\. 1 file is missing or damaged: run `reperio file verify`/m);
  const state = await reperio('tasks', 'status');
  assert.equal(state.status, 1);
  assert.match(state.text, /^files +in 60 min .*\n(?:.*\n)*files: 1 file is missing or damaged/m);
  assert.match((await reperio('file', 'verify')).text, /record 1, paper\.txt version 1: its bytes have changed/);
  writeFileSync(kept, 'What was kept.');
  assert.equal((await reperio('file', 'verify')).status, 0);
  assert.deepEqual(await reperio('tasks', 'run', 'files'), { status: 0, text: 'files: 0 files read, 0 MB.\n' });
  assert.equal((await reperio('tasks', 'status')).status, 0);
});

test('a name that is none is refused with the one that was meant', async () => {
  const { status, text } = await reperio('tasks', 'run', 'file');
  assert.equal(status, 2);
  assert.match(text, /files/);
});

test('a host works in the background: of two one is killed over a task, and the other does it; both tell systemd', async () => {
  const { database } = store;
  // Six seconds of reading at the pace of the task.
  const large = join(folder, 'large.bin');
  writeFileSync(large, Buffer.alloc(120_000_000, 1));
  assert.equal((await reperio('file', 'add', '1', large)).status, 0);
  await database.query(sql`UPDATE task SET due = now() - interval '1 minute'`);
  const one = work('one');
  let other: ReturnType<typeof work> | undefined;
  try {
    await waitFor('the start of the task', async () => (await stateOf('files')).running !== null);
    assert.equal((await stateOf('files')).node, 'one');
    other = work('other');
    await waitFor('the other host', () => other!.said.join('').includes('Running periodic tasks.'));
    one.child.kill('SIGKILL');
    await one.ended;
    await waitFor(
      'the interrupted task',
      async () => (await stateOf('files')).problem === 'The process that ran it was stopped before the end.',
    );
    // So that nobody waits for a minute here.
    await database.query(sql`UPDATE task SET due = now() WHERE name = 'files'`);
    await waitFor('the start on the other host', async () => (await stateOf('files')).running !== null);
    other.child.kill('SIGTERM');
    assert.deepEqual(await other.ended, [0, null], other.said.join(''));
    const back = await stateOf('files');
    assert.equal(back.node, 'other');
    assert.ok(back.due <= 0 && back.running === null, 'it is given back');
  } finally {
    one.child.kill('SIGKILL');
    other?.child.kill('SIGKILL');
  }
  const done = await reperio('tasks', 'run', 'files');
  assert.match(done.text, /^files: 1 file read, 120 MB\.$/m);
  assert.match(systemd.tellings()[0]!, /^--ready --pid=\d+$/);
  await waitFor('what systemd is told', () =>
    ['WATCHDOG=1', '--stopping'].every((word) => systemd.tellings().includes(word)),
  );
});
