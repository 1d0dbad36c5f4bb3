import { chownSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What root makes in a folder of somebody else must not lock its owner out later. */
export function giveToFolderOwner(path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0 && statSync(path).uid !== uid) chownSync(path, uid, gid);
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
  const first = mkdirSync(folder, { recursive: true });
  if (first !== undefined) giveMade(folder, first);
}

/** Folders from `first` down to `last` were just made. */
export function giveMade(last: string, first: string): void {
  if (process.getuid?.() !== 0) return;
  const made: string[] = [];
  for (let each = last; each.length >= first.length; each = dirname(each)) made.unshift(each);
  for (const each of made) giveToFolderOwner(each);
}
