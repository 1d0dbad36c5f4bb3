import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import type { Content, ContentStore } from '../content.ts';
import { fileErrors } from '../errors.ts';
import { receive } from '../receive.ts';
import { shownLocation } from './address.ts';

export interface LocalRules {
  /** The setting `inbox`. */
  readonly folder: string;
  /** Folders of it from which nothing is taken. */
  readonly except: readonly string[];
  readonly limit: number;
}

/**
 * Takes a file below the folder into the store. It is opened first, and then looked at: what is
 * read is what was looked at, whatever becomes of the path meanwhile. Throws `notAllowed`,
 * `notFetched`, `tooLarge`, and what the store throws.
 */
export async function takeLocal(store: ContentStore, path: string, rules: LocalRules): Promise<Content> {
  return await withLocal(path, rules, (file) =>
    receive(store, file.createReadStream({ autoClose: false }), rules.limit),
  );
}

/** The same, without taking it. */
export async function lookAtLocal(path: string, rules: LocalRules): Promise<void> {
  await withLocal(path, rules, async () => undefined);
}

async function withLocal<T>(path: string, rules: LocalRules, take: (file: FileHandle) => Promise<T>): Promise<T> {
  const address = shownLocation(path);
  const refuse = (reason: string): UserError =>
    new UserError(fileErrors.notAllowed, {
      ...{ address, reason },
      hint: 'Put the file into the folder of the setting `inbox`, on the machine that does the upload, and give its whole path.',
    });
  if (!isAbsolute(path) || path.split('/').includes('..') || path.includes('\0'))
    throw refuse('it is no whole path without ".."');
  // Whatever is asked about a path outside says nothing of what is there.
  if (!(await isInside(path, rules))) throw refuse('it is not below the folder of the setting `inbox`');
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ELOOP' || code === 'EMLINK') throw refuse('it is a link');
    throw new UserError(fileErrors.notFetched, { address, reason: `it cannot be read (${String(code)})` }, error);
  }
  try {
    const opened = await file.stat();
    if (!opened.isFile()) throw refuse('it is no regular file');
    // A folder on the way may be a link by now: the opened file itself must be one of ours.
    const real = await realpath(path).catch(() => undefined);
    const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
    const isSame = found?.ino === opened.ino && found.dev === opened.dev;
    if (real === undefined || !isSame || !(await isBelowFolder(real, rules)))
      throw refuse('it is not below the folder of the setting `inbox`');
    if (opened.size > rules.limit)
      throw new UserError(fileErrors.notFetched, {
        ...{ address, reason: `it has more than ${rules.limit} bytes, which the setting \`file-limit\` allows` },
      });
    return await take(file);
  } finally {
    await file.close();
  }
}

/** By what the folders on its way really are; a file that is not there is where its folder is. */
async function isInside(path: string, rules: LocalRules): Promise<boolean> {
  const folder = await realpath(path.slice(0, path.lastIndexOf('/')) || '/').catch(() => undefined);
  return folder !== undefined && (await isBelowFolder(`${folder}/x`, rules));
}

async function isBelowFolder(real: string, { folder, except }: LocalRules): Promise<boolean> {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined || !real.startsWith(root + sep)) return false;
  return !except.includes(real.slice(root.length + 1).split(sep)[0]!);
}
