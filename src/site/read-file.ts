import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UserError } from '../errors/errors.ts';
import { siteErrors } from './errors.ts';
import type { SiteFiles } from './parse-appearance.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'access is denied',
  EISDIR: 'it is a folder',
};

/** The text of a site file; "-" is standard input. Throws `unreadable`. */
export async function readSiteText(file: string, stdin: Readable): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UserError(siteErrors.unreadable, { file, reason: reasons[code] ?? message }, error);
  }
}

/** What a site file names is looked for beside it; of standard input in the current folder. */
export function filesBeside(file: string): SiteFiles {
  const folder = file === '-' ? '.' : dirname(file);
  return (path) => {
    try {
      return readFileSync(resolve(folder, path));
    } catch {
      return undefined;
    }
  };
}
