import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { settingsTable } from '../../src/config/table.ts';
import { digestOf, filesOf, manifestText } from '../../src/deploy/release/manifest.ts';
import { manifestFile, type Release, releaseFile } from '../../src/deploy/release/release.ts';
import { type IndexVersions, knownVersions } from '../../src/site/index-versions.ts';
import { readMigrations } from '../../src/store/migrate.ts';
import { locksOf } from '../../src/store/migrations/locks.ts';

const root = join(import.meta.dirname, '../..');

export interface ReleaseChange {
  readonly version: string;
  /** Where its libraries are when it runs; they are not part of it, since a copy takes long. */
  readonly modules: string;
  /** Edits the tree before it is sealed. */
  readonly edit?: (folder: string) => void;
  readonly index?: readonly IndexVersions[];
}

/**
 * For tests: this program as a release in the folder, with RELEASE.json and MANIFEST.sha256, but
 * for its libraries. scripts/release makes whole ones.
 */
export async function makeReleaseFolder(folder: string, change: ReleaseChange): Promise<Release> {
  const { version, modules, edit, index = knownVersions } = change;
  mkdirSync(folder, { recursive: true });
  const isTest = (path: string): boolean => /\.test\.ts$|\/expected(?:\/|$)|\/golden(?:\/|$)/.test(path);
  for (const name of ['src', 'bin', 'scripts/launch.sh'])
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !isTest(path) });
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...own, version }, null, 2));
  edit?.(folder);
  const release: Release = {
    version,
    commit: 'c'.repeat(40),
    date: '2026-11-30T00:00:00Z',
    platform: { arch: process.arch as 'x64', glibc: '2.28' },
    node: process.version.slice(1),
    postgresql: 15,
    migrations: readMigrations(pathToFileURL(join(folder, 'src/store/migrations/'))).map(
      ({ number, file, text, checksum, offline }) => ({ number, file, checksum, offline, locks: locksOf(file, text) }),
    ),
    index,
    settings: Object.values(settingsTable)
      .map(({ name, environment }) => name ?? environment)
      .sort(),
  };
  writeFileSync(join(folder, releaseFile), `${JSON.stringify(release, null, 2)}\n`);
  const digests = new Map<string, string>();
  for (const path of filesOf(folder)) digests.set(path, await digestOf(join(folder, path)));
  writeFileSync(join(folder, manifestFile), manifestText(digests));
  symlinkSync(modules, join(folder, 'node_modules'));
  return release;
}
