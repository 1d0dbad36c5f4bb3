import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { explainDisk } from '../disk-errors.ts';
import { storeErrors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import { includeLines } from './configuration.ts';
import type { Identity } from './identity.ts';
import { databaseName, databaseUser, type Layout } from './layout.ts';
import { refuseLost, rememberMade } from './made.ts';
import { own, ownTree } from './ownership.ts';
import { launch } from './program.ts';

const unfinishedPrefix = 'data.unfinished-';

/**
 * Makes the cluster with its database when there is none; else checks that this PostgreSQL and this
 * user can run it. Throws `embeddedLost` when there was one, unless it is made `anew`, to be
 * filled.
 */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  identity: Identity,
  anew: boolean,
): Promise<void> {
  const versionFile = join(layout.data, 'PG_VERSION');
  if (!isThere(layout.data)) {
    if (!anew) refuseLost(layout);
    await makeCluster(layout, binaries, identity);
    return rememberMade(layout);
  }
  if (readdirSync(layout.data).length === 0) refuseLost(layout);
  if (!isThere(versionFile)) throw new UserError(storeErrors.embeddedNoCluster, { folder: layout.data });
  const { uid } = statSync(layout.data);
  if (uid !== identity.owner.uid) {
    if (process.getuid?.() !== 0)
      throw new UserError(storeErrors.embeddedOtherOwner, { folder: layout.data, owner: uid });
    ownTree(layout.data, identity);
  }
  const there = readFileSync(versionFile, 'utf8').trim();
  if (there !== binaries.major) {
    throw new UserError(storeErrors.embeddedVersion, { folder: layout.data, there, here: binaries.major });
  }
  rememberMade(layout);
}

/**
 * Throws what the disk says when it will not tell: a folder that we may not read is not one that is
 * missing.
 */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw explainDisk(error, path);
  }
}

async function makeCluster(layout: Layout, binaries: Binaries, identity: Identity): Promise<void> {
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith(unfinishedPrefix))
      rmSync(join(layout.folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
  // A name of its own: the initdb of a command that was killed may still be writing into another
  // one.
  const unfinished = mkdtempSync(join(layout.folder, unfinishedPrefix));
  own(unfinished, identity);
  // No order that a reader sees comes from the database, so the C locale serves, and no version of
  // ICU can change an index.
  const words = [
    '-U',
    databaseUser,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
  ];
  const single = ['--single', '-D', unfinished, '-c', 'exit_on_error=on', 'postgres'];
  try {
    await run(binaries.initdb, ['-D', unfinished, ...words], '', layout, identity);
    await run(binaries.postgres, single, `CREATE DATABASE ${databaseName};\n`, layout, identity);
    appendFileSync(join(unfinished, 'postgresql.conf'), includeLines);
    renameSync(unfinished, layout.data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function run(
  program: string,
  words: readonly string[],
  input: string,
  layout: Layout,
  identity: Identity,
): Promise<void> {
  const { child, failure } = launch(program, words, layout, identity);
  child.stdin?.end(input);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw failure('make its data folder');
}
