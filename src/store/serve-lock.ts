import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { type FileLock, tryFileLock } from './file-lock.ts';
import { giveToFolderOwner, madeFolder } from './folder-owner.ts';

/**
 * One `reperio serve` to a data folder. The lock ends with its process; the note beside it says
 * whom a second one meets.
 */
export interface ServeLock {
  /** Where it really listens, when that is known. */
  announce(port: number): void;
  release(): void;
}

interface Note {
  readonly pid: number;
  readonly port: number;
}

/** How long the first may take to write its note. Milliseconds. */
const noteLimit = 2_000;

/** Throws `serveRunning`, naming the first's pid and port. */
export async function lockServe(dataFolder: string, port: number): Promise<ServeLock> {
  madeFolder(dataFolder);
  const noteFile = join(dataFolder, 'serve.json');
  const lock = tryFileLock(join(dataFolder, 'serve.lock'), 'exclusive');
  if (!lock) throw await refusal(dataFolder, noteFile);
  const announce = (real: number) => {
    const note: Note = { pid: process.pid, port: real };
    writeFileSync(noteFile, `${JSON.stringify(note)}\n`);
    giveToFolderOwner(noteFile);
  };
  announce(port);
  return { announce, release: () => release(lock, noteFile) };
}

function release(lock: FileLock, noteFile: string): void {
  rmSync(noteFile, { force: true });
  lock.release();
}

async function refusal(folder: string, noteFile: string): Promise<UserError> {
  const until = performance.now() + noteLimit;
  let note = readNote(noteFile);
  // A note of one that was killed may still be there while the next one starts.
  while ((note === undefined || !isAlive(note.pid)) && performance.now() < until) {
    await sleep(20);
    note = readNote(noteFile);
  }
  return new UserError(storeErrors.serveRunning, {
    folder,
    pid: note?.pid ?? 'unknown',
    port: note?.port ?? 'unknown',
  });
}

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
