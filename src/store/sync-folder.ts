import { open } from 'node:fs/promises';

/** So that a name in it is still there after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch {
    // Some network file systems cannot; they have their own care.
  } finally {
    await folder.close();
  }
}
