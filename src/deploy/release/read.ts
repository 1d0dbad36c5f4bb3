import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { releaseErrors } from './errors.ts';
import { type Release, releaseFile } from './release.ts';

/** What a folder says of itself. Throws UserError where it is not a release, or a damaged one. */
export function readRelease(folder: string): Release {
  const path = join(folder, releaseFile);
  const text = textOf(path);
  if (text === undefined) throw new UserError(releaseErrors.noRelease, { path: folder, problem: whyNone(folder) });
  return parseRelease(text, path);
}

function whyNone(folder: string): string {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return 'there is nothing at that place';
  return found.isDirectory() ? `it has no ${releaseFile}` : 'it is neither a folder nor a file of one';
}

/** `path`: for messages. Throws UserError. */
export function parseRelease(text: string, path: string): Release {
  const damaged = (problem: string): never => {
    throw new UserError(releaseErrors.infoDamaged, { path, problem });
  };
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return damaged('it is not JSON');
  }
  if (typeof found !== 'object' || found === null) return damaged('it is not an object');
  const fields = found as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(shape).find(([name, isRight]) => !isRight(fields[name]));
  if (wrong !== undefined) return damaged(`"${wrong[0]}" is missing or wrong`);
  return found as Release;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isListOf =
  (isRight: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isRight);
const hasFields =
  (fields: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, isRight]) => isRight((value as Record<string, unknown>)[name]));
const isMigration = hasFields({
  number: Number.isInteger,
  file: (value) => typeof value === 'string' && /^\d+-[\w-]+\.sql$/.test(value),
  checksum: isText,
  offline: (value) => typeof value === 'boolean',
  locks: (value) => value === undefined || isText(value),
});
const isPair = hasFields({ analysis: Number.isInteger, format: Number.isInteger });
const isPlatform = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'arch' in value && 'glibc' in value && isText(value.glibc);

/** What every later release has too: a reader of another version relies on it. */
const shape: Readonly<Record<keyof Release, (value: unknown) => boolean>> = {
  version: (value) => typeof value === 'string' && /^\d[\w.+~-]*$/.test(value),
  commit: (value) => typeof value === 'string' && /^[0-9a-f]{7,64}$/.test(value),
  date: isText,
  platform: isPlatform,
  node: isText,
  postgresql: (value) => Number.isInteger(value),
  migrations: isListOf(isMigration),
  index: isListOf(isPair),
  settings: isListOf(isText),
};

/** Bytes; a real one has some ten thousand. */
const mostBytes = 1e6;

function textOf(path: string): string | undefined {
  try {
    if (statSync(path).size > mostBytes)
      throw new UserError(releaseErrors.infoDamaged, { path, problem: 'it is far too long' });
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(releaseErrors.infoDamaged, { path, problem: String(code) }, error);
  }
}
