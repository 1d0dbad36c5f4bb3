import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Found, foundIn, type GcContext } from './kind.ts';
import { type OldFile, removeFiles } from './old-files.ts';

/** postgres.before-2026-11-29T110203: in UTC. */
const replaced = /^postgres\.before-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)$/;

/** Libraries that `restore --yes` has moved aside. */
async function find({ settings, now, signal }: GcContext, age: number): Promise<readonly OldFile[]> {
  const found: OldFile[] = [];
  for (const name of await readdir(settings.dataFolder).catch(() => [])) {
    const [, date, ...time] = replaced.exec(name) ?? [];
    if (date === undefined) continue;
    const at = new Date(`${date}T${time.join(':')}Z`);
    const path = join(settings.dataFolder, name);
    if (now() - at.getTime() >= age) found.push({ path, at, bytes: await bytesBelow(path, signal) });
  }
  return found;
}

async function bytesBelow(folder: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    signal.throwIfAborted();
    if (!entry.isFile()) continue;
    bytes += (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

export async function lookAtReplaced(context: GcContext, age: number): Promise<Found> {
  return foundIn(await find(context, age));
}

export async function removeReplaced(context: GcContext, age: number): Promise<Found> {
  return removeFiles(await find(context, age), context, (path) => rm(path, { recursive: true, force: true }));
}
