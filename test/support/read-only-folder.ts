import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const nobody = 65_534;

/**
 * For the time of `work`, nothing can be made or deleted in this folder, as on a disk that became
 * read-only. `root`: a folder of the test above it, which is opened to everybody: root itself may
 * do anything anywhere, and is nobody meanwhile.
 */
export async function inReadOnly(root: string, folder: string, work: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    for (let each = dirname(folder); each.length >= root.length; each = dirname(each)) chmodSync(each, 0o755);
    for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))])
      chownSync(path, nobody, nobody);
  }
  chmodSync(folder, 0o500);
  if (isRoot) process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o700);
  }
}
