import { execFile } from 'node:child_process';

/** What git prints; undefined: it fails, or there is none. */
export async function git(folder: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['-C', folder, ...words], { timeout: 30_000, maxBuffer: 1 << 28 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}

/** Lines "abc1234 What was done", the newest first; undefined: this clone does not know both. */
export async function commitsBetween(folder: string, from: string, to: string): Promise<readonly string[] | undefined> {
  const known = await git(folder, ['rev-parse', '--verify', '--quiet', `${from}^{commit}`, '--']);
  if (known === undefined) return undefined;
  const text = await git(folder, ['log', '--format=%h %s', `${from}..${to}`, '--']);
  return text?.split('\n').filter((line) => line !== '');
}
