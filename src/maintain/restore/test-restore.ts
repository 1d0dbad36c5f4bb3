import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sql, { raw } from 'sql-template-tag';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { openContentStore } from '../../files/open.ts';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { openLibrary } from '../../library/open.ts';
import { writeRecords } from '../../records/write.ts';
import { defaultSite } from '../../site/default.ts';
import type { Queryable } from '../../store/database.ts';
import type { Manifest } from '../backup/manifest.ts';
import { truth } from '../backup/tables.ts';
import { type BackupLibrary, openBackupLibrary } from '../backup/test-library.ts';
import { type Restored, restoreDump } from './restore.ts';

export const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** For tests: a library with a backup, to be restored. */
export interface RestoreLibrary {
  /** A folder for what is restored. */
  readonly root: string;
  readonly library: BackupLibrary;
  readonly manifest: Manifest;
  /** Of the one document. */
  readonly digest: string;
  /** Of a data folder of this name. */
  folderSettings(name: string, more?: NodeJS.ProcessEnv): Settings;
  restore(settings: Settings, more?: { readonly replace?: boolean; readonly of?: Manifest }): Promise<Restored>;
  /** Throws unless a restored library is whole; resolves to its timeline. */
  checkWhole(settings: Settings): Promise<number>;
  close(): Promise<void>;
}

export async function openRestoreLibrary(): Promise<RestoreLibrary> {
  const root = mkdtempSync(join(tmpdir(), 'reperio-restore-'));
  const library = await openBackupLibrary();
  const { database } = library.store;
  // Records that an index can be made of: those of the fixture are rows only.
  await database.query(sql`DELETE FROM record`);
  await database.query(sql`UPDATE record_counter SET last_id = 0`);
  for (let at = 0; at < 300; at += 100)
    await writeRecords(
      database,
      compileAnalyzer(defaultSite()),
      Array.from({ length: 100 }, (_, n) => ({
        record: {
          leader: '',
          fields: [field('245__', `$aTitle ${at + n} "\\t 漢字 kept`), field('980__', '$aARTICLE')],
        },
        mode: 'insert',
        reason: 'test',
      })),
    );
  const digest = await library.addDocument('thesis.pdf', 'The bytes of a thesis.');
  const { manifest } = await library.dump();
  const rows = await rowsOf(database);
  return {
    ...{ root, library, manifest, digest },
    folderSettings: (name, more = {}) => loadSettings({ REPERIO_DATA: join(root, name), ...more }),
    restore: (settings, { replace = false, of = manifest } = {}) =>
      restoreDump({ place: library.place, manifest: of, settings, replace }),
    checkWhole: (settings) => checkWhole(settings, { manifest, digest, rows }),
    close: async () => {
      await library.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

type Rows = Readonly<Record<string, readonly string[]>>;

/** Every row of every table of truth as text, but for what a restore changes. */
async function rowsOf(database: Queryable): Promise<Rows> {
  const found: Record<string, readonly string[]> = {};
  for (const name of truth) {
    const table = await database.query<{ row: string }>(sql`SELECT t::text AS row FROM ${raw(name)} AS t ORDER BY 1`);
    found[name] = table.map(({ row }) => (name === 'library' ? row.replace(/,\d+,/, ',TIMELINE,') : row));
  }
  delete found['restored'];
  return found;
}

/** What a restored library must be. */
async function checkWhole(
  settings: Settings,
  { manifest, digest, rows }: Pick<RestoreLibrary, 'manifest' | 'digest'> & { readonly rows: Rows },
): Promise<number> {
  const opened = await openLibrary(settings);
  try {
    assert.deepEqual(await rowsOf(opened.database), rows);
    assert.equal(opened.snapshot().records, 300);
    const store = openContentStore(opened.database, settings);
    assert.equal(await store.size(digest), 22);
    const [person] = await opened.database.query<{ id: number }>(
      sql`INSERT INTO person (name, email, origin) VALUES ('new', 'n@library.example', 'test') RETURNING id`,
    );
    assert.ok(person!.id >= 3, 'the number of a person who is gone is not given again');
    await opened.database.query(sql`DELETE FROM person WHERE name = 'new'`);
    const restored = await opened.database.query<{ name: string; ended: Date | null }>(sql`SELECT * FROM restored`);
    assert.deepEqual(
      restored.map(({ name, ended }) => [name, ended !== null]),
      [[manifest.set, true]],
    );
    const [found] = await opened.database.query<{ timeline: number }>(sql`SELECT timeline FROM library`);
    return found!.timeline;
  } finally {
    await opened.close();
  }
}
