import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../../scripts/make/checkout.ts';
import { makeDeb } from '../../scripts/make/deb.ts';
import type { PackagePlan } from '../../scripts/make/plan.ts';
import { makeRpm } from '../../scripts/make/rpm.ts';
import { makeTree } from '../../scripts/make/tree.ts';
import { digestOf, filesOf, manifestText } from '../../src/deploy/release/manifest.ts';
import { readRelease } from '../../src/deploy/release/read.ts';
import { manifestFile, releaseFile } from '../../src/deploy/release/release.ts';

const root = join(import.meta.dirname, '../..');

const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim();

/** A commit of what is in the checkout now, changes included that are not committed. */
function commitHere(): Commit {
  const hash = git('stash', 'create') || git('rev-parse', 'HEAD');
  // Not the time of the stash, which is another one each time.
  return { hash, date: new Date(Number(git('log', '-1', '--format=%ct', 'HEAD')) * 1000) };
}

/** Makes a release of it. */
export async function makeReleaseHere(tree: string): Promise<void> {
  const { hash, date } = commitHere();
  await makeTree(root, tree, { hash: git('rev-parse', `${hash}^{tree}`), date });
}

/** Copies a release of it, which is made once, and again when something has changed. */
export async function copyReleaseHere(to: string): Promise<void> {
  // Not below node_modules, where npm takes a folder for a part of the clone.
  const folder = join(root, 'dist/.test-release');
  const made = join(folder, git('rev-parse', `${commitHere().hash}^{tree}`));
  if (!existsSync(made)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await makeReleaseHere(`${made}.part`);
    renameSync(`${made}.part`, made);
  }
  execFileSync('cp', ['-a', made, to]);
}

/** Another release, a copy of this one with changes; whole, with a manifest of its own. */
export async function makeVariant(
  tree: string,
  to: string,
  version: string,
  change: (folder: string) => void = () => {},
): Promise<void> {
  execFileSync('cp', ['-a', tree, to]);
  const described = join(to, 'package.json');
  edit(described, /"version": "[^"]+"/, `"version": "${version}"`);
  change(to);
  writeFileSync(join(to, releaseFile), `${JSON.stringify({ ...readRelease(to), version }, undefined, 2)}\n`);
  rmSync(join(to, manifestFile));
  const manifest = new Map<string, string>();
  for (const path of filesOf(to)) manifest.set(path, await digestOf(join(to, path)));
  writeFileSync(join(to, manifestFile), manifestText(manifest));
}

export function edit(path: string, pattern: RegExp, by: string): void {
  const text = readFileSync(path, 'utf8');
  if (!pattern.test(text)) throw new Error(`${path} has no ${pattern}`);
  writeFileSync(path, text.replace(pattern, by));
}

/**
 * Packages a release of tests, hardly compressed. Uses the tree up. Resolves to the file, in `out`.
 */
export async function packageTree(kind: 'deb' | 'rpm', tree: string, out: string, name: string): Promise<string> {
  const release = readRelease(tree);
  const work = join(out, `${name}.work`);
  mkdirSync(work, { recursive: true });
  const maintainer = 'Tests <tests@library.example>';
  const epoch = Date.parse(release.date) / 1000;
  const plan: PackagePlan = { root, release, tree, work, out: work, revision: '1', maintainer, epoch, level: 0 };
  const said = await (kind === 'deb' ? makeDeb(plan) : makeRpm(plan));
  const made = said.split(': ')[0]!;
  const path = join(out, `${name}.${kind}`);
  renameSync(made, path);
  rmSync(work, { recursive: true, force: true });
  return path;
}
