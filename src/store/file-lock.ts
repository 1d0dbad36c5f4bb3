import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { giveToFolderOwner } from './folder-owner.ts';

/**
 * A lock on a file that the kernel takes back when its holder dies, however it dies: nothing stale
 * to recognise. Node has no flock; SQLite's locks are the ones within reach, and they also hold
 * between threads and between opens of one process. The file itself stays empty. Nobody else may
 * open the file: closing any descriptor of it would drop the process's locks.
 */
export interface FileLock {
  release(): void;
}

type Kind = 'shared' | 'exclusive';

const sqliteBusy = 5;
const sqliteFull = 13;

/** Undefined when somebody holds it otherwise. */
export function tryFileLock(path: string, kind: Kind): FileLock | undefined {
  let handle: DatabaseSync | undefined;
  try {
    handle = new DatabaseSync(path, { timeout: 0 });
    giveToFolderOwner(path);
    // In memory: a lock must be had on a full disk too.
    handle.exec('PRAGMA journal_mode = MEMORY');
    if (kind === 'exclusive') handle.exec('BEGIN EXCLUSIVE');
    else handle.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  } catch (error) {
    handle?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    if (isFull(error, dirname(path)))
      throw new UserError(storeErrors.diskFull, { reason: `${path} cannot be locked`, place: dirname(path) }, error);
    throw new UserError(storeErrors.folderDenied, { folder: dirname(path), reason }, error);
  }
  const held = handle;
  return { release: () => held.isOpen && held.close() };
}

/** SQLite says of a disk without room for a new file only that it cannot open it. */
function isFull(error: unknown, folder: string): boolean {
  if (error instanceof Error && 'errcode' in error && error.errcode === sqliteFull) return true;
  try {
    const { bavail, blocks, ffree, files } = statfsSync(folder);
    return (blocks > 0 && bavail === 0) || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Waits for the lock. Throws `lockWaited` after the timeout and the signal's reason when it aborts.
 */
export async function fileLock(path: string, kind: Kind, { signal, timeout }: LockOptions): Promise<FileLock> {
  const started = performance.now();
  for (;;) {
    const lock = tryFileLock(path, kind);
    if (lock) return lock;
    const waited = performance.now() - started;
    if (waited > timeout)
      throw new UserError(storeErrors.lockWaited, { seconds: Math.round(waited / 1000), file: path });
    await sleep(10 + Math.random() * 20, undefined, { signal });
  }
}
