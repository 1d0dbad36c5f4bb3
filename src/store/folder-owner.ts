import { chownSync, existsSync, mkdirSync, renameSync, type Stats, statSync } from 'node:fs';
import { chown, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What root makes in a folder of somebody else must not lock its owner out later. */
export function giveToFolderOwner(path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0 && statSync(path).uid !== uid) chownSync(path, uid, gid);
}

/** The same on a file system that may not answer: nothing else waits for it. */
export async function handToFolderOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  if (uid !== 0 && (await stat(path)).uid !== uid) await chown(path, uid, gid);
}

/**
 * As `makeOwnedFolder`, on a file system that may not answer. Resolves to the first that was made.
 */
export async function makeHandedFolder(folder: string): Promise<string | undefined> {
  const first = await madeFolderAsync(folder);
  if (first === undefined) return undefined;
  const made: string[] = [];
  for (let each = folder; each.length >= first.length; each = dirname(each)) made.unshift(each);
  for (const each of made) await handToFolderOwner(each);
  return first;
}

/** What a program of another user is to own; only root can give. */
export function giveTo(path: string, uid: number, gid: number): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

/** Puts a finished file in its place, at once, as the folder's owner has it. */
export function placeFile(part: string, path: string): void {
  giveToFolderOwner(part);
  renameSync(part, path);
}

/** With those above it, each of the owner of the one above. */
export function makeOwnedFolder(folder: string): void {
  const first = madeFolder(folder);
  if (first !== undefined) giveMade(folder, first);
}

/** Folders from `first` down to `last` were just made. */
export function giveMade(last: string, first: string): void {
  if (process.getuid?.() !== 0) return;
  const made: string[] = [];
  for (let each = last; each.length >= first.length; each = dirname(each)) made.unshift(each);
  for (const each of made) giveToFolderOwner(each);
}

/**
 * Makes a folder with those above it, and says which was the first. That is `mkdir` with
 * `recursive`, but for a folder that is there and takes none, as /proc: with that Node would never
 * end, and no signal ends it.
 */
export function madeFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder);
    return folder;
  } catch (error) {
    if (!isMissing(error)) return isFolder(folder) ? undefined : fail(error);
  }
  const above = existsSync(dirname(folder)) ? undefined : madeFolder(dirname(folder));
  // Whoever made the folder above it between our two looks may be making this one as well.
  try {
    mkdirSync(folder);
    return above ?? folder;
  } catch (error) {
    return isFolder(folder) ? above : fail(error);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function fail(error: unknown): never {
  throw error;
}

async function madeFolderAsync(folder: string): Promise<string | undefined> {
  const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);
  const isFolder = async (): Promise<boolean> => (await statOf(folder))?.isDirectory() ?? false;
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    if (!isMissing(error)) return (await isFolder()) ? undefined : fail(error);
  }
  const isAbove = (await statOf(dirname(folder))) !== undefined;
  const above = isAbove ? undefined : await madeFolderAsync(dirname(folder));
  try {
    await mkdir(folder);
    return above ?? folder;
  } catch (error) {
    return (await isFolder()) ? above : fail(error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
