import { existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installationFolder } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { isArchive, unpackRelease } from '../release/archive.ts';
import { releaseErrors } from '../release/errors.ts';
import { digestOf, filesOf } from '../release/manifest.ts';
import { readRelease } from '../release/read.ts';
import { manifestFile, type Release, releaseFile } from '../release/release.ts';
import { verifyRelease } from '../release/verify.ts';

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
    const source = await sourceOf(path, folder, close);
    await refuseAltered(path, folder);
    return source;
  } catch (error) {
    close();
    throw error;
  }
}

/** What comes as a file, nobody has looked at. Throws `altered`. */
async function refuseAltered(path: string, folder: string): Promise<void> {
  const differences = await verifyRelease(folder);
  if (differences.length === 0) return;
  const shown = differences.slice(0, 3).map(({ path: file, kind }) => `${file} (${kind})`);
  const more = differences.length > shown.length ? ` and ${differences.length - shown.length} more` : '';
  throw new UserError(releaseErrors.altered, { path, files: `${shown.join(', ')}${more}` });
}

const archs = process.arch === 'arm64' ? ['arm64', 'x64'] : ['x64', 'arm64'];

/** Where a release of this name may be, the likeliest first. */
function placesOf(named: string | undefined): readonly string[] {
  if (named === undefined) return [installationFolder];
  const isVersion = /^\d[\w.+~-]*$/.test(named);
  if (!isVersion) return [resolve(named)];
  // The hosts may be of another kind than this machine.
  const names = archs.map((arch) => `reperio-${named}-linux-${arch}`);
  const places = ['.', 'dist', join(installationFolder, 'dist'), join(installationFolder, '..')];
  const own = existsSync(join(installationFolder, releaseFile)) ? readRelease(installationFolder).version : '';
  return [
    ...(own === named ? [installationFolder] : []),
    ...names.flatMap((name) =>
      places.flatMap((place) => [`${name}.tar.zst`, name, named].map((each) => resolve(place, each))),
    ),
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
