import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UserError } from '../errors/errors.ts';
import { fileReason } from '../errors/file-reason.ts';
import { siteErrors } from './errors.ts';
import type { SiteFileProblem, SiteFiles } from './parse-appearance.ts';

/** The text of a site file; "-" is standard input. Throws `unreadable`. */
export async function readSiteText(file: string, stdin: Readable): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(siteErrors.unreadable, { file, reason: fileReason(error) }, error);
  }
}

/**
 * What a site file names is looked for beside it; of standard input in the current folder. What is
 * no file, or too large, is not read: a pipe or a device might never end.
 */
export function filesBeside(file: string): SiteFiles {
  const folder = file === '-' ? '.' : dirname(file);
  return (path, largest) => {
    try {
      return readSmallFile(resolve(folder, path), largest);
    } catch (error) {
      return { problem: `cannot be read beside the site file: ${fileReason(error)}` };
    }
  };
}

function readSmallFile(path: string, largest: number): Uint8Array | SiteFileProblem {
  // Without waiting for somebody who writes into a pipe. What was opened is what is looked at.
  const opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(opened);
    if (found.isDirectory()) return { problem: 'is a folder, and a file is wanted' };
    if (!found.isFile()) return { problem: 'is a pipe, a socket or a device, and a file is wanted' };
    if (found.size > largest) return { problem: `has ${found.size} bytes; at most ${largest} are allowed` };
    const bytes = Buffer.alloc(largest + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= largest; length += read)
      read = readSync(opened, bytes, length, bytes.length - length, null);
    if (length > largest) return { problem: `grows while it is read; at most ${largest} bytes are allowed` };
    return bytes.subarray(0, length);
  } finally {
    closeSync(opened);
  }
}
