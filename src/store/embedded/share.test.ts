import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { UserError } from '../../errors/errors.ts';
import { connect } from '../database.ts';
import { runningServer, stopServer } from './cluster.ts';
import { type Layout, layoutOf } from './layout.ts';
import { joinServer, waitingText } from './share.ts';

const options = { poolSize: 1, connectTimeout: 10_000, statementTimeout: 60_000, lockTimeout: 0 };
const root = mkdtempSync(join(tmpdir(), 'reperio-share-'));
// With a space, which every path may have.
const dataFolder = join(root, 'data folder');
const layout = layoutOf(dataFolder);
before(async () => (await joinServer(layout)).release());
after(async () => {
  await stopServer(layout);
  rmSync(root, { recursive: true, force: true });
});

/** A process that uses the server until its standard input ends. */
async function startUser(): Promise<ChildProcess> {
  const program = `
    import { joinServer } from ${JSON.stringify(new URL('share.ts', import.meta.url).href)};
    import { layoutOf } from ${JSON.stringify(new URL('layout.ts', import.meta.url).href)};
    const server = await joinServer(layoutOf(${JSON.stringify(dataFolder)}));
    console.log('joined');
    process.stdin.resume().once('end', () => server.release());`;
  const user = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const joined = await Promise.race([once(user.stdout, 'data').then(() => true), once(user, 'exit').then(() => false)]);
  assert.ok(joined, 'the user could not join the server');
  return user;
}

async function leave(user: ChildProcess): Promise<void> {
  const exit = once(user, 'exit');
  user.stdin?.end();
  assert.deepEqual(await exit, [0, null]);
}

async function kill(user: ChildProcess): Promise<void> {
  const exit = once(user, 'exit');
  user.kill('SIGKILL');
  await exit;
}

async function untilStopped(of: Layout): Promise<void> {
  await waitFor('the end of the server', () => runningServer(of) === undefined && !existsSync(of.guard));
}

test('a wait says what it is for: a start, another command, and recovery only when there is one', async () => {
  assert.equal(waitingText(layoutOf(join(root, 'nothing yet'))), 'Starting the embedded database ...');
  assert.equal(waitingText(layout), 'Starting the embedded database ...', 'it was stopped properly');
  const user = await startUser();
  assert.match(waitingText(layout), /^Waiting for another command/);
  await leave(user);
  // The control file as it is while a server recovers: too short a moment to be met.
  const crashed = layoutOf(join(root, 'crashed'));
  cpSync(join(layout.data, 'global', 'pg_control'), join(crashed.data, 'global', 'pg_control'));
  const control = readFileSync(join(crashed.data, 'global', 'pg_control'));
  assert.equal(control.readInt32LE(16), 1, 'shut down');
  control.writeInt32LE(4, 16);
  writeFileSync(join(crashed.data, 'global', 'pg_control'), control);
  assert.match(waitingText(crashed), /recovering/);
});

test('users that start at the same moment share one server, and the last one out stops it', async () => {
  const users = await Promise.all([startUser(), startUser(), startUser()]);
  const server = runningServer(layout);
  assert.ok(server);
  const [first, ...others] = users;
  if (first) await leave(first);
  assert.equal(runningServer(layout)?.pid, server.pid);
  await Promise.all(others.map(leave));
  assert.equal(runningServer(layout), undefined);
  assert.equal(existsSync(layout.guard), false);
});

test('a user that was killed holds the server up no longer, and takes it from nobody', async () => {
  const [one, two] = await Promise.all([startUser(), startUser()]);
  const server = runningServer(layout);
  await kill(one);
  await sleep(1_500);
  assert.equal(runningServer(layout)?.pid, server?.pid);
  await leave(two);
  assert.equal(runningServer(layout), undefined);
});

test('when all users were killed the guard stops the server', async () => {
  const users = await Promise.all([startUser(), startUser()]);
  await Promise.all(users.map(kill));
  await waitFor('the end of the server', () => runningServer(layout) === undefined);
});

test('leaving and joining at once never takes the server from a user', async () => {
  for (let round = 0; round < 5; round++) {
    const leaving = await startUser();
    const [, joining] = await Promise.all([leave(leaving), startUser()]);
    const server = await joinServer(layout);
    const database = connect(server.url, options);
    assert.deepEqual(await database.query(sql`SELECT 1 AS one`), [{ one: 1 }]);
    await database.close();
    await Promise.all([leave(joining), server.release()]);
    assert.equal(runningServer(layout), undefined);
  }
});

test('what was committed is there after the server was killed, and what a crash leaves behind stops no start', async () => {
  const first = await joinServer(layout);
  const before = connect(first.url, options);
  await before.query(sql`CREATE TABLE kept (x integer)`);
  await before.query(sql`INSERT INTO kept VALUES (42)`);
  const server = runningServer(layout);
  assert.ok(server);
  process.kill(server.pid, 'SIGKILL');
  await waitFor('the end of the server', () => runningServer(layout) === undefined);
  await before.close();
  await first.release();
  // The number of the dead server, given to another process.
  writeFileSync(
    join(layout.data, 'postmaster.pid'),
    `${process.pid}\n${layout.data}\n1\n5432\n/nowhere\n\n1 1\nready   \n`,
  );
  mkdirSync(join(layout.folder, 'data.unfinished-left'));
  const second = await joinServer(layout);
  const again = connect(second.url, options);
  assert.deepEqual(await again.query(sql`SELECT x FROM kept`), [{ x: 42 }]);
  await again.close();
  await second.release();
});

