import { realpathSync } from 'node:fs';
import { Refusal } from './refuse.ts';
import { output } from './run.ts';

export interface Commit {
  readonly hash: string;
  readonly date: Date;
}

/** The commit that is checked out, if nothing in the checkout differs from it. Throws a refusal. */
export function checkedOut(root: string): Commit {
  const git = (...words: readonly string[]): string => output('git', ['-C', root, ...words]).trim();
  let top: string;
  try {
    top = git('rev-parse', '--show-toplevel');
  } catch {
    top = '';
  }
  if (top === '' || realpathSync(top) !== realpathSync(root))
    throw new Refusal(`${root} is not a checkout of git.`, 'Clone the repository, and make the release there.');
  const changes = git('status', '--porcelain')
    .split('\n')
    .filter((line) => line !== '');
  if (changes.length > 0) {
    const some = changes.slice(0, 5).map((line) => line.trim().replace(/^\S+\s+/, ''));
    const more = changes.length > some.length ? ` and ${changes.length - some.length} more` : '';
    throw new Refusal(
      `The checkout differs from its commit: ${some.join(', ')}${more}.`,
      'A release is made of a commit: commit these changes, or put them away with `git stash -u`.',
    );
  }
  const [hash = '', seconds = ''] = git('log', '-1', '--format=%H %ct').split(' ');
  return { hash, date: new Date(Number(seconds) * 1000) };
}
