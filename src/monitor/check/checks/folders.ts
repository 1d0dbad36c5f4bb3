import { execFile } from 'node:child_process';
import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Settings } from '../../../config/settings.ts';
import { alone } from './parts.ts';

/** Folders of the library on this machine, one for each file system. */
export interface Space {
  readonly folder: string;
  /** Bytes. */
  readonly free: number;
  readonly size: number;
  /** Per cent that are free; undefined: the file system does not count them. */
  readonly inodes: number | undefined;
}

/** Where documents are, when they are in a folder. */
export function filesFolder({ files, dataFolder }: Pick<Settings, 'files' | 'dataFolder'>): string | undefined {
  if (files === undefined) return `${dataFolder}/files`;
  return files.startsWith('s3://') ? undefined : files;
}

/** A folder that is not there yet is passed over; whoever hangs is named. */
export async function spaces(settings: Settings, memory: Map<string, unknown>): Promise<readonly Space[]> {
  const files = filesFolder(settings);
  const folders = [settings.dataFolder, ...(files === undefined ? [] : [files])];
  const found = new Map<string, Space>();
  for (const folder of folders) {
    const isOurs = folder.startsWith(settings.dataFolder);
    const stat = await alone(memory, folder, () => (isOurs ? ownSpace(folder) : sharedSpace(folder)));
    if (stat === undefined) continue;
    const { bsize, blocks, bavail, bfree, files: all, ffree } = stat;
    // What is kept for root is neither free nor used for us.
    const size = (blocks - bfree + bavail) * bsize;
    const key = [blocks, bfree, all, ffree].join();
    if (!found.has(key))
      found.set(key, { folder, free: bavail * bsize, size, inodes: all === 0 ? undefined : (100 * ffree) / all });
  }
  return [...found.values()];
}

type Counts = Pick<StatsFs, 'bsize' | 'blocks' | 'bavail' | 'bfree' | 'files' | 'ffree'>;

async function ownSpace(folder: string): Promise<Counts | undefined> {
  return statfs(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A file server that is away would keep one of our few threads for files: another process asks. */
async function sharedSpace(folder: string): Promise<Counts | undefined> {
  const asked = promisify(execFile)('stat', ['-f', '-c', '%S %b %a %f %c %d', '--', folder]);
  const { stdout } = await asked.catch(() => ({ stdout: '' }));
  const numbers = stdout.trim().split(' ').map(Number);
  if (numbers.length !== 6 || numbers.some(Number.isNaN)) return undefined;
  const [bsize, blocks, bavail, bfree, files, ffree] = numbers as [number, number, number, number, number, number];
  return { bsize, blocks, bavail, bfree, files, ffree };
}
