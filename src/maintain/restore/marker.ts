import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { placeFile } from '../../store/folder-owner.ts';
import { forgetLibrary } from '../../store/known-library.ts';
import { restoreMarker } from '../../store/unfinished-restore.ts';

/**
 * From here on nothing else opens the library of this data folder. `aside`: where the one that was
 * there is, or is moved next.
 */
export function markUnfinished(dataFolder: string, set: string, aside?: Aside): void {
  const path = restoreMarker(dataFolder);
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.part`;
  writeFileSync(part, `${JSON.stringify({ set, began: new Date().toISOString(), ...aside })}\n`, { mode: 0o600 });
  placeFile(part, path);
}

export interface Aside {
  readonly aside: string;
  readonly isMoved: boolean;
}

/** Where the restore that has not ended has moved the library that was there, or was about to. */
export function markedAside(dataFolder: string): Aside | undefined {
  try {
    const { aside, isMoved } = JSON.parse(readFileSync(restoreMarker(dataFolder), 'utf8')) as Partial<Aside>;
    return typeof aside === 'string' ? { aside, isMoved: isMoved === true } : undefined;
  } catch {
    return undefined;
  }
}

export function unmark(dataFolder: string): void {
  forgetLibrary(dataFolder);
  rmSync(restoreMarker(dataFolder), { force: true });
}
