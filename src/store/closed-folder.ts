import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';

/**
 * What a library keeps is for its own user: from here on this process, and those that it starts,
 * make files that nobody else can read, and what an older release left open in the data folder is
 * closed. A web server that sends documents itself reads them as a member of their group: it passes
 * through the data folder when they are in it.
 */
export function closeDataFolder({ dataFolder, files, fileDelivery }: Folders): void {
  process.umask(0o077);
  const isRead = files === undefined && (fileDelivery === 'x-sendfile' || fileDelivery === 'x-accel');
  const passage = isRead ? 0o010 : 0;
  const names = entriesOf(dataFolder);
  // A folder that is for other things too, as /srv, is left as it is; what is ours in it is closed.
  if (names.length > 0 && names.every((name) => ours.test(name))) {
    narrow(dataFolder, (before) => 0o700 | (before & passage));
    openToServer(dataFolder);
  }
  for (const name of names.filter((one) => ours.test(one))) {
    const path = join(dataFolder, name);
    // Root's PostgreSQL is another user, who owns what is in there, has that of a drill inside, and
    // archives to the other.
    if (name === 'postgres' || name === 'backups' || name === 'drill') {
      narrow(path, () => 0o700);
      openToServer(path);
    } else if (name !== 'files' || !isRead) narrow(path, (before, isFolder) => before & (isFolder ? 0o700 : 0o600));
  }
}

/** What is in a data folder. */
const ours =
  /^(?:postgres|postgres\.before-\S+|backups|index|files|incoming|outbox|profiles|run|restore\.json|restored|drill|drill\.lock|tune|thumbnails|node-id|library-id|database-made|compile-cache|audit-.*|failures\S*\.jsonl|alerts|reperio\.yaml|serve\.json|serve\.lock.*)$/;

type Folders = Pick<Settings, 'dataFolder' | 'files' | 'fileDelivery'>;

/**
 * PostgreSQL does not run as root: another user must get to its files through root's folder,
 * without seeing what else is in it.
 */
export function openToServer(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (process.getuid?.() !== 0 || !found?.isDirectory() || found.uid !== 0 || (found.mode & 0o001) !== 0) return;
  chmodSync(folder, (found.mode & 0o7777) | 0o011);
}

/**
 * Changes what is open too far; leaves what belongs to somebody else, links, and a disk that is
 * only read.
 */
function narrow(path: string, mode: (before: number, isFolder: boolean) => number): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !(found.isDirectory() || found.isFile())) return;
  const before = found.mode & 0o777;
  const wanted = mode(before, found.isDirectory());
  if ((before & 0o077) === (wanted & 0o077)) return;
  try {
    // With what else it has: setgid, so that a web server's group is inherited.
    chmodSync(path, (found.mode & 0o7000) | wanted);
  } catch {
    // Whoever owns it says who reads it.
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is not there yet, or may not be read; then opening the library says so.
    return [];
  }
}
