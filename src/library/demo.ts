import { readFileSync } from 'node:fs';
import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import { exportDemo } from '../demo/export.ts';
import { createDemoLibrary } from '../demo/library.ts';
import { UserError } from '../errors/errors.ts';
import type { LoadTotals } from '../records/load/coordinator.ts';
import { load } from '../records/load/load.ts';
import { currentSite, readSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { applySite } from './apply-site.ts';
import { libraryErrors } from './errors.ts';
import { indexFolderOf } from './index-folder.ts';

export const demoRecords = 2_000;
const siteFile = new URL('../demo/site.yaml', import.meta.url);
const batchBytes = 80_000_000;

export interface DemoOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /**
   * Called before the records are made, which takes some seconds; not when they are there already.
   */
  readonly onMake: () => void;
  readonly onProgress: (totals: LoadTotals) => void;
}

/**
 * Sees to it that the data folder holds the demo library: its site file and records. What is there
 * already is left alone, also what was loaded beside it. Throws `notDemo` in a folder with a
 * library of its own. The store stays open, so that a server that opens it next need not start it
 * again.
 */
export async function makeDemo({ settings, signal, onMake, onProgress }: DemoOptions): Promise<{
  readonly records: number;
  release(): Promise<void>;
}> {
  const store = await openStore(settings, { signal });
  try {
    const { database, url } = store;
    const text = readFileSync(siteFile, 'utf8');
    const { site, number } = await currentSite(database);
    const records = await countRecords(database);
    const isDemo = site.name === readSite(text, 'site.yaml').site.name;
    if (!isDemo && (records > 0 || number > 0))
      throw new UserError(libraryErrors.notDemo, { folder: settings.dataFolder, records });
    const made = isDemo && records > 0;
    if (!made) {
      onMake();
      await applySite(database, text);
      const { workers, recordLimit, batchSize } = settings;
      const chunks = exportDemo({ library: createDemoLibrary(), format: 'marcxml', from: 1, count: demoRecords });
      await load(
        { name: 'the demo library', bytes: asyncChunks(chunks) },
        {
          database,
          url,
          indexFolder: indexFolderOf(settings),
          mode: 'insert',
          workers,
          recordLimit,
          batch: { records: batchSize, bytes: batchBytes },
          resume: 'never',
          onProgress,
          signal,
        },
      );
    }
    return { records: made ? records : await countRecords(database), release: store.release };
  } catch (error) {
    await store.release();
    throw error;
  }
}

async function countRecords(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM record WHERE NOT deleted`,
  );
  return row!.count;
}

async function* asyncChunks(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
