import { existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installationFolder } from '../../config/settings.ts';
import { isArchive, unpackRelease } from '../release/archive.ts';
import { digestOf, filesOf } from '../release/manifest.ts';
import { readRelease } from '../release/read.ts';
import { manifestFile, type Release, releaseFile } from '../release/release.ts';

/** A release on this machine, as a folder. */
export interface Source {
  /** As it was named, absolute. */
  readonly path: string;
  readonly folder: string;
  readonly release: Release;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  readonly bytes: number;
  /** Deletes what was unpacked. */
  close(): void;
}

/**
 * The folder or file of a release, by its path, or by its version when it lies where
 * scripts/release puts it; without a name, the one that this program is of. Undefined: there is
 * none of this name here. Throws UserError when it is damaged.
 */
export async function openSource(named: string | undefined): Promise<Source | undefined> {
  const path = placesOf(named).find((each) => existsSync(each));
  if (path === undefined) return undefined;
  if (!isArchive(path)) return sourceOf(path, path, () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'reperio-release-'));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await unpackRelease(path, folder);
    return await sourceOf(path, folder, close);
  } catch (error) {
    close();
    throw error;
  }
}

/** Where a release of this name may be, the likeliest first. */
function placesOf(named: string | undefined): readonly string[] {
  if (named === undefined) return [installationFolder];
  const isVersion = /^\d[\w.+~-]*$/.test(named);
  if (!isVersion) return [resolve(named)];
  const name = `reperio-${named}-linux-${process.arch}`;
  const places = ['.', 'dist', join(installationFolder, 'dist'), join(installationFolder, '..')];
  const own = existsSync(join(installationFolder, releaseFile)) ? readRelease(installationFolder).version : '';
  return [
    ...(own === named ? [installationFolder] : []),
    ...places.flatMap((place) => [`${name}.tar.zst`, name, named].map((each) => resolve(place, each))),
  ];
}

async function sourceOf(path: string, folder: string, close: () => void): Promise<Source> {
  const release = readRelease(folder);
  return {
    path,
    folder,
    release,
    manifest: await digestOf(join(folder, manifestFile)),
    bytes: filesOf(folder).reduce((sum, file) => sum + lstatSync(join(folder, file)).size, 0),
    close,
  };
}
