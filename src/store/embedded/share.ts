import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import { type FileLock, fileLock, giveToFolderOwner, tryFileLock } from '../file-lock.ts';
import { startServer, stopServer, untilJoined } from './cluster.ts';
import { startGuard, stopGuard } from './guard.ts';
import { databaseName, databaseUrl, type Layout } from './layout.ts';

/**
 * Several commands at once share one server: the first starts it, the last one out stops it.
 *
 * Each user holds a shared lock on one file and keeps one pipe open; both end with its process, even after kill -9. Who leaves tries the lock
 * exclusively: getting it means being the last. Starting, joining and leaving happen behind a gate, one at a time. When the last user is killed,
 * the guard, a shell that waits for the pipe's end of file, has the server stopped.
 */
export interface SharedServer {
  readonly url: string;
  release(): Promise<void>;
}

export interface ShareOptions {
  readonly signal?: AbortSignal;
}

const gateLimit = 600_000;

export async function joinServer(layout: Layout, { signal }: ShareOptions = {}): Promise<SharedServer> {
  makeFolder(layout.folder);
  const gate = await fileLock(layout.gate, 'exclusive', { signal, timeout: gateLimit });
  let user: User | undefined;
  try {
    user = enter(layout);
    const running = await untilJoined(layout, signal);
    if (!running) startGuard(layout);
    const server = running ?? (await startServer(layout, signal));
    const entered = user;
    return { url: databaseUrl(server.socketFolder, databaseName), release: () => leave(layout, entered) };
  } catch (error) {
    user?.end();
    throw error;
  } finally {
    gate.release();
  }
}

/** For the guard: stops the server unless somebody uses it. Resolves to whether it does not run any more. */
export async function stopWhenUnused(layout: Layout): Promise<boolean> {
  const gate = await fileLock(layout.gate, 'exclusive', { timeout: gateLimit });
  try {
    return await stopAsLast(layout);
  } finally {
    gate.release();
  }
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

async function leave(layout: Layout, user: User): Promise<void> {
  const gate = await fileLock(layout.gate, 'exclusive', { timeout: gateLimit });
  try {
    user.lock.release();
    if (await stopAsLast(layout)) stopGuard(layout);
  } finally {
    user.end();
    gate.release();
  }
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
    mkdirSync(folder, { recursive: true });
    giveToFolderOwner(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(storeErrors.folderDenied, { folder, reason }, error);
  }
}
