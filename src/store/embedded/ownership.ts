import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import type { Identity } from './identity.ts';

/**
 * A folder for a socket, which nobody else comes into. What the server must own is given to it;
 * only root can, and only root has to. Throws `folderDenied`.
 */
export function makeSocketFolder(folder: string, identity: Pick<Identity, 'owner'> = { owner: ourselves() }): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    own(folder, identity);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const found = lstatSync(folder);
    const ours = found.uid === (process.getuid?.() ?? 0) || found.uid === identity.owner.uid;
    // In the system's temporary folder anybody may have been there first.
    if (!found.isDirectory() || !ours)
      throw new UserError(storeErrors.folderDenied, { folder, reason: 'it is not a folder of this user' });
    chmodSync(folder, 0o700);
    own(folder, identity);
  }
}

/** What is there already needs no room on a full disk. */
export function writeOwned(path: string, text: string, identity: Identity): void {
  const isThere = existsSync(path) && readFileSync(path, 'utf8') === text;
  if (!isThere) writeFileSync(path, text, { mode: 0o600 });
  own(path, identity);
}

function ourselves(): Identity['owner'] {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

export function own(path: string, { owner }: Pick<Identity, 'owner'>): void {
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

export function ownTree(path: string, identity: Identity): void {
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) own(join(path, entry), identity);
  own(path, identity);
}
