import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installationFolder } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import type { IndexVersions } from '../../site/index-versions.ts';
import { readMigrations } from '../../store/migrate.ts';
import { locksOf } from '../../store/migrations/locks.ts';
import type { Release } from '../release/release.ts';
import { openSource } from '../rollout/source.ts';
import { shellText } from '../ssh/quote.ts';
import { recipeErrors } from './errors.ts';
import { git } from './git.ts';

/** One of the two that a recipe compares. */
export interface Side extends Pick<Release, 'version' | 'commit' | 'migrations' | 'index' | 'settings'> {
  /** As somebody types it. */
  readonly name: string;
  /** Folder with its program. */
  readonly folder: string;
  /** Folder from which it is copied to hosts. */
  readonly copied: string;
  /** What must be done before that folder is there; undefined: it is. */
  readonly toPrepare: string | undefined;
  close(): void;
}

/** Of a release, or of a commit of the clone in this folder. Throws UserError. */
export async function openSide(name: string, clone: string): Promise<Side> {
  const source = await openSource(name);
  if (source !== undefined) {
    const { release, folder, path, close } = source;
    const isUnpacked = path === folder;
    // Also where its name begins with a hyphen or has a colon.
    const copied = isUnpacked ? folder : `./${basename(path).replace(/\.tar\.zst$/, '')}`;
    const unpack = `mkdir ${shellText([copied])} && tar --zstd --strip-components=1 -C ${shellText([copied])} -xf ${shellText([path])}`;
    const toPrepare = isUnpacked ? undefined : `Unpack the release first: \`${unpack}\`.`;
    return { ...release, name, folder, copied, toPrepare, close };
  }
  const commit = await git(clone, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (commit === undefined || name.startsWith('-')) throw new UserError(recipeErrors.sideUnknown, { name });
  const folder = mkdtempSync(join(tmpdir(), 'reperio-recipe-'));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await checkOut(clone, commit.trim(), folder, name);
    const info = await infoOf(folder, name);
    const copied = `./reperio-${info.version}-linux-${process.arch}`;
    const toPrepare = `${name} is a commit: make a release of it first (\`scripts/release\`), and unpack it here: \`tar --zstd -xf dist/${copied.slice(2)}.tar.zst\`.`;
    return { ...info, commit: commit.trim(), name, folder, copied, toPrepare, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function checkOut(clone: string, commit: string, folder: string, name: string): Promise<void> {
  const script = 'git -C "$1" archive "$2" src package.json | tar -x -C "$3"';
  await run('sh', ['-c', script, 'sh', clone, commit, folder], name);
  symlinkSync(join(installationFolder, 'node_modules'), join(folder, 'node_modules'));
}

async function infoOf(
  folder: string,
  name: string,
): Promise<Pick<Side, 'version' | 'migrations' | 'index' | 'settings'>> {
  const modules = ['src/site/index-versions.ts', 'src/config/table.ts'].map(
    (path) => pathToFileURL(join(folder, path)).href,
  );
  const ask = `const [{ knownVersions }, { settingsTable }] = await Promise.all(process.argv.slice(1).map((each) => import(each)));
const settings = Object.values(settingsTable).map(({ name, environment }) => name ?? environment).sort();
console.log(JSON.stringify({ index: knownVersions ?? [], settings }));`;
  const told = await run(process.execPath, ['--input-type=module', '-e', ask, ...modules], name);
  const { index, settings } = JSON.parse(told) as { index: readonly IndexVersions[]; settings: readonly string[] };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { version, migrations: migrationsIn(folder, name), index, settings };
}

function migrationsIn(folder: string, name: string): Side['migrations'] {
  try {
    return readMigrations(pathToFileURL(join(folder, 'src/store/migrations/'))).map(
      ({ number, file, text, checksum, offline }) => ({ number, file, checksum, offline, locks: locksOf(file, text) }),
    );
  } catch (error) {
    // A commit between two merges may have two of one number.
    throw new UserError(recipeErrors.sideUnreadable, { name, said: (error as Error).message }, error);
  }
}

async function run(program: string, words: readonly string[], name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { timeout: 60_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = stderr.trim().split('\n').at(-1) ?? error.message;
      reject(new UserError(recipeErrors.sideUnreadable, { name, said }, error));
    });
  });
}
