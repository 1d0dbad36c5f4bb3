import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { manner } from '../../thumbnails/kept.ts';
import { type Found, foundIn, type GcContext } from './kind.ts';
import { type OldFile, oldFiles, removeFiles } from './old-files.ts';

/** Digests of a question to the database. */
const pageSize = 1_000;
const drawn = /^([0-9a-f]{64})-/;

/**
 * Thumbnails of bytes that no file of a record names any more, and those that were drawn in the
 * manner of another release, which nobody looks for.
 */
async function find(context: GcContext, age: number): Promise<readonly OldFile[]> {
  const folder = join(context.settings.dataFolder, 'thumbnails');
  const before = context.now() - age;
  const matches = (name: string): boolean => drawn.test(name);
  const found: OldFile[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const asked = { folder: join(folder, name), matches, recursive: true, byReading: false };
    const old = await oldFiles(asked, before, context.signal);
    found.push(...(name === manner ? await unnamed(context, old) : old));
  }
  return found;
}

async function unnamed({ database, signal }: GcContext, files: readonly OldFile[]): Promise<readonly OldFile[]> {
  const found: OldFile[] = [];
  for (let at = 0; at < files.length; at += pageSize) {
    signal.throwIfAborted();
    const page = files.slice(at, at + pageSize);
    const digestOf = ({ path }: OldFile): string => drawn.exec(path.slice(path.lastIndexOf('/') + 1))?.[1] ?? '';
    const named = await database.query<{ digest: string }>(sql`
      SELECT DISTINCT encode(digest, 'hex') AS digest FROM file
      WHERE digest = ANY (ARRAY(SELECT decode(given, 'hex') FROM unnest(${page.map(digestOf)}::text[]) AS given))`);
    const digests = new Set(named.map(({ digest }) => digest));
    found.push(...page.filter((file) => !digests.has(digestOf(file))));
  }
  return found;
}

export async function lookAtThumbnails(context: GcContext, age: number): Promise<Found> {
  return foundIn(await find(context, age));
}

export async function removeThumbnails(context: GcContext, age: number): Promise<Found> {
  return removeFiles(await find(context, age), context);
}
