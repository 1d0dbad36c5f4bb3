import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { giveMade, madeFolder } from '../../store/folder-owner.ts';

/**
 * The folder of alerts in a data folder, or one in it: of the owner of the data folder, also when
 * root makes it. On a disk that is full it is not there afterwards: alerts are then kept in memory.
 */
export function alertFolder(dataFolder: string, ...inside: readonly string[]): string {
  const folder = join(dataFolder, 'alerts', ...inside);
  try {
    const first = madeFolder(folder);
    if (first !== undefined) {
      chmodSync(folder, 0o700);
      giveMade(folder, first);
    }
  } catch {
    // What is written there is tried again, and its readers take nothing for nothing.
  }
  return folder;
}
