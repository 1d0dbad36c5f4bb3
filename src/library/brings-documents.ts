import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../errors/errors.ts';
import type { ContentStore } from '../files/content.ts';
import { inputHasInstructions } from '../marc/readers/find-instructions.ts';

interface HowRead {
  readonly recordLimit: number;
  readonly encoding?: string | undefined;
}

/**
 * Do records of an input bring documents? Of one that cannot be read the load says what is wrong.
 */
async function bringsDocuments(open: () => Promise<Readable>, how: HowRead): Promise<boolean> {
  const opened: Readable[] = [];
  try {
    return await inputHasInstructions(async () => {
      const stream = await open();
      opened.push(stream);
      return stream;
    }, how);
  } catch (error) {
    if (error instanceof UserError && error.status < 500) return false;
    throw error;
  } finally {
    for (const stream of opened) stream.destroy();
  }
}

/** The same of what is in the file store. */
export function contentBringsDocuments(store: ContentStore, digest: string, how: HowRead): Promise<boolean> {
  return bringsDocuments(() => store.read(digest), how);
}

/** The same of a file of this machine. */
export async function fileBringsDocuments(path: string, how: HowRead): Promise<boolean> {
  try {
    return await bringsDocuments(async () => createReadStream(path, { highWaterMark: 1024 * 1024 }), how);
  } catch (error) {
    // It is not there, or may not be read.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return false;
    throw error;
  }
}
