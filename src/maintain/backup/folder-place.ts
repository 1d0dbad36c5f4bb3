import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { giveToFolderOwner, makeOwnedFolder } from '../../store/folder-owner.ts';
import { syncFolder } from '../../store/sync-folder.ts';
import { backupErrors } from './errors.ts';
import { ownerFile, ownerOf, ownerText, type Place, type PlacedFile } from './place.ts';

const partSuffix = '.part';
/** Nobody writes any more to a file that was not written for so long. Milliseconds. */
const abandoned = 600_000;
/** The place is not there, not ours to change, or does not answer. */
const awayCodes: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EIO', 'ESTALE', 'ENOTCONN', 'ETIMEDOUT'];

/** A folder, which may be on another disk or another machine. Files have mode 600. */
export function folderPlace(folder: string): Place {
  const at = (path: string): string => join(folder, path);

  async function names(path: string): Promise<readonly string[]> {
    return readdir(at(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw away(error);
    });
  }

  function away(error: Error): UserError {
    return new UserError(backupErrors.placeAway, { place: folder, reason: error.message }, error);
  }

  /** What stands in the way of the place itself, in a sentence. */
  const own = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: NodeJS.ErrnoException) => {
      throw awayCodes.includes(error.code) ? away(error) : error;
    });

  const sizeOf = (path: string): Promise<number | undefined> =>
    stat(at(path)).then(
      ({ size }) => size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw away(error);
      },
    );

  async function* walk(path: string): AsyncGenerator<PlacedFile> {
    const entries = await readdir(at(path), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw away(error);
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) yield* walk(inner);
      else {
        const found = await stat(at(inner)).catch(() => undefined);
        if (found !== undefined) yield { path: inner, bytes: found.size, written: found.mtime };
      }
    }
  }

  const place: Place = {
    name: folder,
    folder,
    owner: async () =>
      readFile(at(ownerFile), 'utf8').then(ownerOf, (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw away(error);
      }),
    claim: async (library) => {
      async function* text(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(ownerText(library));
      }
      await place.write(ownerFile, text());
    },
    begin: async (set) => `sets/${set}${partSuffix}`,
    finish: async (set) => {
      const part = at(`sets/${set}${partSuffix}`);
      for (const entry of await own(readdir(part, { recursive: true, withFileTypes: true })))
        if (entry.isDirectory()) await syncFolder(join(entry.parentPath, entry.name));
      await syncFolder(part);
      await own(rename(part, at(`sets/${set}`)));
      await syncFolder(at('sets'));
    },
    discard: async (set) => {
      const part = at(`sets/${set}${partSuffix}`);
      await own(rename(at(`sets/${set}`), part));
      await own(rm(part, { recursive: true, force: true }));
    },
    sweep: async () => {
      for (const name of await names('sets'))
        if (name.endsWith(partSuffix)) await own(rm(at(`sets/${name}`), { recursive: true, force: true }));
      // What archiving copies just now, which needs no lease, is written to all the time.
      for (const name of await names('incoming')) {
        const part = at(`incoming/${name}`);
        const found = await stat(part).catch(() => undefined);
        if (found !== undefined && Date.now() - found.mtimeMs > abandoned) await own(rm(part, { force: true }));
      }
    },
    sets: async () => (await names('sets')).filter((name) => isSetName(name)).sort(),
    write: async (path, bytes) => {
      const part = at(`incoming/${randomUUID()}`);
      const target = at(path);
      try {
        makeOwnedFolder(dirname(part));
        makeOwnedFolder(dirname(target));
      } catch (error) {
        throw away(error as Error);
      }
      try {
        const file = await own(open(part, 'wx', 0o600));
        try {
          for await (const chunk of bytes)
            for (let done = 0; done < chunk.length; ) done += (await own(file.write(chunk, done))).bytesWritten;
          await own(file.sync());
        } finally {
          await file.close();
        }
        await own(rename(part, target));
        giveToFolderOwner(target);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    read: async (path) => {
      await access(at(path));
      return createReadStream(at(path));
    },
    size: sizeOf,
    walk,
    remove: async (path) => own(rm(at(path), { recursive: true, force: true })),
    free: async () => {
      // The folder may not be there yet: the one above has the same disk.
      for (let path = folder; ; path = dirname(path)) {
        const found = await statfs(path).catch(() => undefined);
        if (found !== undefined) return found.bavail * found.bsize;
        if (path === dirname(path)) return undefined;
      }
    },
  };
  return place;
}

/** "2026-11-29T220041Z-ab12". */
export function isSetName(name: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{4}$/.test(name);
}
