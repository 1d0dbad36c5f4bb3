import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';

const full: readonly unknown[] = ['ENOSPC', 'EDQUOT'];
const refusals: readonly unknown[] = ['EROFS', 'EACCES', 'EPERM', 'ENOTDIR'];

/**
 * What an operator can repair on a disk, as a sentence and a hint; anything else as it is. `place`:
 * where it was, when the error does not say.
 */
export function explainDisk(error: unknown, place = 'what is written'): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  // A socket that belongs to somebody else is no disk.
  if (error.syscall === 'connect')
    return refusals.includes(error.code)
      ? new UserError(storeErrors.socketDenied, { reason: error.message }, error)
      : error;
  const path = 'path' in error ? String(error.path) : place;
  if (full.includes(error.code))
    return new UserError(storeErrors.diskFull, { reason: error.message, place: path }, error);
  // A folder that cannot be made: Node says ENOENT on a disk that is only read, and EEXIST where a
  // file is in its place.
  const isNoFolder = error.syscall === 'mkdir' && (error.code === 'ENOENT' || error.code === 'EEXIST');
  const isRefused = isNoFolder || refusals.includes(error.code);
  return isRefused ? new UserError(storeErrors.folderDenied, { folder: path, reason: error.message }, error) : error;
}
