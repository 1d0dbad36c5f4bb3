/**
 * Exits with 0 when node_modules holds what package-lock.json asks for on this machine: `all`, or
 * `runtime` without the development dependencies. The launcher asks this when it has no stamp, so
 * that what somebody installed with npm is not installed again. Uses nothing from node_modules.
 */
import { existsSync, readFileSync } from 'node:fs';

interface Package {
  readonly version?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

type Lock = Readonly<Record<string, Package>>;

const root = new URL('../', import.meta.url);
const withDevelopment = process.argv[2] === 'all';

function readLock(path: string): Lock {
  const { packages }: { packages: Lock } = JSON.parse(readFileSync(new URL(path, root), 'utf8'));
  return packages;
}

function isNeeded({ dev, devOptional, optional, os, cpu, libc }: Package): boolean {
  if ((dev || devOptional) && !withDevelopment) return false;
  if (!optional) return true;
  const fits = os?.includes(process.platform) === true && cpu?.includes(process.arch) === true;
  // The pinned Node is built for glibc.
  return fits && (libc === undefined || libc.includes('glibc'));
}

function isComplete(): boolean {
  const wanted = readLock('package-lock.json');
  const present = readLock('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !isNeeded(entry)) return true;
    return present[path]?.version === entry.version && existsSync(new URL(`${path}/package.json`, root));
  });
}

process.exitCode = isComplete() ? 0 : 1;