test('a data folder whose path is too long for a socket works', async () => {
  const long = layoutOf(join(root, 'x'.repeat(100)));
  const server = await joinServer(long);
  const database = connect(server.url, options);
  assert.deepEqual(await database.query(sql`SELECT current_database() AS name`), [{ name: 'reperio' }]);
  await database.close();
  const folder = runningServer(long)?.socketFolder ?? '';
  assert.ok(existsSync(folder));
  await server.release();
  await untilStopped(long);
  assert.equal(existsSync(folder), false);
});

test('a configuration that stops the server from starting is told with its reason', async () => {
  const file = join(layout.folder, 'postgresql.local.conf');
  writeFileSync(file, "max_connections = 'many'\n");
  await assert.rejects(joinServer(layout), { code: 'REPERIO_EMBEDDED_FAILED' });
  rmSync(file);
  await (await joinServer(layout)).release();
});

test('after a crash the lock beside the socket may have the number of anybody: the server starts all the same', async () => {
  const first = await joinServer(layout);
  const { pid } = runningServer(layout)!;
  process.kill(pid, 'SIGKILL');
  await first.release();
  const socket = join(layout.folder, 'socket');
  const lines = `${process.pid}\n${layout.data}\n0\n5432\n${socket}\n`;
  writeFileSync(join(socket, '.s.PGSQL.5432.lock'), lines);
  const again = await joinServer(layout);
  const database = connect(again.url, options);
  assert.equal((await database.query(sql`SELECT 1 AS one`)).length, 1);
  await database.close();
  await again.release();
});

test('a command right after the server was killed waits until it is gone, time after time', async () => {
  for (let times = 0; times < 5; times++) {
    const user = await startUser();
    process.kill(runningServer(layout)!.pid, 'SIGKILL');
    const next = await joinServer(layout);
    await kill(user);
    await next.release();
  }
});

test('a socket that was cleaned away is named, with what to do', async () => {
  const user = await joinServer(layout);
  rmSync(join(layout.folder, 'socket'), { recursive: true });
  await assert.rejects(
    joinServer(layout),
    (error) => error instanceof UserError && /socket .* is gone/.test(error.message),
  );
  await user.release();
  await untilStopped(layout);
  await (await joinServer(layout)).release();
});

test('where a library had its database, no empty one is made in its place, but by a restore', async () => {
  const isLost = (error: unknown): boolean =>
    error instanceof UserError && error.code === 'REPERIO_EMBEDDED_LOST' && error.message.includes(folder);
  const folder = join(root, 'lost');
  const lost = layoutOf(folder);
  // What a killed initdb leaves is no library yet.
  mkdirSync(join(lost.folder, 'data.unfinished-left'), { recursive: true });
  await (await joinServer(lost)).release();
  await untilStopped(lost);
  rmSync(lost.data, { recursive: true });
  await assert.rejects(joinServer(lost), isLost);
  mkdirSync(lost.data);
  await assert.rejects(joinServer(lost), isLost);
  rmSync(lost.folder, { recursive: true });
  await assert.rejects(joinServer(lost), isLost);
  await (await joinServer(lost, { anew: true })).release();
  await untilStopped(lost);
  await (await joinServer(lost)).release();
  await untilStopped(lost);
});

test('a data folder of an older release is known for one by its node and its index', async () => {
  for (const sign of ['node-id', join('index', 'some.segment')]) {
    const folder = mkdtempSync(join(root, 'older-'));
    mkdirSync(join(folder, 'index'));
    writeFileSync(join(folder, sign), '');
    await assert.rejects(joinServer(layoutOf(folder)), { code: 'REPERIO_EMBEDDED_LOST' });
    assert.equal(existsSync(layoutOf(folder).data), false);
  }
});

test('a database folder that goes while the server runs is missed by the next start, not replaced', async () => {
  const gone = layoutOf(join(root, 'gone'));
  const user = await joinServer(gone);
  const { pid } = runningServer(gone)!;
  rmSync(gone.data, { recursive: true });
  process.kill(pid, 'SIGKILL');
  await waitFor('the end of the server', () => runningServer(gone) === undefined);
  await assert.rejects(user.revive(), { code: 'REPERIO_EMBEDDED_LOST' });
  await user.release();
});

test('a data folder that is no database is not taken for none', async () => {
  const other = layoutOf(join(root, 'other'));
  mkdirSync(other.data, { recursive: true });
  writeFileSync(join(other.data, 'something'), '');
  await assert.rejects(
    joinServer(other),
    (error) => error instanceof UserError && /not a PostgreSQL database/.test(error.message),
  );
});
