import { readFile } from 'node:fs/promises';

/** Undefined: it is not there, or may not be read. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
