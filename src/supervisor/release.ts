import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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

/** Milliseconds: longer than packaging/install-release waits for a release. */
const longestTrial = 300_000;

/**
 * Is this release being tried: a package has just put it in force, and puts the one before back
 * where it does not start (packaging/install-release)?
 */
export function isOnTrial(named = process.env['_REPERIO_RELEASE'], now = Date.now()): boolean {
  if (named === undefined) return false;
  const mark = statSync(join(dirname(named), 'on-trial'), { throwIfNoEntry: false });
  return mark !== undefined && now - mark.mtimeMs < longestTrial;
}
