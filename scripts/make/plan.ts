import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackRelease } from '../../src/deploy/release/archive.ts';
import { readRelease } from '../../src/deploy/release/read.ts';
import type { Release } from '../../src/deploy/release/release.ts';
import { verifyRelease } from '../../src/deploy/release/verify.ts';
import { UserError } from '../../src/errors/errors.ts';
import { Refusal } from './refuse.ts';

/** What a package is made from. */
export interface PackagePlan {
  /** The clone. */
  readonly root: string;
  readonly release: Release;
  /** Folder of the verified release; a package may take it as its own. */
  readonly tree: string;
  /** A folder for work, which goes. */
  readonly work: string;
  readonly out: string;
  /** Of the package: raised when it is made anew of the same release. */
  readonly revision: string;
  readonly maintainer: string;
  /** For everything that is dated: when the release was committed. */
  readonly epoch: number;
  /** Of xz: 6, or less where time counts. */
  readonly level: number;
}

export interface PlanOptions extends Pick<PackagePlan, 'root' | 'work' | 'out' | 'revision' | 'maintainer'> {
  /** reperio-VERSION-linux-ARCH.tar.zst */
  readonly archive: string;
}

/** Unpacks and verifies a release. Throws a refusal. */
export async function planOf({ archive, ...options }: PlanOptions): Promise<PackagePlan> {
  if (!/^\d+$/.test(options.revision))
    throw new Refusal(`--revision is a number, and not ${options.revision}.`, 'Give 1, 2, ...');
  const tree = join(options.work, 'release');
  mkdirSync(tree);
  try {
    await unpackRelease(archive, tree);
    const differences = await verifyRelease(tree);
    if (differences.length > 0)
      throw new Refusal(
        `${archive} is damaged: ${differences[0]!.path} is ${differences[0]!.kind}.`,
        'Make it again: scripts/release.',
      );
  } catch (error) {
    throw error instanceof UserError ? new Refusal(error.message, error.hint) : error;
  }
  const release = readRelease(tree);
  return { ...options, tree, release, level: 6, epoch: Date.parse(release.date) / 1000 };
}
