import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import { findBinaries } from './binaries.ts';
import { continuousFile, serverConfiguration } from './configuration.ts';
import { chooseIdentity } from './identity.ts';
import { ensureCluster } from './initialise.ts';
import { type Layout, type PidFile, preferredSocketFolder, readPidFile, socketFiles } from './layout.ts';
import { makeSocketFolder, writeOwned } from './ownership.ts';
import { launch, type Program } from './program.ts';
import { takeBackUntried, tunedIsTried } from './tuned.ts';

/** Starting and stopping one server. Whoever calls these holds the gate. */

const fastStopLimit = 60_000;
const hardStopLimit = 20_000;
/** Reading back a large write-ahead log after a crash takes minutes. */
const startLimit = 600_000;
/** How long the sessions of a killed server may take to notice. */
const orphanLimit = 15_000;

/**
 * The server that runs on this data, found by process id and by what that process was started as,
 * so that a number used again misleads nobody.
 */
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

/**
 * Where the state of the cluster stands in `global/pg_control`, and its values (PostgreSQL's
 * ControlFileData, DBState).
 */
const stateAt = 16;
const inCrashRecovery = 4;

/** The server reads back what was not yet in its files when it was killed. */
export function isRecovering(layout: Layout): boolean {
  try {
    return readFileSync(join(layout.data, 'global', 'pg_control')).readInt32LE(stateAt) === inCrashRecovery;
  } catch {
    // There is no cluster yet.
    return false;
  }
}

/**
 * Makes the cluster when there is none and starts its server. Resolves when it takes connections.
 * `anew`: also where there was one before, to be filled by a restore.
 */
export async function startServer(layout: Layout, signal?: AbortSignal, anew = false): Promise<PidFile> {
  const binaries = findBinaries();
  const identity = chooseIdentity(layout, binaries);
  await ensureCluster(layout, binaries, identity, anew);
  const socketFolder = preferredSocketFolder(layout);
  makeSocketFolder(socketFolder, identity);
  writeOwned(join(layout.data, 'reperio.conf'), serverConfiguration(socketFolder), identity);
  const until = performance.now() + orphanLimit;
  for (;;) {
    dropForeignPidFile(layout);
    dropSocket(socketFolder);
    const program = launch(binaries.postgres, ['-D', layout.data], layout, identity);
    program.child.stdin?.destroy();
    program.child.unref();
    try {
      const server = await untilReady(layout, program, signal);
      tunedIsTried(layout);
      wakeCheckpointer(layout, server);
      return server;
    } catch (error) {
      program.child.kill('SIGQUIT');
      // A server that was killed is there a moment longer, and so are its sessions.
      const orphans = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(
        program.output(),
      );
      if (orphans && performance.now() <= until) await sleep(100, undefined, { signal });
      // Settings that were never tried are the first suspects, and may be taken back.
      else if (!(error instanceof UserError) || !takeBackUntried(layout, error.message)) throw error;
    }
  }
}

/**
 * The checkpointer begins before the log was read back, and takes no notice of `archive_timeout`
 * until something wakes it: a quarter of an hour of changes would not be archived.
 */
function wakeCheckpointer(layout: Layout, { pid }: PidFile): void {
  if (existsSync(join(layout.folder, continuousFile))) process.kill(pid, 'SIGHUP');
}

async function untilReady(
  layout: Layout,
  { child, failure }: Program,
  signal: AbortSignal | undefined,
): Promise<PidFile> {
  const started = performance.now();
  let problem: Error | undefined;
  child.once('error', (error) => {
    problem = error;
  });
  for (;;) {
    const file = readPidFile(layout);
    if (file?.ready && file.pid === child.pid) return file;
    if (problem || child.exitCode !== null || child.signalCode !== null) throw failure('start', problem?.message);
    if (performance.now() - started > startLimit)
      throw failure('start', `it was not ready after ${startLimit / 1000} s`);
    await sleep(8, undefined, { signal });
  }
}

/**
 * Waits until a server that somebody else started, and was killed before it was ready, takes
 * connections.
 */
export async function untilJoined(layout: Layout, signal?: AbortSignal): Promise<PidFile | undefined> {
  for (;;) {
    const file = runningServer(layout);
    if (file === undefined || file.ready) return file;
    await sleep(20, undefined, { signal });
  }
}

/**
 * SIGINT ends sessions and stops (SIGTERM would wait for clients); SIGQUIT stops without a
 * checkpoint, which the next start makes good.
 */
export async function stopServer(layout: Layout): Promise<void> {
  const server = runningServer(layout);
  if (!server) return;
  const stopped =
    (await ended(server.pid, 'SIGINT', fastStopLimit, layout)) ||
    (await ended(server.pid, 'SIGQUIT', hardStopLimit, layout));
  if (stopped) {
    // What had to be outside the data folder goes with the server.
    if (!server.socketFolder.startsWith(layout.folder)) rmSync(server.socketFolder, { recursive: true, force: true });
    return;
  }
  const reason = `process ${server.pid} is still there`;
  throw new UserError(storeErrors.embeddedFailed, { what: 'stop', reason, log: layout.log });
}

async function ended(pid: number, name: NodeJS.Signals, limit: number, layout: Layout): Promise<boolean> {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true;
    throw error;
  }
  const until = performance.now() + limit;
  while (isServer(pid, layout)) {
    if (performance.now() > until) return false;
    await sleep(8);
  }
  return true;
}

/**
 * After a crash the file may name a process that is somebody else's by now, and PostgreSQL would
 * refuse to start because of it. One that names nobody is left to PostgreSQL, which then looks for
 * sessions of the dead server.
 */
function dropForeignPidFile(layout: Layout): void {
  const path = join(layout.data, 'postmaster.pid');
  if (!existsSync(path)) return;
  const pid = readPidFile(layout)?.pid;
  if (pid !== undefined && existsSync(`/proc/${pid}`) && !isDead(pid) && !isServer(pid, layout))
    rmSync(path, { force: true });
}

/** It has ended, and nobody has asked how yet: its number is still its own. */
function isDead(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/**
 * The lock beside the socket has the number of the server that made it, which after a crash may be
 * anybody's by now, a thread's too; PostgreSQL would not start then. No server of ours runs, and
 * the folder is ours alone.
 */
function dropSocket(folder: string): void {
  for (const name of socketFiles) rmSync(join(folder, name), { force: true });
}
