import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { openToServer } from '../closed-folder.ts';
import { explainDisk } from '../disk-errors.ts';
import { storeErrors } from '../errors.ts';
import { type FileLock, fileLock, tryFileLock } from '../file-lock.ts';
import { giveToFolderOwner, madeFolder } from '../folder-owner.ts';
import { isRecovering, runningServer, startServer, stopServer, untilJoined } from './cluster.ts';
import { startGuard, stopGuard } from './guard.ts';
import { databaseName, databaseUrl, type Layout, type PidFile, socketFiles } from './layout.ts';

/**
 * Several commands at once share one server: the first starts it, the last one out stops it.
 *
 * Each user holds a shared lock on one file and keeps one pipe open; both end with its process,
 * even after kill -9. Who leaves tries the lock exclusively: getting it means being the last.
 * Starting, joining and leaving happen behind a gate, one at a time. When the last user is killed,
 * the guard, a shell that waits for the pipe's end of file, has the server stopped.
 */
export interface SharedServer {
  readonly url: string;
  /** Starts the server again if it has died under its users. */
  revive(): Promise<void>;
  release(): Promise<void>;
}

export interface ShareOptions {
  readonly signal?: AbortSignal;
  /** Takes a sentence for the user when it takes long. */
  readonly tell?: (sentence: string) => void;
  /** An empty database may be made where there was one before: a restore fills it. */
  readonly anew?: boolean;
}

const patience = 4_000;

const gateLimit = 600_000;

export async function joinServer(layout: Layout, options: ShareOptions = {}): Promise<SharedServer> {
  makeFolder(layout.folder);
  return behindGate(layout, options, async () => {
    const user = enter(layout);
    try {
      const server = await ensureRunning(layout, options);
      if (!existsSync(join(server.socketFolder, socketFiles[0])))
        throw new UserError(storeErrors.socketGone, { folder: server.socketFolder, pid: server.pid });
      const revive = () =>
        behindGate(layout, options, async () => void (await ensureRunning(layout, { signal: options.signal })));
      return { url: databaseUrl(server.socketFolder, databaseName), revive, release: () => leave(layout, user) };
    } catch (error) {
      user.end();
      throw error;
    }
  });
}

async function ensureRunning(layout: Layout, { signal, anew }: ShareOptions): Promise<PidFile> {
  const running = await untilJoined(layout, signal);
  if (running) return running;
  startGuard(layout);
  try {
    return await startServer(layout, signal, anew);
  } catch (error) {
    stopGuard(layout);
    throw error;
  }
}

async function behindGate<T>(layout: Layout, { signal, tell }: ShareOptions, work: () => Promise<T>): Promise<T> {
  const telling = setTimeout(() => tell?.(waitingText(layout)), patience);
  const gate = await fileLock(layout.gate, 'exclusive', { signal, timeout: gateLimit }).catch((error: unknown) => {
    clearTimeout(telling);
    throw error;
  });
  try {
    return await work();
  } catch (error) {
    throw explainDisk(error, layout.folder);
  } finally {
    clearTimeout(telling);
    gate.release();
  }
}

/**
 * For the guard: stops the server unless somebody uses it. Resolves to whether it does not run any
 * more.
 */
export function stopWhenUnused(layout: Layout): Promise<boolean> {
  return behindGate(layout, {}, () => stopAsLast(layout));
}

/**
 * Stops the server of a user, and starts it with its files as they are now; other users wait and
 * connect again.
 */
export function restartServer(layout: Layout, options: ShareOptions = {}): Promise<void> {
  return behindGate(layout, options, async () => {
    await stopServer(layout);
    await startServer(layout, options.signal);
  });
}

/** What is being waited for at this moment. */
export function waitingText(layout: Layout): string {
  if (isRecovering(layout))
    return 'The embedded database was not stopped properly and is recovering; this may take a few minutes ...';
  return runningServer(layout)?.ready === true
    ? 'Waiting for another command that starts or stops the embedded database ...'
    : 'Starting the embedded database ...';
}

interface User {
  readonly lock: FileLock;
  end(): void;
}

function enter(layout: Layout): User {
  if (!existsSync(layout.pipe)) {
    spawnSync('mkfifo', ['-m', '600', layout.pipe], { stdio: 'ignore' });
    giveToFolderOwner(layout.pipe);
  }
  // Behind the gate nobody holds it exclusively.
  const lock = tryFileLock(layout.users, 'shared');
  if (!lock) throw new Error(`${layout.users} is held outside the gate`);
  // Opened for both, since opening for writing alone waits for a reader.
  const pipe = openSync(layout.pipe, constants.O_RDWR);
  return {
    lock,
    end: () => {
      lock.release();
      closeSync(pipe);
    },
  };
}

function leave(layout: Layout, user: User): Promise<void> {
  return behindGate(layout, {}, async () => {
    try {
      user.lock.release();
      if (await stopAsLast(layout)) stopGuard(layout);
    } finally {
      user.end();
    }
  });
}

async function stopAsLast(layout: Layout): Promise<boolean> {
  const alone = tryFileLock(layout.users, 'exclusive');
  if (!alone) return false;
  try {
    await stopServer(layout);
    return true;
  } finally {
    alone.release();
  }
}

function makeFolder(folder: string): void {
  try {
    madeFolder(folder);
    giveToFolderOwner(folder);
    for (const path of [dirname(folder), folder]) openToServer(path);
  } catch (error) {
    throw explainDisk(error, folder);
  }
}
