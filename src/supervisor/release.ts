import { existsSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ownRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of the release that this process runs, as it is really called. */
export const ownFolder = realpathSync(ownRoot);

/** Where workers get their code, looked up anew at each start. */
export interface Release {
  /** The folder as it is really called. */
  readonly folder: string;
  readonly entry: URL;
  /** The Node that it brings. */
  readonly node: string;
}

/**
 * The release in force: the folder under whose name `bin/reperio` was called, which may be a link
 * that has moved since; our own when nobody says. `module` is a path inside it.
 */
export function currentRelease(module: string, named = process.env['_REPERIO_RELEASE']): Release {
  const root = named !== undefined && existsSync(join(named, module)) ? realpathSync(named) : ownFolder;
  const node = join(root, relative(ownRoot, process.execPath));
  return {
    folder: root,
    entry: pathToFileURL(join(root, module)),
    node: existsSync(node) ? node : process.execPath,
  };
}
