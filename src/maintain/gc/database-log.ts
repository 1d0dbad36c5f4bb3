import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { layoutOf } from '../../store/embedded/layout.ts';
import { placeFile } from '../../store/folder-owner.ts';
import { type Found, type GcContext, nothing } from './kind.ts';

/** Bytes: of a longer log so many stay. The server itself looks at its log only when it starts. */
export const logLimit = 10 * 1024 * 1024;

/** Of the embedded server; undefined: there is none, or it is short. */
async function longLog({ settings }: GcContext): Promise<{ readonly path: string; readonly size: number } | undefined> {
  if (settings.databaseUrl !== undefined) return undefined;
  const { log: path } = layoutOf(settings.dataFolder);
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  return size > logLimit ? { path, size } : undefined;
}

async function freed(path: string, size: number): Promise<Found> {
  const before = await stat(`${path}.1`).catch(() => undefined);
  const oldest = before === undefined ? undefined : before.mtime;
  return { count: 1, bytes: size + (before?.size ?? 0) - logLimit, oldest };
}

export async function lookAtLog(context: GcContext): Promise<Found> {
  const log = await longLog(context);
  return log === undefined ? nothing : freed(log.path, log.size);
}

/**
 * The server has the file open, for writing at its end: so the last part is copied, and the file is
 * cut to nothing. What it writes in the moment between may be lost.
 */
export async function rotateLog(context: GcContext): Promise<Found> {
  const log = await longLog(context);
  if (log === undefined) return nothing;
  const found = await freed(log.path, log.size);
  const file = await open(log.path, constants.O_RDWR | constants.O_NOFOLLOW);
  const part = `${log.path}.1.part`;
  try {
    await rm(part, { force: true });
    const copy = await open(part, 'wx', 0o600);
    try {
      await copy.writeFile(await lastPart(file));
      await copy.sync();
    } finally {
      await copy.close();
    }
    placeFile(part, `${log.path}.1`);
    await file.truncate(0);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  context.advance(1);
  return found;
}

/** From the beginning of a line. */
async function lastPart(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, logLimit));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
  const text = buffer.subarray(0, bytesRead);
  return size > logLimit ? text.subarray(text.indexOf('\n') + 1) : text;
}
