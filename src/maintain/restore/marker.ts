import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveToFolderOwner } from '../../store/folder-owner.ts';
import { forgetLibrary } from '../../store/known-library.ts';
import { restoreMarker } from '../../store/unfinished-restore.ts';

/** From here on nothing else opens the library of this data folder. */
export function markUnfinished(dataFolder: string, set: string): void {
  const path = restoreMarker(dataFolder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ set, began: new Date().toISOString() })}\n`, { mode: 0o600 });
  giveToFolderOwner(path);
}

export function unmark(dataFolder: string): void {
  forgetLibrary(dataFolder);
  rmSync(restoreMarker(dataFolder), { force: true });
}
