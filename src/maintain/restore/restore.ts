import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import type { Content } from '../../files/content.ts';
import { openContentStore } from '../../files/open.ts';
import { forgetIndex, type RebuildProgress, rebuildIndex } from '../../index/rebuild.ts';
import { indexFolderOf } from '../../library/index-folder.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import { giveToFolderOwner, makeOwnedFolder } from '../../store/folder-owner.ts';
import { takeLease, whileHeld } from '../../store/lease.ts';
import { migrate, readMigrations } from '../../store/migrate.ts';
import { openStore, type Store } from '../../store/open.ts';
import { lockServe } from '../../store/serve-lock.ts';
import { readContentsList } from '../backup/contents.ts';
import { backupErrors } from '../backup/errors.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import { readSetFile } from '../backup/set-file.ts';
import { type RestoredDocuments, restoreDocuments } from './documents.ts';
import { restoreErrors } from './errors.ts';
import { indexBack } from './index-back.ts';
import { type LoadWatch, loadTables } from './load-tables.ts';
import { unmark } from './marker.ts';
import { makeEmpty, putBack } from './target.ts';

export interface RestoreOptions {
  readonly place: Place;
  readonly manifest: Manifest;
  /** Of the library that is made. */
  readonly settings: Settings;
  /** One that is there is moved aside. */
  readonly replace: boolean;
  /** What the set was made of for this restore: a base, which is what is told and written down. */
  readonly origin?: { readonly place: Place; readonly manifest: Manifest; readonly at: string };
  /** Documents are left where they are: for a drill, which reads some of them. */
  readonly withoutDocuments?: true;
  readonly watch?: RestoreWatch;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoreWatch extends Omit<LoadWatch, 'signal'> {
  /** What is begun now. */
  readonly onStep?: (step: 'documents' | 'tables' | 'log' | 'index') => void;
  readonly onIndex?: (progress: RebuildProgress) => void;
}

export interface Restored {
  readonly set: string;
  readonly records: number;
  readonly documents: RestoredDocuments;
  /** Where a library is now that was there before. */
  readonly aside: string | undefined;
  /** The state of the library is of this time. ISO 8601. */
  readonly at: string;
  /** Settings of the backup that were not put beside the library, since they are damaged. */
  readonly damaged: readonly string[];
  /** What each step took, in seconds. */
  readonly took: { readonly documents: number; readonly tables: number; readonly index: number };
}

/**
 * Makes a library of a dump: documents first, so that each row's bytes are there; then all rows in
 * one transaction, which raises the timeline; then the index. Until all is done nothing else opens
 * the library, and a restore that was killed can be begun again. Throws what stands in the way, and
 * has changed nothing where it says so.
 */
export async function restoreDump(options: RestoreOptions): Promise<Restored> {
  const { place, manifest, signal, watch = {} } = options;
  const migrations = readMigrations();
  const { version, schema } = manifest;
  const { origin } = options;
  const { set } = origin?.manifest ?? manifest;
  const at = origin?.at ?? manifest.taken;
  if (schema > migrations.length)
    throw new UserError(restoreErrors.schemaNewer, { set, version, there: schema, here: migrations.length });
  await requireWhole(place, manifest);
  const contents = await readContentsList(place, manifest);
  return await intoEmpty(options, async (store) => {
    const documents = await timed(async () => {
      watch.onStep?.('documents');
      return await documentsBack(options, store.database, contents);
    });
    const tables = await timed(async () => {
      watch.onStep?.('tables');
      // The tables as they were when the backup was made; what came later is done to the rows.
      await migrate(store.database, migrations.slice(0, schema));
      await store.database.transaction(
        async (transaction) => {
          await loadTables(transaction, place, manifest, { ...watch, signal });
          await begin(transaction, set, at);
        },
        { timeout: 0 },
      );
      await migrate(store.database);
      await store.database.transaction(forgetIndex, { timeout: 0 });
    });
    const index = await timed(async () => {
      if (!(await indexBack(options, store.database))) await indexAnew(options, store);
    });
    await end(store.database);
    return {
      ...{ set, at, records: manifest.records, documents: documents.result },
      took: { documents: documents.seconds, tables: tables.seconds, index: index.seconds },
    };
  });
}

/** Work on a library that nobody else opens until it is done. */
export async function intoEmpty(
  { place, manifest, settings, replace, origin, signal }: RestoreOptions,
  work: (store: Store) => Promise<Omit<Restored, 'aside' | 'damaged'>>,
  open = () => openStore(settings, { schema: 'any', unfinished: true, signal }),
): Promise<Restored> {
  const lock = await lockServe(settings.dataFolder, settings.port);
  try {
    const aside = await makeEmpty({ settings, replace, set: manifest.set, signal });
    let isDone = false;
    try {
      const store = await open();
      try {
        const restored = await work(store);
        const damaged = await keepSettings(origin?.place ?? place, origin?.manifest ?? manifest, settings.dataFolder);
        unmark(settings.dataFolder);
        isDone = true;
        return { ...restored, aside, damaged };
      } finally {
        await store.release();
      }
    } catch (error) {
      if (aside !== undefined && !isDone) await putBack(settings, aside);
      throw error;
    }
  } finally {
    lock.release();
  }
}

/** By their sizes; each byte is compared when it is read. */
export async function requireWhole(place: Place, { set, files }: Manifest): Promise<void> {
  for (const { path: file, bytes } of files) {
    const size = await place.size(`sets/${set}/${file}`);
    if (size === bytes) continue;
    const problem = size === undefined ? 'is missing' : `has ${size} bytes and had ${bytes}`;
    throw new UserError(restoreErrors.incomplete, { set, file, problem });
  }
}

async function documentsBack(
  { place, manifest, settings, withoutDocuments, signal }: RestoreOptions,
  database: Database,
  all: readonly Content[],
): Promise<RestoredDocuments> {
  if (withoutDocuments === true) return { count: 0, copied: 0, bytes: 0, lost: [] };
  const lost = new Set(manifest.lost);
  const contents = all.filter(({ digest }) => !lost.has(digest));
  // There are no rows yet, not even tables: the store may be new.
  const empty: Queryable = { query: async () => [] };
  const exists = await database.query(sql`SELECT FROM pg_tables WHERE tablename = 'file'`);
  const store = openContentStore(exists.length === 0 ? empty : database, settings, async () => manifest.library);
  const restored = await restoreDocuments(place, store, contents, { signal });
  return { ...restored, lost: [...restored.lost, ...manifest.lost].sort() };
}

/** Of 2026: in seconds since then, timelines of any two restores differ for 68 years. */
const since = 1_767_225_600;

/**
 * A number that no other restore of this library has: nodes that know the index of an earlier
 * timeline take none of it for this one's.
 */
export async function begin(transaction: Transaction, set: string, at: string): Promise<void> {
  await transaction.query(sql`
    UPDATE library SET timeline = greatest(timeline + 1, floor(extract(epoch FROM clock_timestamp()))::integer - ${since}::integer)`);
  // It is archived no longer, until somebody says so.
  await transaction.query(sql`DELETE FROM backup_archive`);
  await transaction.query(sql`INSERT INTO restored (name, at) VALUES (${set}, ${at})`);
}

export async function end(database: Queryable): Promise<void> {
  await database.query(sql`UPDATE restored SET ended = clock_timestamp() WHERE ended IS NULL`);
}

async function indexAnew({ settings, signal, watch }: RestoreOptions, { database, url }: Store): Promise<void> {
  watch?.onStep?.('index');
  const lease = await takeLease(url, 'indexer', { label: 'restore', wait: true, ...(signal && { signal }) });
  if (lease === undefined) throw new Error('the lease was not waited for');
  try {
    const folder = indexFolderOf(settings);
    const onProgress = watch?.onIndex;
    const context = { database, url, folder, signal: whileHeld(lease, signal) };
    await rebuildIndex(context, onProgress === undefined ? {} : { onProgress });
  } finally {
    await lease.release();
  }
}

const settingsFiles = ['settings.yaml', 'site.yaml', 'cluster.yaml', 'postgresql.local.conf'];

/**
 * Settings are put beside the library, not in force: they may name what is in use elsewhere.
 * Resolves to the names of those that are damaged, and are left out.
 */
async function keepSettings(place: Place, manifest: Manifest, dataFolder: string): Promise<readonly string[]> {
  const folder = join(dataFolder, 'restored');
  rmSync(folder, { recursive: true, force: true });
  makeOwnedFolder(folder);
  chmodSync(folder, 0o700);
  const damaged: string[] = [];
  for (const name of settingsFiles) {
    try {
      const bytes = await readSetFile(place, manifest, name);
      if (bytes === undefined) continue;
      writeFileSync(join(folder, name), bytes, { mode: 0o600 });
      giveToFolderOwner(join(folder, name));
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== backupErrors.damaged.code) throw error;
      damaged.push(name);
    }
  }
  return damaged;
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}
