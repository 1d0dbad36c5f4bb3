import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { releaseErrors } from './errors.ts';

/** Of the file reperio-VERSION-linux-ARCH.tar.zst: is it one, and not a folder? */
export function isArchive(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Unpacks the file of a release into a new folder for temporary files, for the time of `use`.
 * Throws UserError where the file is not whole. `only`: those paths in the release.
 */
export async function withUnpacked<T>(
  path: string,
  use: (folder: string) => Promise<T>,
  only?: readonly string[],
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-release-'));
  try {
    await unpackRelease(path, folder, only);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Unpacks the file of a release into an existing folder, without the folder that everything is in
 * there. Node decompresses: hosts need no zstd. `only`: those paths in the release.
 */
export async function unpackRelease(path: string, folder: string, only: readonly string[] = []): Promise<void> {
  // With --occurrence it ends as soon as it has them.
  const members = only.length === 0 ? [] : ['--occurrence', '--wildcards', ...only.map((name) => `*/${name}`)];
  const words = ['-x', '--strip-components=1', '--no-same-owner', '--delay-directory-restore', '-C', folder];
  const tar = spawn('tar', [...words, ...members], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  tar.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number>((resolve) => {
    tar.once('error', (error) => {
      said = String(error);
      resolve(127);
    });
    tar.once('close', (code) => resolve(code ?? 1));
  });
  const problem = await pipeline(createReadStream(path), createZstdDecompress(), tar.stdin).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  );
  const status = await ended;
  // Who has seen the end of the archive does not wait for ours.
  const broken = problem !== undefined && !/^EPIPE$|PREMATURE_CLOSE$/.test(String(problem.code)) ? problem : undefined;
  if (broken === undefined && status === 0) return;
  if (/No space left/.test(said)) throw new UserError(releaseErrors.diskFull, { folder });
  const reason = broken === undefined ? (said.trim().split('\n')[0] ?? '') : reasonOf(broken);
  throw new UserError(releaseErrors.archiveDamaged, { path, problem: reason }, problem);
}

function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  if (/unexpected end|Z_BUF_ERROR|truncated/i.test(`${code} ${message}`)) return 'it ends too early';
  return message === '' ? code : message;
}
