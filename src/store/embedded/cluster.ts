import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import { giveToFolderOwner } from '../file-lock.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { includeLines, serverConfiguration } from './configuration.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import { databaseName, databaseUser, type Layout, type PidFile, preferredSocketFolder, readPidFile } from './layout.ts';

/** Making, starting and stopping one server. Whoever calls these holds the gate. */

const unfinishedPrefix = 'data.unfinished-';
const logLimit = 10 * 1024 * 1024;
const fastStopLimit = 60_000;
const hardStopLimit = 20_000;
/** Reading back a large write-ahead log after a crash takes minutes. */
const startLimit = 600_000;

/** The server that runs on this data, found by process id and by what that process was started as, so that a number used again misleads nobody. */
export function runningServer(layout: Layout): PidFile | undefined {
  const file = readPidFile(layout);
  return file && isServer(file.pid, layout) ? file : undefined;
}

function isServer(pid: number, layout: Layout): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(layout.data) && words.some((word) => word.endsWith('/postgres'));
  } catch {
    return false;
  }
}

/** Makes the cluster when there is none and starts its server. Resolves when it takes connections. */
export async function startServer(layout: Layout, signal?: AbortSignal): Promise<PidFile> {
  const binaries = findBinaries();
  const identity = chooseIdentity(layout, binaries);
  await ensureCluster(layout, binaries, identity);
  const socketFolder = preferredSocketFolder(layout);
  makeSocketFolder(socketFolder, identity);
  writeOwned(join(layout.data, 'reperio.conf'), serverConfiguration(socketFolder), identity);
  dropForeignPidFile(layout);
  const child = launch(binaries.postgres, ['-D', layout.data], identity, openLog(layout));
  child.stdin?.destroy();
  child.unref();
  try {
    return await untilReady(layout, child, signal);
  } catch (error) {
    child.kill('SIGQUIT');
    throw error;
  }
}

async function ensureCluster(layout: Layout, binaries: Binaries, identity: Identity): Promise<void> {
  const versionFile = join(layout.data, 'PG_VERSION');
  if (!existsSync(versionFile)) return makeCluster(layout, binaries, identity);
  const { uid } = statSync(layout.data);
  if (uid !== identity.owner.uid) {
    if (process.getuid?.() !== 0)
      throw new UserError(storeErrors.embeddedOtherOwner, { folder: layout.data, owner: uid });
    chownTree(layout.data, identity);
  }
  const there = readFileSync(versionFile, 'utf8').trim();
  if (there !== binaries.major) {
    throw new UserError(storeErrors.embeddedVersion, { folder: layout.data, there, here: binaries.major });
  }
}

async function makeCluster(layout: Layout, binaries: Binaries, identity: Identity): Promise<void> {
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith(unfinishedPrefix))
      rmSync(join(layout.folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
  // A name of its own: the initdb of a command that was killed may still be writing into another one.
  const unfinished = mkdtempSync(join(layout.folder, unfinishedPrefix));
  own(unfinished, identity);
  // No order that a reader sees comes from the database, so the C locale serves, and no version of ICU can change an index.
  const words = [
    '-U',
    databaseUser,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ];
  await run(binaries.initdb, ['-D', unfinished, ...words], '', layout, identity);
  const single = ['--single', '-D', unfinished, '-c', 'exit_on_error=on', 'postgres'];
  await run(binaries.postgres, single, `CREATE DATABASE ${databaseName};\n`, layout, identity);
  appendFileSync(join(unfinished, 'postgresql.conf'), includeLines);
  renameSync(unfinished, layout.data);
}

async function run(
  program: string,
  words: readonly string[],
  input: string,
  layout: Layout,
  identity: Identity,
): Promise<void> {
  const child = launch(program, words, identity, openLog(layout));
  child.stdin?.end(input);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw failure('make its data folder', layout);
}

function launch(program: string, words: readonly string[], identity: Identity, log: number): ChildProcess {
  const [first = program, ...rest] = [...identity.prefix, program, ...words];
  try {
    // A session of its own: Ctrl-C in the terminal must reach our process alone, which then stops the server in order.
    return spawn(first, rest, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', log, log],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      uid: identity.uid,
      gid: identity.gid,
    });
  } finally {
    closeSync(log);
  }
}

