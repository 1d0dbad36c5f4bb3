import { createHash } from 'node:crypto';
import { open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentPath } from '../files/content.ts';
import { giveToFolderOwner, makeOwnedFolder, placeFile } from '../store/folder-owner.ts';
import { type ThumbnailSize, thumbnailKind, thumbnailSize } from './kinds.ts';

/** A thumbnail of the bytes with this digest, as documents of this format are drawn. */
export interface Wanted {
  readonly digest: string;
  readonly format: string;
  readonly size: ThumbnailSize;
}

/** none: it was tried, and cannot be. */
export type Found =
  | { readonly kind: 'there'; readonly bytes: Buffer }
  | { readonly kind: 'none' }
  | { readonly kind: 'missing' };

/**
 * The thumbnails of a node, in its data folder: DATA/thumbnails/1/ab/cd/DIGEST-SIZE.webp, and
 * -SIZE.KIND.none where there can be none: bytes that are no picture may be a PDF, and the same
 * bytes may be documents of both names. What is asked for is a file in `wanted`, which says by
 * whom. All of it may be deleted at any time. The number changes with how they are drawn.
 */
export interface Thumbnails {
  readonly folder: string;
  find(wanted: Wanted): Promise<Found>;
  /**
   * Asks for it; false: too much is asked for already, by all or by this network. Only a digest of
   * the network is kept.
   */
  ask(wanted: Wanted, network?: string): Promise<boolean>;
  /** All that is asked for: of each network in turn one, the oldest first. */
  asked(): Promise<readonly Wanted[]>;
  /** Nobody need draw it any more. */
  forget(wanted: Wanted): Promise<void>;
  /** Keeps it; undefined: there can be none, and `reason` says why. */
  keep(wanted: Wanted, bytes: Buffer | undefined, reason?: string): Promise<void>;
  /** Deletes those that were read longest ago until the rest has no more than `limit` bytes. */
  clean(limit: number): Promise<{ readonly bytes: number; readonly deleted: number }>;
}

export const manner = '1';
/** More at once are not made: who asks for so many is no reader. */
const mostAsked = 500;
/** Of these by one network, so that nobody keeps all others from asking. */
const mostOfOne = 100;
/**
 * Milliseconds, as all times here. What could not be drawn is tried again, as another release may.
 */
const triedAgain = 86_400_000;
/** Reading one is noted so often. */
const notedEvery = 3_600_000;
/** What a killed process left. */
const leftOver = 600_000;

