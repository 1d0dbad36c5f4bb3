import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { isWhole } from '../../test/support/scale.ts';
import { waitFor } from '../../test/support/wait.ts';
import type { JobView } from '../jobs/queue/job.ts';
import { requireJob } from '../jobs/queue/read.ts';
import { type JobWish, wishOfJob } from '../jobs/queue/wishes.ts';

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-job-kinds-'));
const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const total = 2_000;

before(async () => {
  store = await openTestDatabase();
  const record = (number: number, more = ''): string =>
    `<record>${more}<datafield tag="245" ind1=" " ind2=" "><subfield code="a">Title ${number}</subfield></datafield></record>\n`;
  const all = Array.from({ length: total }, (_, place) => record(place + 1)).join('');
  writeFileSync(join(folder, 'records.xml'), `<collection>${all}</collection>`);
  const wrong = record(0, '<controlfield tag="001">77</controlfield><controlfield tag="001">78</controlfield>');
  writeFileSync(join(folder, 'wrong.xml'), `<collection>${record(1)}${wrong}</collection>`);
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_BATCH_SIZE: '100', NODE_TEST_CONTEXT: undefined },
});
const reperio = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [main, ...words], {
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const startWork = (): ChildProcess =>
  spawn(process.execPath, [main, 'tasks', 'work'], { env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });
const look = (id: number): Promise<JobView> => requireJob(store.database, id);

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  // Of one that ended by itself no end is told any more.
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, 'exit');
  child.kill(signal);
  await end;
}

async function records(): Promise<number> {
  const [row] = await store.database.query<{ count: number }>(sql`SELECT count(*)::int AS count FROM record`);
  return row!.count;
}

