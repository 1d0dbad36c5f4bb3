import { createReadStream } from 'node:fs';
import { access, chmod, mkdir, open, rename, stat } from 'node:fs/promises';
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
      const open = await openToGroup(folder);
      // What is there already is replaced by the same, or was damaged.
      const made = await mkdir(dirname(target), { recursive: true });
      if (open) {
        if (made !== undefined)
          for (let each = dirname(target); each.length >= made.length; each = dirname(each))
            await letGroup(each, 0o050);
        await letGroup(path, 0o040);
      }
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

/**
 * Who may read documents, as a web server that sends them, is what the mode of their folder says; that of this process
 * is for the rest.
 */
async function openToGroup(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && (found.mode & 0o050) === 0o050;
}

/** With what else the mode says: new folders inherit the group (setgid). */
async function letGroup(path: string, bits: number): Promise<void> {
  await chmod(path, ((await stat(path)).mode & 0o7777) | bits);
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
