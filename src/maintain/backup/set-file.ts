import { buffer } from 'node:stream/consumers';
import { UserError } from '../../errors/errors.ts';
import { Damage, verified } from './blocks.ts';
import { backupErrors } from './errors.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';

/** Reads small files of a set, each compared with its digest before anybody trusts it. */

/** Undefined: the set has none of this name. Throws `damaged`. */
export async function readSetFile(
  place: Place,
  { set, files }: Pick<Manifest, 'set' | 'files'>,
  path: string,
): Promise<Buffer | undefined> {
  const file = files.find((one) => one.path === path);
  if (file === undefined) return undefined;
  try {
    return await buffer(verified(await place.read(`sets/${set}/${path}`), file));
  } catch (error) {
    throw damagedOr(error, set, path);
  }
}

/** What is wrong with a file of a set, in words; any other error as it is. */
export function damagedOr(error: unknown, set: string, file: string): unknown {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!(error instanceof Damage) && !isMissing) return error;
  const [offset, problem] = error instanceof Damage ? [error.offset, error.message] : [0, 'it is missing'];
  return new UserError(backupErrors.damaged, { set, file, offset, problem }, error);
}
