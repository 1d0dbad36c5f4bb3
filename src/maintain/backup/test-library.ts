import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { addFile } from '../../files/documents.ts';
import { parseFileName } from '../../files/names.ts';
import { openContentStore } from '../../files/open.ts';
import { receive } from '../../files/receive.ts';
import { type Dumped, makeDump } from './dump.ts';
import { folderPlace } from './folder-place.ts';
import type { Place } from './place.ts';

/** For tests: a small library with rows in many tables, documents, and a place for its backups. */
export interface BackupLibrary {
  readonly store: TestDatabase;
  readonly folder: string;
  readonly settings: Settings;
  readonly place: Place;
  /** Attaches a document to record 1; resolves to its digest. */
  addDocument(name: string, text: string): Promise<string>;
  dump(more?: { readonly place?: Place; readonly withSecrets?: boolean }): Promise<Dumped>;
  close(): Promise<void>;
}

export async function openBackupLibrary(environment: NodeJS.ProcessEnv = {}): Promise<BackupLibrary> {
  const store = await openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'reperio-backup-'));
  const settings = loadSettings({ REPERIO_DATA: folder, ...environment });
  const place = folderPlace(settings.backup ?? join(folder, 'backups'));
  const { database, url } = store;
  await fill(store);
  return {
    store,
    folder,
    settings,
    place,
    addDocument: async (name, text) => {
      async function* input(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(text);
      }
      const contents = openContentStore(database, settings);
      const content = await receive(contents, input(), 1e9);
      const file = { ...parseFileName(name), ...content, record: 1, status: '', description: '', person: undefined };
      await database.transaction((transaction) => addFile(transaction, contents, file, () => true));
      return content.digest;
    },
    dump: ({ place: other = place, withSecrets = false } = {}) =>
      makeDump({ database, url, place: other, settings, withSecrets }),
    close: async () => {
      await store.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Rows with signs that a copy could get wrong, and numbers that go on from where nobody is now. */
async function fill({ database }: TestDatabase): Promise<void> {
  await database.query(sql`
    INSERT INTO record (id, created, modified, revision, deleted, marc)
    SELECT n, '2020-02-29 23:59:59.999999+00', now(), 1 + n % 3, n % 50 = 0,
      json_build_array(n, E'Tab\\there, "quotes", \\\\N, Ωmega 漢字 ' || md5(n::text))::text
    FROM generate_series(1, 3000) AS n`);
  await database.query(sql`UPDATE record_counter SET last_id = 3000`);
  await database.query(sql`
    INSERT INTO revision (record_id, revision, modified, reason, marc, person)
    SELECT n, 1, now(), 'load', 'earlier ' || n, CASE WHEN n % 2 = 0 THEN 'ada' END FROM generate_series(1, 300) AS n`);
  await database.query(
    sql`INSERT INTO person (name, email, origin) VALUES ('ada', 'ada@library.example', 'test'), ('gone', 'g@library.example', 'test')`,
  );
  await database.query(sql`DELETE FROM person WHERE name = 'gone'`);
  await database.query(sql`INSERT INTO role (name, everything) VALUES ('keepers', true)`);
  await database.query(sql`INSERT INTO role_member (role, person_id) SELECT 'keepers', id FROM person`);
  await database.query(sql`
    INSERT INTO session (id_hash, person_id, lifetime, address, agent) SELECT '\\x00ff', id, 60, '::1', 'test' FROM person`);
}
