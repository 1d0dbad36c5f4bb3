import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';

/** Where a node keeps its segment files. */
export function indexFolderOf({ dataFolder }: Pick<Settings, 'dataFolder'>): string {
  return join(dataFolder, 'index');
}