test('a load that is a job is done by another process, also when that is killed in it, with each record once', async () => {
  const said = reperio('job', 'add', 'load', join(folder, 'records.xml'), '--as', 'ada');
  const id = Number(/^Job (\d+): load records\.xml/.exec(said)?.[1]);
  rmSync(join(folder, 'records.xml'));
  const first = startWork();
  await waitFor('some batches', async () => (await records()) > 300);
  await stop(first, 'SIGKILL');
  assert.ok((await records()) < total, 'it was killed in the middle');
  const second = startWork();
  try {
    const job = await waitFor('its end', async () => {
      const found = await look(id);
      return found.ended === null ? undefined : found;
    });
    assert.deepEqual([job.state, job.problem, await records()], ['done', null, total]);
    assert.match(reperio('job', 'log', String(id)), /goes on after record \d+/);
    assert.match(reperio('jobs'), /load +records\.xml +ada +done/);
    assert.match(reperio('record', 'history', '1'), /ada/);
    writeFileSync(join(folder, 'feed.xml'), '<collection/>');
    const planned = reperio('job', 'add', 'load', join(folder, 'feed.xml'), '--cron', '@yearly');
    const schedule = /^Schedule (\d+): load feed\.xml, next \d{4}-/.exec(planned)![1]!;
    await store.database.query(sql`UPDATE job_schedule SET next = now()`);
    await store.database.query(sql`SELECT pg_notify('reperio_job', '')`);
    await waitFor('its job', () => JSON.parse(reperio('jobs', 'schedules', '--json'))[0].lastState === 'done');
    assert.match(reperio('jobs', 'schedules'), /load +feed\.xml +@yearly +\d{4}-/);
    assert.equal(reperio('job', 'unschedule', schedule), `Schedule ${schedule} is deleted.\n`);
    assert.match(reperio('jobs', 'schedules'), /no schedules/);
    const wrong = spawnSync(process.execPath, [main, 'job', 'add', 'load', join(folder, 'wrong.xml'), '--wait'], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.equal(wrong.status, 1, wrong.stderr);
    assert.match(wrong.stdout, /1 inserted, 0 replaced, 1 refused\. 1 was refused/);
    assert.match(reperio('job', 'log', String(id + 2)), /warning: Refused: .*001/);
  } finally {
    await stop(second, 'SIGTERM');
  }
});

test('an upload with documents that is killed in it goes on: each record and each document is there once', {
  skip: isWhole ? false : 'npm run test:all',
}, async () => {
  mkdirSync(join(folder, 'inbox'), { recursive: true });
  const some = 300;
  const record = (number: number): string => {
    const path = join(folder, 'inbox', `file${number}.txt`);
    writeFileSync(path, `content ${number} ${'x'.repeat(200_000)}`);
    return `<record><datafield tag="245" ind1=" " ind2=" "><subfield code="a">D${number}</subfield></datafield><datafield tag="FFT" ind1=" " ind2=" "><subfield code="a">${path}</subfield><subfield code="i">TMP:${number}</subfield></datafield>${number === 0 ? '' : `<datafield tag="BDR" ind1=" " ind2=" "><subfield code="i">TMP:${number - 1}</subfield><subfield code="j">TMP:${number}</subfield><subfield code="t">next</subfield></datafield>`}</record>\n`;
  };
  const file = join(folder, 'documents.xml');
  writeFileSync(file, `<collection>${Array.from({ length: some }, (_, place) => record(place)).join('')}</collection>`);
  const before = await records();
  const id = Number(/^Job (\d+)/.exec(reperio('job', 'add', 'load', file))![1]);
  // Each is killed a little further on, wherever it is then: fetching, attaching, between both.
  for (const part of [20, 90, 170]) {
    const worker = startWork();
    await waitFor(`${part} records`, async () => (await records()) > before + part);
    await stop(worker, 'SIGKILL');
    // It is no fault of the job.
    await store.database.query(sql`UPDATE job SET attempts = 0 WHERE id = ${id}`);
  }
  assert.ok((await records()) < before + some, 'it was killed in the middle');
  const last = startWork();
  try {
    await waitFor('its end', async () => (await look(id)).state === 'done');
  } finally {
    await stop(last, 'SIGTERM');
  }
  assert.equal(await records(), before + some);
  const rows = await store.database.query<object>(sql`
    SELECT (SELECT count(*)::int FROM document) AS documents, (SELECT count(*)::int FROM file) AS files,
      (SELECT count(DISTINCT digest)::int FROM file) AS contents, (SELECT count(*)::int FROM document_relation) AS relations,
      (SELECT count(*)::int FROM record WHERE marc LIKE '%/files/file%') AS linked, (SELECT max(version)::int FROM file) AS version`);
  assert.deepEqual(rows, [
    { documents: some, files: some, contents: some, relations: some - 1, linked: some, version: 1 },
  ]);
  assert.match(reperio('file', 'verify'), new RegExp(`^${some} files, .*all match`));
});

test('a load sleeps, goes on, and gives way to a more urgent one, with each record once', async () => {
  const many = 3 * total;
  const file = join(folder, 'more.xml');
  const record = (number: number): string =>
    `<record><controlfield tag="001">m${number}</controlfield><controlfield tag="003">M</controlfield><datafield tag="245" ind1=" " ind2=" "><subfield code="a">More ${number}</subfield></datafield></record>\n`;
  writeFileSync(file, `<collection>${Array.from({ length: many }, (_, place) => record(place)).join('')}</collection>`);
  const urgent = join(folder, 'urgent.xml');
  writeFileSync(urgent, `<collection>${record(-1)}</collection>`);
  const before = await records();
  const ask = (...words: readonly string[]): number => {
    const said = reperio('job', 'add', 'load', ...words, '--mode', 'insert-or-replace');
    return Number(/^Job (\d+)/.exec(said)![1]);
  };
  const want = (id: number, wish: JobWish) =>
    store.database.transaction((transaction) => wishOfJob(transaction, id, wish));
  const becomes = (id: number, state: string) => waitFor(state, async () => (await look(id)).state === state);
  const soon = ask(urgent, '--at', '+5h');
  const id = ask(file);
  const worker = startWork();
  try {
    await waitFor('some batches', async () => (await records()) > before + 100);
    await want(id, 'sleep');
    await becomes(id, 'sleeping');
    const slept = await records();
    assert.ok(slept < before + many, 'it sleeps in the middle');
    await want(id, 'wake');
    await waitFor('more of it', async () => (await records()) > slept);
    await want(soon, 'run-now');
    await becomes(soon, 'done');
    assert.equal((await look(id)).attempts, 0);
    await becomes(id, 'done');
    assert.equal(await records(), before + many + 1);
    assert.match(
      reperio('job', 'log', String(id)),
      /So far: [\s\S]*sleeps[\s\S]*gives way[\s\S]*goes on after record[\s\S]*since it was taken up again/,
    );
  } finally {
    await stop(worker, 'SIGTERM');
  }
});

test('what is wrong with a job is said before it is asked for', () => {
  const fails = (...words: readonly string[]): string => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'job', ...words], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.equal(status, 2, stderr);
    return stderr;
  };
  assert.match(fails('add', 'load', join(folder, 'nowhere.xml')), /nowhere\.xml/);
  assert.match(fails('add', 'load', join(folder, 'wrong.xml'), '--window', 'sometimes'), /"sometimes" says no hours/);
  assert.match(fails('add', 'load', join(folder, 'wrong.xml'), '--at', 'soon'), /"soon" is no time/);
  assert.match(fails('add', 'load', join(folder, 'wrong.xml'), '--cron', 'x'), /"x" is no cron expression/);
  assert.match(fails('add', 'load', join(folder, 'wrong.xml'), '--every', '1d', '--wait'), /--every and --wait/);
  assert.match(fails('add', 'load', join(folder, 'wrong.xml'), '--mode', 'inser'), /insert/);
  assert.match(fails('add', 'dance', join(folder, 'wrong.xml')), /load/);
});
