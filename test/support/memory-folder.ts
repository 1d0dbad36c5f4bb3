import { accessSync, constants, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes: several times what all tests together hold at once. */
const room = 3e9;

/**
 * A folder in memory for what tests write, where this machine has the room: a fifth less work for
 * its cores than on a disk, and half the time, as each test makes and deletes a database or two.
 * Undefined: it has not, or somebody chose a folder (TMPDIR).
 */
export function memoryFolder(): string | undefined {
  const place = '/dev/shm';
  if (process.env['TMPDIR'] !== undefined) return undefined;
  try {
    accessSync(place, constants.W_OK);
    const { bavail, bsize } = statfsSync(place);
    if (bavail * bsize < room || availableMemory() < 2 * room || mayNotExecute(place)) return undefined;
  } catch {
    return undefined;
  }
  // A short name: the path of a socket in it has 107 bytes at most.
  return mkdtempSync(join(place, 'rt-'));
}

function availableMemory(): number {
  const kilobytes = /^MemAvailable:\s*(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0';
  return Number(kilobytes) * 1024;
}

function mayNotExecute(place: string): boolean {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, folder]) => folder === place);
  return mount?.[3]?.split(',').includes('noexec') ?? true;
}
