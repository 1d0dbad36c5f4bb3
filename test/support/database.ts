import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { hashCheaply } from '../../src/people/password-hash.ts';
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
  const template = process.env['TEST_DATABASE_TEMPLATE'];
  const isCopy = migrated && shared !== undefined && template !== undefined;
  await maintenance.query(
    isCopy ? sql`CREATE DATABASE ${raw(name)} TEMPLATE ${raw(template)}` : sql`CREATE DATABASE ${raw(name)}`,
  );
  const url = sameServer(server.url, name);
  const database = connect(url, options);
  // Each is a library of its own.
  if (isCopy) await database.query(sql`UPDATE library SET id = gen_random_uuid()`);
  else if (migrated) await migrate(database);
  hashCheaply();
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

/**
 * Makes a database that others are copies of, which takes a quarter of the time of migrating them.
 * Nobody may connect to it, so that nobody is in the way of a copy. Its name.
 */
export async function makeTemplate(serverUrl: string): Promise<string> {
  const name = 'test_template';
  const maintenance = connect(sameServer(serverUrl, 'postgres'), { ...options, poolSize: 1 });
  try {
    await maintenance.query(sql`CREATE DATABASE ${raw(name)}`);
    const database = connect(sameServer(serverUrl, name), options);
    await migrate(database);
    await database.close();
    await maintenance.query(sql`ALTER DATABASE ${raw(name)} ALLOW_CONNECTIONS false`);
    return name;
  } finally {
    await maintenance.close();
  }
}
