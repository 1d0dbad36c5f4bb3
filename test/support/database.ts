import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { connect, type Database } from '../../src/store/database.ts';
import { layoutOf, sameServer } from '../../src/store/embedded/layout.ts';
import { joinServer } from '../../src/store/embedded/share.ts';
import { migrate } from '../../src/store/migrate.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  /** Drops the database, and stops the server when nobody else uses it. Call it in `after`. */
  release(): Promise<void>;
}

const options = { poolSize: 8, connectTimeout: 20_000, statementTimeout: 60_000, lockTimeout: 30_000 };

/**
 * A database of the test's own on a real PostgreSQL, migrated unless told otherwise. `npm test`
 * keeps one server for all test files and names its folder in TEST_DATABASE_FOLDER; a file that is
 * run alone makes one.
 */
export async function openTestDatabase({
  migrated = true,
}: {
  readonly migrated?: boolean;
} = {}): Promise<TestDatabase> {
  const shared = process.env['TEST_DATABASE_FOLDER'];
  const folder = shared ?? mkdtempSync(join(tmpdir(), 'reperio-test-'));
  const server = await joinServer(layoutOf(folder));
  const name = `test_${randomBytes(8).toString('hex')}`;
  const maintenance = connect(sameServer(server.url, 'postgres'), { ...options, poolSize: 1 });
  await maintenance.query(sql`CREATE DATABASE ${raw(name)}`);
  const url = sameServer(server.url, name);
  const database = connect(url, options);
  if (migrated) await migrate(database);
  return {
    database,
    url,
    release: async () => {
      await database.close();
      await maintenance.query(sql`DROP DATABASE ${raw(name)} WITH (FORCE)`);
      await maintenance.close();
      await server.release();
      if (shared === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