export function openThumbnails(dataFolder: string): Thumbnails {
  const folder = join(dataFolder, 'thumbnails');
  const drawn = join(folder, manner);
  const wantedFolder = join(folder, 'wanted');
  const pathOf = ({ digest, size }: Wanted): string => join(drawn, `${contentPath(digest)}-${size}.webp`);
  const noneOf = (wanted: Wanted): string =>
    join(drawn, `${contentPath(wanted.digest)}-${wanted.size}.${thumbnailKind(wanted.format) ?? 'other'}.none`);
  const askedAs = ({ digest, size, format }: Wanted): string => join(wantedFolder, `${digest}.${size}.${format}`);

  return {
    folder,
    find: async (wanted) => {
      const bytes = await readNoting(pathOf(wanted));
      if (bytes !== undefined) return { kind: 'there', bytes };
      const tried = await ageOf(noneOf(wanted));
      return tried !== undefined && tried < triedAgain ? { kind: 'none' } : { kind: 'missing' };
    },
    ask: async (wanted, network = '') => {
      const who = createHash('sha256').update(network).digest('hex').slice(0, 8);
      const write = (): Promise<void> => writeFile(askedAs(wanted), who, { flag: 'wx', mode: 0o600 });
      try {
        const asked = await names(wantedFolder);
        if (asked.length >= mostAsked) return false;
        // Below that nobody can have more.
        if (asked.length >= mostOfOne) {
          const others = await Promise.all(asked.map((name) => askerOf(join(wantedFolder, name))));
          if (others.filter((other) => other === who).length >= mostOfOne) return false;
        }
        await write().catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
          makeOwnedFolder(wantedFolder);
          return write();
        });
        giveToFolderOwner(askedAs(wanted));
        return true;
      } catch (error) {
        // Another reader has asked; or the disk is full, and there are no thumbnails for now.
        return (error as NodeJS.ErrnoException).code === 'EEXIST';
      }
    },
    asked: async () => {
      const found = await Promise.all(
        (await names(wantedFolder)).map(async (name) => {
          const path = join(wantedFolder, name);
          const wanted = wantedIn(name);
          // Of a release that knew other sizes; so many of them would keep all others from asking.
          if (wanted === undefined) await rm(path, { force: true, recursive: true });
          return { wanted, who: await askerOf(path), age: (await ageOf(path)) ?? 0 };
        }),
      );
      return inTurns(found.toSorted((one, other) => other.age - one.age)).flatMap(({ wanted }) =>
        wanted === undefined ? [] : [wanted],
      );
    },
    forget: (wanted) => rm(askedAs(wanted), { force: true, recursive: true }),
    keep: async (wanted, bytes, reason = '') => {
      const path = bytes === undefined ? noneOf(wanted) : pathOf(wanted);
      makeOwnedFolder(join(path, '..'));
      const part = `${path}.${process.pid}.part`;
      try {
        await writeFile(part, bytes ?? reason, { mode: 0o600 });
        placeFile(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
      if (bytes !== undefined) await rm(noneOf(wanted), { force: true });
    },
    clean: (limit) => clean(drawn, limit),
  };
}

/** The folder of what is asked for, which is watched. */
export function wantedFolderOf({ folder }: Thumbnails): string {
  const wanted = join(folder, 'wanted');
  makeOwnedFolder(wanted);
  return wanted;
}

function wantedIn(name: string): Wanted | undefined {
  const [, digest = '', sizeText = '', format = ''] = /^([0-9a-f]{64})\.([a-z]+)\.([a-z0-9]+)$/.exec(name) ?? [];
  const size = thumbnailSize(sizeText);
  return size === undefined ? undefined : { digest, size, format };
}

/** Who asked, as a digest of the network; '' where nobody knows. */
async function askerOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** The first of each, then the second of each, and so on. */
function inTurns<T extends { readonly who: string }>(all: readonly T[]): readonly T[] {
  const counts = new Map<string, number>();
  const turns = all.map((one) => {
    const turn = counts.get(one.who) ?? 0;
    counts.set(one.who, turn + 1);
    return { one, turn };
  });
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ one }) => one);
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function ageOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
}

/** Its bytes; when it was read stands in its time of change, as few disks keep that of reading. */
async function readNoting(path: string): Promise<Buffer | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { mtimeMs } = await file.stat();
    if (Date.now() - mtimeMs > notedEvery) await utimes(path, new Date(), new Date()).catch(() => undefined);
    return await readFile(file);
  } finally {
    await file.close();
  }
}

async function clean(drawn: string, limit: number): Promise<{ readonly bytes: number; readonly deleted: number }> {
  const all: { readonly path: string; readonly bytes: number; readonly age: number }[] = [];
  for (const upper of await names(drawn))
    for (const lower of await names(join(drawn, upper)))
      for (const name of await names(join(drawn, upper, lower))) {
        const path = join(drawn, upper, lower, name);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) continue;
        const age = Date.now() - found.mtimeMs;
        if (name.endsWith('.part') && age > leftOver) await rm(path, { force: true });
        // A file takes a block of the disk, however small it is.
        else all.push({ path, bytes: Math.max(4096, found.size), age });
      }
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  let deleted = 0;
  for (const one of all.toSorted((a, b) => b.age - a.age)) {
    if (bytes <= limit) break;
    await rm(one.path, { force: true });
    bytes -= one.bytes;
    deleted++;
  }
  return { bytes, deleted };
}