async function untilReady(layout: Layout, child: ChildProcess, signal: AbortSignal | undefined): Promise<PidFile> {
  const started = Date.now();
  let problem: Error | undefined;
  child.once('error', (error) => {
    problem = error;
  });
  for (;;) {
    const file = readPidFile(layout);
    if (file?.ready && file.pid === child.pid) return file;
    if (problem || child.exitCode !== null || child.signalCode !== null)
      throw failure('start', layout, problem?.message);
    if (Date.now() - started > startLimit)
      throw failure('start', layout, `it was not ready after ${startLimit / 1000} s`);
    await sleep(8, undefined, { signal });
  }
}

/** Waits until a server that somebody else started, and was killed before it was ready, takes connections. */
export async function untilJoined(layout: Layout, signal?: AbortSignal): Promise<PidFile | undefined> {
  for (;;) {
    const file = runningServer(layout);
    if (file === undefined || file.ready) return file;
    await sleep(20, undefined, { signal });
  }
}

/** SIGINT ends sessions and stops (SIGTERM would wait for clients); SIGQUIT stops without a checkpoint, which the next start makes good. */
export async function stopServer(layout: Layout): Promise<void> {
  const server = runningServer(layout);
  if (!server) return;
  if (await ended(server.pid, 'SIGINT', fastStopLimit, layout)) return;
  if (await ended(server.pid, 'SIGQUIT', hardStopLimit, layout)) return;
  throw failure('stop', layout, `process ${server.pid} is still there`);
}

async function ended(pid: number, name: NodeJS.Signals, limit: number, layout: Layout): Promise<boolean> {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true;
    throw error;
  }
  const until = Date.now() + limit;
  while (isServer(pid, layout)) {
    if (Date.now() > until) return false;
    await sleep(8);
  }
  return true;
}

/** After a crash the file may name a process that is somebody else's by now, and PostgreSQL would refuse to start because of it. */
function dropForeignPidFile(layout: Layout): void {
  const path = join(layout.data, 'postmaster.pid');
  if (existsSync(path) && !runningServer(layout)) rmSync(path, { force: true });
}

function makeSocketFolder(folder: string, identity: Identity): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    own(folder, identity);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const found = lstatSync(folder);
    const ours = found.uid === (process.getuid?.() ?? 0) || found.uid === identity.owner.uid;
    // In the system's temporary folder anybody may have been there first.
    if (!found.isDirectory() || !ours)
      throw new UserError(storeErrors.folderDenied, { folder, reason: 'it is not ours' });
    chmodSync(folder, 0o700);
    own(folder, identity);
  }
}

function writeOwned(path: string, text: string, identity: Identity): void {
  writeFileSync(path, text, { mode: 0o600 });
  own(path, identity);
}

function own(path: string, { owner }: Identity): void {
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

function chownTree(path: string, identity: Identity): void {
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) own(join(path, entry), identity);
  own(path, identity);
}

function openLog(layout: Layout): number {
  const size = statSync(layout.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimit) renameSync(layout.log, `${layout.log}.1`);
  const log = openSync(layout.log, 'a', 0o600);
  giveToFolderOwner(layout.log);
  return log;
}

function failure(what: string, layout: Layout, reason?: string): UserError {
  const lines = existsSync(layout.log) ? readFileSync(layout.log, 'utf8').trimEnd().split('\n').slice(-20) : [];
  if (lines.some((line) => line.includes('No space left on device'))) {
    return new UserError(storeErrors.diskFull, {
      reason: 'the embedded PostgreSQL cannot write',
      place: layout.folder,
    });
  }
  const told = reason ?? lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'it says nothing';
  return new UserError(storeErrors.embeddedFailed, {
    what,
    reason: told.replace(/^.*?(FATAL|PANIC|error): +/, ''),
    log: layout.log,
  });
}
