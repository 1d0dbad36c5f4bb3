import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderedFile } from './rendered-file.ts';

export interface WrittenFile {
  /** Below the folder. */
  readonly path: string;
  readonly change: 'new' | 'changed' | 'same';
}

/**
 * Writes files below a folder, as `FOLDER/etc/...`; what is the same is left alone. With `dryRun`
 * it only says what would be done.
 */
export function writeFiles(
  folder: string,
  files: readonly RenderedFile[],
  { dryRun }: { readonly dryRun: boolean },
): readonly WrittenFile[] {
  return files.map(({ path, text, mode }) => {
    const target = join(folder, path);
    const before = textOf(target);
    const change = before === undefined ? 'new' : before === text ? 'same' : 'changed';
    if (!dryRun && change !== 'same') {
      makeFolders(folder, dirname(path));
      // The mode first: a password is never in a file that others can read.
      writeFileSync(target, '', { mode });
      chmodSync(target, mode);
      writeFileSync(target, text);
    }
    return { path: target, change };
  });
}

/**
 * On the host the service has to read below them, whatever umask keeps others from the passwords
 * here: the folder itself does.
 */
function makeFolders(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true });
  let at = folder;
  for (const name of path.split('/').filter((part) => part !== '')) {
    at = join(at, name);
    if (existsSync(at)) continue;
    mkdirSync(at);
    chmodSync(at, 0o755);
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
