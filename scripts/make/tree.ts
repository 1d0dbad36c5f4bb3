import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeInfo } from '../../src/deploy/release/make-info.ts';
import { digestOf, filesOf, manifestText } from '../../src/deploy/release/manifest.ts';
import { manifestFile, type Release, releaseFile } from '../../src/deploy/release/release.ts';
import type { Commit } from './checkout.ts';
import { Refusal } from './refuse.ts';
import { output, show } from './run.ts';
import { slim } from './slim.ts';

/** What of a commit is in a release; `slim` takes the tests out again. */
const parts = [
  ...['bin', 'src', 'scripts', 'docs', 'examples', 'package.json', 'package-lock.json'],
  ...['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md'],
];

/** Makes the folder of a release. */
export async function makeTree(
  root: string,
  tree: string,
  commit: Commit,
): Promise<{ readonly release: Release; readonly files: number }> {
  mkdirSync(tree);
  const plain = `${tree}.tar`;
  output('git', ['-C', root, 'archive', '--format=tar', '-o', plain, commit.hash, ...parts]);
  output('tar', ['-x', '-f', plain, '-C', tree]);
  rmSync(plain);
  install(tree);
  const { platform, arch } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) throw new Error(`no release for ${arch}`);
  linkLibraries(tree, arch);
  slim(tree);
  tryPackages(tree, arch);
  const release = makeInfo(tree, commit.hash, commit.date, arch);
  writeFileSync(join(tree, releaseFile), `${JSON.stringify(release, undefined, 2)}\n`);
  const manifest = new Map<string, string>();
  for (const path of filesOf(tree)) manifest.set(path, await digestOf(join(tree, path)));
  writeFileSync(join(tree, manifestFile), manifestText(manifest));
  return { release, files: manifest.size + 1 };
}

/** As the launcher installs in a clone; it says itself what is wrong. */
function install(tree: string): void {
  const script = 'root=$1; . "$root/scripts/launch.sh"; prepare release';
  if (!show('sh', ['-euc', script, 'sh', tree]))
    throw new Refusal('The dependencies of the release could not be installed.', 'What npm said stands above.');
}

/** What was taken out must not be missed: each package of ours is loaded with all that it loads, and the program. */
function tryPackages(tree: string, arch: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8')) as { dependencies: object };
  const loads = Object.keys(dependencies)
    .filter((name) => !onlyFiles.includes(name))
    .concat(programs.map((path) => join(tree, path)))
    .map((name) => `await import(${JSON.stringify(name)});`)
    .concat(`(await import(${JSON.stringify(join(tree, editorScripts))})).scriptFiles();`);
  const node = join(tree, `node_modules/node-linux-${arch}/bin/node`);
  output(node, ['--input-type=module', '-e', loads.join('\n')], tree);
}

/** Modules that lead to all others, and do nothing when they are loaded. */
const programs = ['src/web/app.ts', 'src/web/process/serve.ts', 'src/library/open.ts', 'src/thumbnails/maker.ts'];

/** Reads what browsers load of packages. */
const editorScripts = 'src/web/edit/script-files.ts';

/** A page of its own that we serve, without a module. */
const onlyFiles = ['speedscope'];

/** npm packages hold no links; the first start would make them, in a folder that is read-only then. */
function linkLibraries(tree: string, arch: string): void {
  const module = join(tree, 'src/store/embedded/binaries.ts');
  output(join(tree, `node_modules/node-linux-${arch}/bin/node`), [
    '-e',
    `import(${JSON.stringify(module)}).then(({ findBinaries }) => findBinaries())`,
  ]);
}
