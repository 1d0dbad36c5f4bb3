import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { recipeErrors } from './errors.ts';
import { git } from './git.ts';

/** Where a site file is kept: it goes its own way, and is deployed with the program. */
export interface SiteRepository {
  readonly folder: string;
  /** "abc1234 What was done last" */
  readonly head: string;
  /** Since the tag `deployed`; without one the last ten. */
  readonly commits: readonly string[];
  /** Files that are not committed. */
  readonly changes: readonly string[];
  readonly file: string;
}

/** Throws UserError. */
export async function readSiteRepository(named: string): Promise<SiteRepository> {
  const folder = resolve(named);
  const wrong = (said: string): UserError => new UserError(recipeErrors.noSite, { folder, said });
  const head = await git(folder, ['log', '-1', '--format=%h %s']);
  if (head === undefined) throw wrong('git knows nothing of it');
  const file = ['site.yaml', 'site.yml'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw wrong('it has no site.yaml');
  const since = await git(folder, ['rev-parse', '--verify', '--quiet', 'deployed^{commit}']);
  const range = since === undefined ? ['-10', 'HEAD'] : ['deployed..HEAD'];
  const lines = (text: string | undefined): readonly string[] => (text ?? '').split('\n').filter((line) => line !== '');
  return {
    folder,
    head: head.trim(),
    commits: lines(await git(folder, ['log', '--format=%h %s', ...range, '--'])),
    changes: lines(await git(folder, ['status', '--porcelain'])).map((line) => line.slice(3)),
    file,
  };
}
