import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToFolderOwner } from './folder-owner.ts';

/** Where a data folder keeps the id of the library that it was used with. */
export function knownLibraryFile(dataFolder: string): string {
  return join(dataFolder, 'library-id');
}

/** Undefined: none is known yet. */
export function knownLibrary(dataFolder: string): string | undefined {
  try {
    return /^[0-9a-f-]{36}$/.exec(readFileSync(knownLibraryFile(dataFolder), 'utf8').trim())?.[0];
  } catch {
    return undefined;
  }
}

/** From now on another one is a mistake. A disk that takes nothing is told by other checks. */
export function knowLibrary(dataFolder: string, id: string): void {
  try {
    const path = knownLibraryFile(dataFolder);
    writeFileSync(path, `${id}\n`, { mode: 0o600 });
    giveToFolderOwner(path);
  } catch {
    // It is asked again at the next look.
  }
}

/** Another library is meant to be here. */
export function forgetLibrary(dataFolder: string): void {
  rmSync(knownLibraryFile(dataFolder), { force: true });
}
