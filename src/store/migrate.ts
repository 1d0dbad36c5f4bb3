import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sql, { raw } from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { applicationName, applicationPrefix, type Database, type Queryable } from './database.ts';
import { storeErrors } from './errors.ts';

export interface Migration {
  readonly number: number;
  readonly file: string;
  readonly text: string;
  readonly checksum: string;
  /**
   * Begins with `-- offline`: it changes what running nodes use, so none may run meanwhile. Every
   * other one is additive.
   */
  readonly offline: boolean;
}

export interface MigrationStatus {
  /**
   * The number of the newest one applied; 0 for an empty database. More than `here` beside a newer
   * code.
   */
  readonly there: number;
  readonly here: number;
  readonly pending: readonly Migration[];
}

const folder = new URL('migrations/', import.meta.url);

/** Any number, the same for every Reperio: who holds this advisory lock migrates. */
const migrationLock = 7_263_901_145;

export function readMigrations(from: URL = folder): readonly Migration[] {
  const files = readdirSync(fileURLToPath(from)).filter((file) => /^\d{4}-.*\.sql$/.test(file));
  return files.sort().map((file, at) => {
    const text = readFileSync(new URL(file, from), 'utf8');
    const number = Number(file.slice(0, 4));
    if (number !== at + 1)
      throw new Error(`migration ${file} is not number ${at + 1}: numbers have neither gaps nor twins`);
    const checksum = createHash('sha256').update(text).digest('hex');
    return { number, file, text, checksum, offline: /^-- offline\b/.test(text) };
  });
}

/**
 * What is applied and what is not. Throws for a database that a newer code has changed in a way
 * that this one cannot live with, or whose history is another one.
 */
export async function migrationStatus(database: Queryable, migrations = readMigrations()): Promise<MigrationStatus> {
  // Read from the catalogue with a fresh snapshot: after waiting for a lock, to_regclass may still
  // answer from the session's cache.
  const table = await database.query(
    sql`SELECT FROM pg_tables WHERE tablename = 'schema_migration' AND schemaname = ANY (current_schemas(false))`,
  );
  const applied =
    table.length > 0
      ? await database.query<{ number: number; checksum: string; offline: boolean }>(sql`
          SELECT number, checksum, coalesce((to_jsonb(m) ->> 'offline')::boolean, false) AS offline FROM schema_migration m ORDER BY number`)
      : [];
  const there = applied.at(-1)?.number ?? 0;
  const here = migrations.length;
  // Those that are only additive change nothing that this code uses: it may serve beside a newer
  // one while nodes are upgraded in turn, and again if that is undone.
  if (applied.some(({ number, offline }) => offline && number > here))
    throw new UserError(storeErrors.schemaTooNew, { there, here });
  for (const { number, checksum } of applied) {
    const migration = migrations[number - 1];
    if (migration && migration.checksum !== checksum)
      throw new UserError(storeErrors.migrationChanged, { file: migration.file });
  }
  return { there, here, pending: migrations.slice(there) };
}

/**
 * Applies what is pending, each migration in a transaction of its own together with its row in
 * schema_migration: a crash leaves whole ones. Safe when several nodes start at once. Resolves to
 * those applied by this call.
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<readonly Migration[]> {
  const applied: Migration[] = [];
  while ((await migrationStatus(database, migrations)).pending.length > 0) {
    const done = await applyNext(database, migrations);
    if (done) applied.push(done);
  }
  return applied;
}

async function applyNext(database: Database, migrations: readonly Migration[]): Promise<Migration | undefined> {
  return database.transaction(
    async (transaction) => {
      await transaction.query(sql`SET LOCAL lock_timeout = 0`);
      await transaction.query(sql`SELECT pg_advisory_xact_lock(${migrationLock})`);
      // Who waited for the lock may find the work done.
      const { there, pending } = await migrationStatus(transaction, migrations);
      const [next] = pending;
      if (!next) return undefined;
      // A library that is being made has no running nodes.
      if (next.offline && there > 0) await refuseWhileUsed(transaction, next);
      await transaction.query(sql`
        CREATE TABLE IF NOT EXISTS schema_migration (
          number integer PRIMARY KEY,
          file text NOT NULL,
          checksum text NOT NULL,
          applied timestamptz NOT NULL DEFAULT now()
        )`);
      await transaction.query(
        sql`ALTER TABLE schema_migration ADD COLUMN IF NOT EXISTS offline boolean NOT NULL DEFAULT false`,
      );
      await transaction.query(sql`${raw(next.text)}`);
      await transaction.query(
        sql`INSERT INTO schema_migration (number, file, checksum, offline) VALUES (${next.number}, ${next.file}, ${next.checksum}, ${next.offline})`,
      );
      return next;
    },
    { timeout: 0 },
  );
}

async function refuseWhileUsed(transaction: Queryable, { file }: Migration): Promise<void> {
  const [found] = await transaction.query<{ sessions: number }>(sql`
    SELECT count(*) AS sessions FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE ${`${applicationPrefix}%`} AND application_name <> ${applicationName}`);
  const sessions = found?.sessions ?? 0;
  if (sessions > 0) throw new UserError(storeErrors.migrationOffline, { file, sessions });
}
