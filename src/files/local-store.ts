import { constants, type Stats } from 'node:fs';
import {
  access,
  appendFile,
  chmod,
  type FileHandle,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { UserError } from '../errors/errors.ts';
import { handToFolderOwner, makeHandedFolder } from '../store/folder-owner.ts';
import { syncFolder } from '../store/sync-folder.ts';
import { type ContentStore, contentPath, digestAt, type KeptContent } from './content.ts';
import { fileErrors } from './errors.ts';
import { type GateOptions, gateOf, NoAnswer } from './gate.ts';

/** Tells our folder from the empty mount point of a file system that is not there. */
export const markerName = '.reperio-files';
const markerText = 'Documents of a Reperio library, by their SHA-256. Without this file nothing is written here.\n';

/**
 * What a disk or a file server says that is away, or does not let us in; it says nothing of the
 * file that was asked for.
 */
const awayCodes: readonly unknown[] = [
  'EIO',
  'ESTALE',
  'ETIMEDOUT',
  'ENOTCONN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENXIO',
  'ENODEV',
];
/** Half of the threads that bin/reperio gives a process. */
const usualGate: GateOptions = { most: 8, patience: 10_000 };
const pieceSize = 256 * 1024;

const refusedCodes: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'];

/**
 * A folder, which may be on a network file system that all nodes share: a file appears under its
 * digest by being renamed, whole or not at all, without locks. Two nodes that bring the same file
 * at once both succeed. `isNew` says whether the library has no files yet: then the folder is made;
 * later it must be there, with our mark. A file system that does not answer is said to be away, and
 * keeps nobody else waiting.
 */
export function localStore(
  folder: string,
  isNew: () => Promise<boolean>,
  gateOptions: GateOptions = usualGate,
  libraryId?: () => Promise<string>,
): ContentStore {
  const gate = gateOf(gateOptions);
  const pathOf = (digest: string): string => join(folder, contentPath(digest));
  let marked = false;

  const away = (reason: string, cause?: unknown): UserError =>
    new UserError(fileErrors.away, { folder, reason }, cause);

  /** `refused`: the codes that are about the folder as well, where not about one file. */
  async function explained<T>(work: () => Promise<T>, refused: readonly unknown[] = [], isPatient = false): Promise<T> {
    try {
      return await gate(work, isPatient);
    } catch (error) {
      if (error instanceof NoAnswer) throw away(error.message, error);
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (awayCodes.includes(code) || refused.includes(code)) throw away((error as Error).message, error);
      throw error;
    }
  }

  /** Throws `away` unless this is our folder. */
  async function requireOurs(): Promise<void> {
    if (marked) return;
    const marker = join(folder, markerName);
    if (!(await isThere(marker))) {
      // A folder of before there was a mark has folders of two hex digits.
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const isOlder = names.some((name) => /^[0-9a-f]{2}$/.test(name));
      if (!isOlder && !(await isNew())) throw away('it has none of the files of this library');
      await makeHandedFolder(folder);
      await writeFile(marker, markerText);
      await handToFolderOwner(marker);
    }
    if (libraryId !== undefined) await requireLibrary(marker, await libraryId());
    marked = true;
  }

  /** The mark names the library: two that share a folder would remove each other's files. */
  async function requireLibrary(marker: string, id: string): Promise<void> {
    const written = /^library: (\S+)$/m.exec(await readFile(marker, 'utf8'))?.[1];
    if (written === id) return;
    if (written !== undefined)
      throw away(`it belongs to another library, as ${marker} says; where that is gone, delete this file`);
    await appendFile(marker, `library: ${id}\n`);
  }

  /** Throws `away` when the folder may not be entered; that it is not there is found out later. */
  async function readable(): Promise<void> {
    await access(folder, constants.R_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw away(error.message, error);
    });
  }

  async function* pieces(file: FileHandle, range: { readonly start: number; readonly end: number } | undefined) {
    for (let at = range?.start ?? 0; ; ) {
      const most = range === undefined ? pieceSize : Math.min(pieceSize, range.end - at + 1);
      if (most <= 0) return;
      const { bytesRead, buffer } = await explained(() => file.read(Buffer.allocUnsafe(most), 0, most, at));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  /** It closes the file at its end, also when nobody has begun to read it. */
  function streamOf(file: FileHandle, range: Parameters<typeof pieces>[1]): Readable {
    const stream = Readable.from(pieces(file, range), { objectMode: false, highWaterMark: pieceSize });
    // Closing one that hangs would wait as well.
    return stream.once('close', () => void file.close().catch(() => undefined));
  }

  async function missing(digest: string): Promise<UserError> {
    // It was there when we looked last, and may be unmounted since.
    marked = false;
    await requireOurs();
    return new UserError(fileErrors.lost, { digest });
  }

  return {
    incoming: async () => {
      const incoming = join(folder, 'incoming');
      await explained(async () => {
        await requireOurs();
        await makeHandedFolder(incoming);
      }, refusedCodes);
      return incoming;
    },
    take: (path, { digest }) =>
      explained(async () => {
        marked = false;
        await requireOurs();
        const target = pathOf(digest);
        const isOpen = await openToGroup(folder);
        // What is there already is replaced by the same, or was damaged.
        const made = await makeHandedFolder(dirname(target));
        if (isOpen) {
          if (made !== undefined)
            for (let each = dirname(target); each.length >= made.length; each = dirname(each))
              await letGroup(each, 0o050);
          await letGroup(path, 0o040);
        }
        await rename(path, target);
        await handToFolderOwner(target);
        await syncFolder(dirname(target));
      }, refusedCodes),
    read: async (digest, range) => {
      let isGivenUp = false;
      const opening = explained(async () => {
        await readable();
        const path = pathOf(digest);
        if (!(await isThere(path))) throw await missing(digest);
        const file = await open(path, 'r').catch((error: Error) => {
          throw 'code' in error && awayCodes.includes(error.code)
            ? error
            : new UserError(fileErrors.refused, { digest, reason: error.message }, error);
        });
        if (isGivenUp) await file.close();
        return file;
      });
      const file = await opening.catch((error: unknown) => {
        // It may be opened yet, for nobody.
        isGivenUp = true;
        throw error;
      });
      return streamOf(file, range);
    },
    size: (digest) =>
      explained(async () => {
        await readable();
        const found = await sizeOf(pathOf(digest));
        if (found === undefined) await missing(digest);
        return found;
      }),
    path: pathOf,
    address: async () => undefined,
    list: async function* () {
      marked = false;
      await explained(requireOurs, refusedCodes);
      const hex = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);
      for (const first of (await explained(() => namesIn(folder), refusedCodes)).filter(hex)) {
        const second = (await explained(() => namesIn(join(folder, first)), refusedCodes)).filter(hex);
        // All that begin alike at once: one after the other is mostly waiting.
        const kept = second.map((name) => keptIn(folder, `${first}/${name}`));
        yield* (await explained(() => Promise.all(kept), refusedCodes)).flat();
      }
    },
    remove: (digest) =>
      explained(
        async () => {
          marked = false;
          await requireOurs();
          await rm(pathOf(digest), { force: true });
          // Who removes keeps others from naming these bytes. Told too early that the folder is
          // away, they would let them, and what was asked of it would still happen when it is back.
        },
        refusedCodes,
        true,
      ),
  };
}

/** In order; none when the folder is not there (any more). */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.sort();
}

async function keptIn(folder: string, inner: string): Promise<readonly KeptContent[]> {
  const found = await Promise.all(
    (await namesIn(join(folder, inner))).map(async (name) => {
      const digest = digestAt(`${inner}/${name}`);
      const state = digest === undefined ? undefined : await statOf(join(folder, inner, name));
      if (digest === undefined || !state?.isFile()) return [];
      return [{ digest, bytes: state.size, modified: state.mtime }];
    }),
  );
  return found.flat();
}

/**
 * Who may read documents, as a web server that sends them, is what the mode of their folder says;
 * that of this process is for the rest.
 */
async function openToGroup(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && (found.mode & 0o050) === 0o050;
}

/** With what else the mode says: new folders inherit the group (setgid). */
async function letGroup(path: string, bits: number): Promise<void> {
  await chmod(path, ((await stat(path)).mode & 0o7777) | bits);
}

async function isThere(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await statOf(path))?.size;
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
