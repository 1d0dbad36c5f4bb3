import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { served, startTestServer, type TestServer } from '../../../exchange/harvest/test-server.ts';

let store: TestDatabase;
let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'reperio-harvest-cli-'));
const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const children: ChildProcess[] = [];

before(async () => {
  store = await openTestDatabase();
  server = await startTestServer();
  server.records = served(120);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.close();
  await store.release();
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{
    REPERIO_DATA: folder,
    DATABASE_URL: store.url,
    REPERIO_HARVEST_NETWORKS: '127.0.0.0/8',
    NODE_TEST_CONTEXT: undefined,
  },
});
// The server of the test must answer meanwhile.
const reperio = async (...words: readonly string[]): Promise<{ status: number; out: string; err: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [main, ...words], { env: environment() }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    ),
  );
const work = (): ChildProcess => {
  const child = spawn(process.execPath, [main, 'tasks', 'work'], { env: environment(), stdio: 'ignore' });
  children.push(child);
  return child;
};

test('a source is added, tried and harvested; killed in the middle the run goes on at its page', async () => {
  const added = await reperio('harvest', 'add', 'partner', server.base, '--cron', '@yearly', '--as', 'ada');
  assert.equal(added.status, 0, added.err);
  assert.match((await reperio('harvest')).out, /partner +http.*marcxml +0 +0 +never +\d{4}/);
  const tried = await reperio('harvest', 'test', 'partner');
  assert.match(
    tried.out,
    /^Test: it tells of all deletions.*\n.*nothing is written:\n[\s\S]*\ninserted +oai:test:1 +Title 1\n/,
  );
  assert.match((await reperio('harvest', 'test', 'partner', '--marc')).out, /Title 1/);
  const [none] = await store.database.query(sql`SELECT FROM record`);
  assert.equal(none, undefined);
  const said = await reperio('harvest', 'run', 'partner');
  const job = /^Job (\d+): harvest partner/.exec(said.out)![1]!;
  const first = work();
  // It holds on in the middle, so that it is killed there.
  let holds = true;
  server.fault = (words) => holds && server.asked.length > 12 && words.has('resumptionToken');
  await waitFor('some pages', async () => {
    const [row] = await store.database.query<{ count: number }>(
      sql`SELECT count(*)::integer AS count FROM harvest_record`,
    );
    return row!.count >= 40;
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  holds = false;
  server.asked.length = 0;
  const second = work();
  const state = async (): Promise<{ state: string; did: string }> =>
    JSON.parse((await reperio('job', 'show', job, '--json')).out);
  await waitFor('its end', async () => (await state()).state === 'done');
  assert.match((await state()).did, /^Records: 120 inserted\.$/);
  assert.equal(
    server.asked.filter((asked) => asked.includes('metadataPrefix=marcxml')).length,
    0,
    'it did not begin anew',
  );
  const [counted] = await store.database.query<{ count: number }>(sql`SELECT count(*)::integer AS count FROM record`);
  assert.equal(counted!.count, 120);
  assert.match((await reperio('record', 'history', '1')).out, /ada/);
  const again = await reperio('harvest', 'run', 'partner', '--again', '--wait', '--json');
  assert.match(again.out, /120 unchanged/);
  assert.equal(again.status, 0, again.err);
  second.kill('SIGTERM');
  await once(second, 'exit');
  const history = JSON.parse((await reperio('harvest', 'history', 'partner', '--json')).out);
  assert.deepEqual(
    history.map(({ pages, problem }: { pages: number; problem?: string }) => [pages, problem]),
    [
      [12, undefined],
      [12, undefined],
    ],
  );
  assert.match(
    (await reperio('harvest', 'history', 'partner', '--run', '1', '--limit', '1')).out,
    /inserted +record 1 +oai:test:1\n/,
  );
  assert.match((await reperio('harvest', 'history', 'partner', '--identifier', 'oai:test:7')).out, /oai:test:7/);
  assert.match((await reperio('harvest', 'show', 'partner')).out, /records +120, 0 refused/);
  assert.match((await reperio('harvest', 'remove', 'partner')).out, /Its records stay/);
  assert.match((await reperio('jobs', 'schedules')).out, /no schedules/);
});

test('a test says of each record what would become of it, and why; the history says it too', async () => {
  server.records = served(4);
  server.records[2] = { ...server.records[2]!, gone: true, id: 4711 };
  server.records[3] = { ...server.records[3]!, title: 'Other title' };
  const made = await reperio(
    ...[
      'harvest',
      'add',
      'reasons',
      server.base,
      '--drop',
      'title:"Title 2"',
      '--matched',
      'hold',
      '--keep',
      'title:title or title:other',
    ],
  );
  assert.equal(made.status, 0, made.err);
  const { out } = await reperio('harvest', 'test', 'reasons');
  // What would change nothing does not wait.
  assert.match(out, /unchanged +\d+ +oai:test:1 +Title 1\n {2}Record \d+ is the same by OAI identifier oai:test:1\.\n/);
  assert.match(
    out,
    /held +\d+ +oai:test:4 +Other title\n {2}Record \d+ is the same by OAI identifier.*--matched hold\.\n/,
  );
  assert.match(out, /dropped +oai:test:2 +Title 2\n {2}--drop finds it\.\n/);
  assert.match(out, /dropped +oai:test:4711\n {2}It is deleted there, and the library does not have it\.\n/);
  assert.match(out, /`reperio harvest run reasons` harvests it/);
  const { records, page } = server;
  Object.assign(server, { records: served(600), page: 600 });
  const large = await reperio('harvest', 'test', 'reasons', '--json');
  const { records: tried, more } = JSON.parse(large.out);
  assert.deepEqual([tried.length, more], [500, 100]);
  Object.assign(server, { records, page });
  const jobs = work();
  const run = await reperio('harvest', 'run', 'reasons', '--wait');
  jobs.kill('SIGTERM');
  await once(jobs, 'exit');
  const id = JSON.parse((await reperio('harvest', 'history', 'reasons', '--json')).out)[0].id;
  assert.match((await reperio('harvest', 'history', 'reasons', '--run', String(id))).out, /--drop finds it\./, run.err);
});

test('a job that waits to try again says so once, and not each second', async () => {
  const { waitForJobs } = await import('../../wait-for-jobs.ts');
  const [{ id }] = (await store.database.query<{ id: number }>(sql`
    INSERT INTO job (kind, name, state, problem, not_before, attempts) VALUES ('harvest', 'x', 'waiting', 'No answer.', clock_timestamp() + interval '10 s', 1)
    RETURNING id::float8 AS id`)) as [{ id: number }];
  const lines: string[] = [];
  const stop = new AbortController();
  const stderr = { write: (line: string) => lines.push(line) } as unknown as NodeJS.WritableStream;
  const waiting = waitForJobs(store.database, [id], {
    signal: stop.signal,
    stderr: stderr as never,
    print: () => undefined,
  });
  await waitFor('the first line', () => lines.length > 0);
  await store.database.query(sql`UPDATE job SET not_before = clock_timestamp() + interval '5 s' WHERE id = ${id}`);
  await store.database.query(
    sql`UPDATE job SET not_before = clock_timestamp() + interval '3 s', state = 'waiting' WHERE id = ${id}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await store.database.query(sql`DELETE FROM job WHERE id = ${id}`);
  await assert.rejects(waiting);
  assert.deepEqual(
    lines.map((line) => line.replace(/\d+ s/, 'N s')),
    [`Job ${id} waits: N s more: No answer.\n`],
  );
});

test('what is wrong with a source is said before it is kept', async () => {
  const wrong = async (...words: readonly string[]): Promise<string> => {
    const { status, err } = await reperio('harvest', ...words);
    assert.notEqual(status, 0);
    return err;
  };
  const said = await Promise.all([
    wrong('add', 'a b', server.base),
    wrong('add', 'x', 'ftp://x'),
    wrong('add', 'x', server.base, '--table', 'title'),
    wrong('add', 'x', server.base, '--keep', 'nofield:x'),
    wrong('run', 'x'),
    wrong('run', 'x', '--from', 'soon'),
  ]);
  const expected = [/"a b"/, /not the address/, /no "="/, /nofield/, /no source of harvests x/, /"soon" is no date/];
  for (const [place, text] of said.entries()) assert.match(text, expected[place]!);
});
