import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors/errors.ts';
import { releaseErrors } from './errors.ts';
import { manifestFile } from './release.ts';

/** SHA-256 in hex, by path in the release. */
export type Manifest = ReadonlyMap<string, string>;

/** Throws UserError where it is missing or is not one. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, manifestFile);
  const damaged = (problem: string): never => {
    throw new UserError(releaseErrors.manifestDamaged, { path, problem });
  };
  let text: string;
  try {
    if (statSync(path).size > mostBytes) return damaged('it is far too long');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    return damaged(error instanceof Error && 'code' in error ? String(error.code) : String(error));
  }
  if (!text.endsWith('\n')) return damaged('its last line is not whole');
  const lines = text.slice(0, -1).split('\n');
  return new Map(
    lines.map((line, at) => {
      const [, digest = '', name = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? damaged(`line ${at + 1} is wrong`);
      if (leadsOut(name)) damaged(`line ${at + 1} names a file outside of the release`);
      return [name, digest] as const;
    }),
  );
}

/** Bytes; a real one has less than one megabyte. */
const mostBytes = 5e7;

function leadsOut(name: string): boolean {
  return name.split('/').some((part) => part === '' || part === '.' || part === '..');
}

/** As `sha256sum -c` reads it. */
export function manifestText(manifest: Manifest): string {
  return [...manifest].map(([path, digest]) => `${digest}  ${path}\n`).join('');
}

/**
 * All files and links of a folder, in the order of their bytes. Folders are not listed, and a link
 * to one is not followed.
 */
export function filesOf(folder: string): readonly string[] {
  return [...walk(folder, '')].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function* walk(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, path);
    else yield path;
  }
}

/** Follows links, as sha256sum does. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
