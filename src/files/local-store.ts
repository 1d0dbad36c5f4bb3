import { createReadStream } from 'node:fs';
import { access, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors/errors.ts';
import { type ContentStore, contentPath } from './content.ts';
import { fileErrors } from './errors.ts';

/**
 * A folder, which may be on a network file system that all nodes share: a file appears under its digest by being renamed, whole or not at all, without locks. Two nodes that bring the
 * same file at once both succeed.
 */
export function localStore(folder: string): ContentStore {
  const pathOf = (digest: string): string => join(folder, contentPath(digest));
  return {
    incoming: join(folder, 'incoming'),
    take: async (path, { digest }) => {
      const target = pathOf(digest);
      // What is there already is replaced by the same, or was damaged.
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
      await syncFolder(dirname(target));
    },
    read: async (digest, range) => {
      const path = pathOf(digest);
      await access(path).catch(() => {
        throw new UserError(fileErrors.lost, { digest });
      });
      return createReadStream(path, range ?? {});
    },
    size: (digest) => sizeOf(pathOf(digest)),
    path: pathOf,
    address: async () => undefined,
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
}

/** So that the name is still there after a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch {
    // Some network file systems cannot; they have their own care.
  } finally {
    await folder.close();
  }
}
