import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { GcContext } from './kind.ts';
import type { FilesAsked } from './old-files.ts';

/**
 * Where the launcher keeps what Node has compiled: beside the modules of the release, or in the
 * data folder. One that somebody else chose (NODE_COMPILE_CACHE) is theirs, and so is one that we
 * may not write to: of a release that belongs to root.
 */
export async function compileCaches({ settings, release }: GcContext): Promise<readonly FilesAsked[]> {
  const found: FilesAsked[] = [];
  for (const place of [join(release, 'node_modules/.reperio'), settings.dataFolder]) {
    const folder = join(place, 'compile-cache');
    const isOurs = await access(folder, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isOurs) found.push({ folder, matches: () => true, recursive: true, byReading: true });
  }
  return found;
}
