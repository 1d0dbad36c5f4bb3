import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors/errors.ts';
import type { Content, ContentStore } from './content.ts';
import { fileErrors } from './errors.ts';

/** What a killed process left; nobody takes longer over a file. Milliseconds. */
const leftOver = 2 * 86_400_000;

async function sweepIncoming(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > leftOver) await rm(path, { force: true });
  }
}

/**
 * Writes a stream to the store. When it resolves the bytes are safe; nothing is left behind when it
 * throws (`tooLarge`, what the stream or the disk says).
 */
export async function receive(store: ContentStore, input: AsyncIterable<Uint8Array>, limit: number): Promise<Content> {
  const incoming = await store.incoming();
  await sweepIncoming(incoming);
  const path = join(incoming, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of input) {
        bytes += chunk.length;
        if (bytes > limit) throw new UserError(fileErrors.tooLarge, { limit });
        hash.update(chunk);
        for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const content = { digest: hash.digest('hex'), bytes };
    await store.take(path, content);
    return content;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
