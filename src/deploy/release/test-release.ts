import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf, filesOf, manifestText } from './manifest.ts';
import { thisMachine } from './platform.ts';
import { manifestFile, type Release, releaseFile } from './release.ts';

/** A release of a few small files, in an existing folder. */
export async function makeTestRelease(folder: string, changes: Partial<Release> = {}): Promise<Release> {
  const { arch } = thisMachine();
  const release: Release = {
    ...{ version: '0.3.0', commit: 'c'.repeat(40), date: '2026-11-30T02:00:00Z', node: '24.21.0', postgresql: 15 },
    platform: { arch: arch === 'arm64' ? 'arm64' : 'x64', glibc: '2.17' },
    migrations: [{ number: 1, file: '0001-foundation.sql', checksum: 'ab', offline: false, locks: undefined }],
    ...{ index: [{ analysis: 4, format: 1 }], settings: ['host', 'port'] },
    ...changes,
  };
  const put = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  put('bin/reperio', '#!/bin/sh\n', 0o755);
  put('src/a.ts', 'a\n');
  put('src/.hidden', 'with a space in its name\n');
  put('src/with space.ts', '');
  put('lib/libx.so.1.2', 'library');
  symlinkSync('libx.so.1.2', join(folder, 'lib/libx.so'));
  put(releaseFile, JSON.stringify(release));
  const manifest = new Map<string, string>();
  for (const path of filesOf(folder)) manifest.set(path, await digestOf(join(folder, path)));
  put(manifestFile, manifestText(manifest));
  return release;
}
