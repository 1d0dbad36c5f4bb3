/**
 * `npm test`: runs the test files with one embedded PostgreSQL for all of them, those that took longest last time first,
 * and ends with one line that says how it went.
 */
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { layoutOf } from '../src/store/embedded/layout.ts';
import { joinServer } from '../src/store/embedded/share.ts';
import { isOfCluster, missingTiers } from '../test/cluster/tiers.ts';
import { makeTemplate } from '../test/support/database.ts';
import { memoryFolder } from '../test/support/memory-folder.ts';
import { missingPackages } from '../test/support/packages.ts';
import { patienceOf, scale } from '../test/support/scale.ts';
import { longestFirst, readDurations, slowest, writeDurations } from './durations.ts';
import { inGroups } from './test-groups.ts';

function testFiles(words: readonly string[]): readonly string[] {
  const roots = words.length > 0 ? words : ['src', 'test'];
  for (const root of roots) {
    if (existsSync(root)) continue;
    console.error(
      `error: There is no file or folder ${root} to test.\nhint: Name test files, or folders of some, from the clone's folder: npm test src/marc test/browser/pages.test.ts`,
    );
    process.exit(2);
  }
  return roots.flatMap((root) => (statSync(root).isDirectory() ? globSync(`${root}/**/*.test.ts`) : [root])).sort();
}

function tellMissing(missing: readonly string[]): void {
  for (const sentence of missing)
    console.log(`\n!! SKIPPED: ${sentence}.\n!! scripts/install-test-packages installs it on Debian.\n`);
}

// A test must not find the developer's own library.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('REPERIO_') || name === 'DATABASE_URL') delete process.env[name];
}
// The tests' own runner marks its children with this; a run inside a run would print nothing.
delete process.env['NODE_TEST_CONTEXT'];

const started = Date.now();
const { TEST_SEED: seed = String(started % 2 ** 31) } = process.env;
process.env['TEST_SEED'] = seed;
/** Their start takes a third less. */
const ownModules = new URL('../test/support/own-modules.ts', import.meta.url).href;
/** Milliseconds: one that hangs is ended. */
const fileLimit = 900_000 * patienceOf();
const options = process.argv.slice(2);
const words = options.filter((word) => !word.startsWith('--'));
const durations = readDurations();
const files = longestFirst(testFiles(words), durations).filter(
  (file) => !isOfCluster(file) || !options.includes('--without-cluster'),
);
const missing = [...missingPackages(), ...missingTiers(files)];
tellMissing(missing);
console.log(`Properties are tried with TEST_SEED=${seed} and TEST_SCALE=${scale}.\n`);
const inMemory = memoryFolder();
if (inMemory !== undefined) {
  // Some tests run as another user.
  chmodSync(inMemory, 0o1777);
  process.env['TMPDIR'] = inMemory;
  process.on('exit', () => rmSync(inMemory, { recursive: true, force: true, maxRetries: 3 }));
}
const folder = mkdtempSync(join(tmpdir(), 'reperio-test-'));
// Files beside each other start whole nodes, each with a dozen of connections.
mkdirSync(layoutOf(folder).folder, { recursive: true });
writeFileSync(join(layoutOf(folder).folder, 'postgresql.local.conf'), "max_connections = '250'\n");
const server = await joinServer(layoutOf(folder));
process.env['TEST_DATABASE_FOLDER'] = folder;
if (files.length > 1) process.env['TEST_DATABASE_TEMPLATE'] = await makeTemplate(server.url);

const counts = { tests: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 };
const took = new Map<string, number>();
async function runTests(some: readonly string[], concurrency: number): Promise<void> {
  if (some.length === 0) return;
  const events = run({ files: [...some], concurrency, timeout: fileLimit, execArgv: [`--import=${ownModules}`] });
  events.on('test:summary', (summary) => {
    // One comes for each process, and one without a file for all.
    if (summary.file !== undefined) {
      const file = relative(process.cwd(), summary.file);
      if (files.includes(file)) took.set(file, summary.duration_ms);
      return;
    }
    const found: Partial<typeof counts> = summary.counts;
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += found[name] ?? 0;
  });
  for (const name of ['test:pass', 'test:fail'] as const)
    events.on(name, ({ nesting, name: file, details }) => {
      if (nesting === 0 && files.includes(file)) took.set(file, details.duration_ms);
    });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve) => report.once('end', resolve));
}
// While some wait for their processes, others compute.
const atOnce = Number(process.env['TEST_AT_ONCE'] || 3 * Math.max(2, availableParallelism()));
const others = files.filter((file) => !isOfCluster(file));
await runTests(options.includes('--apart') ? others : inGroups(others, durations, folder), atOnce);
// Clusters have networks of their own; they wait more than they compute.
await runTests(files.filter(isOfCluster), Math.ceil(atOnce / 2));
await server.release();
rmSync(folder, { recursive: true, force: true });
writeDurations(new Map([...durations, ...took]));

tellMissing(missing);
if (files.length > 1) console.log(slowest(took));
const failed = counts.failed + counts.cancelled;
const seconds = Math.round((Date.now() - started) / 1000);
const lacking = missing.length > 0 && process.env['CI'] === 'true';
process.exitCode = failed > 0 || lacking || counts.tests === 0 ? 1 : 0;
const verdict = process.exitCode === 0 ? 'passed' : 'FAILED';
console.log(
  `${verdict}: ${counts.tests} tests in ${files.length} files, ${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped, ${seconds} s`,
);
