import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Found, foundIn, type GcContext } from './kind.ts';

export interface OldFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written or read last. */
  readonly at: Date;
}

export interface FilesAsked {
  readonly folder: string;
  readonly matches: (name: string) => boolean;
  /** Folders inside as well; links are not followed. */
  readonly recursive: boolean;
  /** Reading a file keeps it. */
  readonly byReading: boolean;
}

/** Files of a folder that were used before this time, in ms. None when there is no folder. */
export async function oldFiles(asked: FilesAsked, before: number, signal: AbortSignal): Promise<readonly OldFile[]> {
  const { folder, matches, recursive, byReading } = asked;
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: OldFile[] = [];
  for (const entry of entries) {
    signal.throwIfAborted();
    if (!entry.isFile() || !matches(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const state = await lstat(path).catch(() => undefined);
    if (state === undefined) continue;
    const at = byReading && state.atime > state.mtime ? state.atime : state.mtime;
    if (at.getTime() < before) found.push({ path, bytes: state.size, at });
  }
  return found;
}

/** Goes on after one that cannot be removed. */
export async function removeFiles(
  files: readonly OldFile[],
  { signal, advance }: GcContext,
  removeOne = (path: string): Promise<void> => rm(path, { force: true }),
): Promise<Found> {
  const removed: OldFile[] = [];
  const problems: string[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    try {
      await removeOne(file.path);
      removed.push(file);
      advance(1);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  const [first] = problems;
  if (first === undefined) return foundIn(removed);
  const count = problems.length === 1 ? 'A file' : `${problems.length} files`;
  return { ...foundIn(removed), problem: `${count} could not be removed: ${first}.` };
}

/** `look` and `remove` of a kind that is old files. */
export function filesKind(asked: (context: GcContext) => Promise<readonly FilesAsked[]>) {
  const find = async (context: GcContext, age: number): Promise<readonly OldFile[]> => {
    const found: OldFile[] = [];
    for (const one of await asked(context)) found.push(...(await oldFiles(one, context.now() - age, context.signal)));
    return found;
  };
  return {
    look: async (context: GcContext, age: number): Promise<Found> => foundIn(await find(context, age)),
    remove: async (context: GcContext, age: number): Promise<Found> => {
      const files = await find(context, age);
      return removeFiles(files, context);
    },
  };
}
